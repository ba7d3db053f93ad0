import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Conversation } from "../state/conversation.ts";
import { conversations } from "../state/page.ts";
import { chatHref } from "../state/route.ts";
import { sidebarOpen } from "../state/sidebar.ts";
import { Icon } from "./icon.tsx";
import { IconButton } from "./icon-button.tsx";
import { Menu } from "./menu.tsx";

type ConversationRowProps = { conversation: Conversation; current: boolean; running: boolean; onDelete: () => void };

/** One conversation of the list, with what can be done with it. */
export function ConversationRow({ conversation: { id, title }, current, running, onDelete }: ConversationRowProps) {
  const menu = useSignal(false);
  const renaming = useSignal(false);
  if (renaming.value) return <Rename id={id} title={title} onDone={() => (renaming.value = false)} />;
  return (
    <li>
      <a href={chatHref(id)} aria-current={current ? "page" : undefined} onClick={() => (sidebarOpen.value = false)}>
        {running && <span class="dot live" role="img" aria-label="Answering" />}
        <span>{title}</span>
      </a>
      <IconButton
        small
        class="more"
        icon="more"
        label={`More: ${title}`}
        title="More"
        aria-expanded={menu.value}
        onClick={() => (menu.value = !menu.value)}
      />
      {menu.value && (
        <Menu onClose={() => (menu.value = false)}>
          <button type="button" onClick={() => (renaming.value = true)}>
            <Icon name="edit" /> Rename
          </button>
          <button type="button" class="danger" onClick={onDelete}>
            <Icon name="trash" /> Delete
          </button>
        </Menu>
      )}
    </li>
  );
}

function Rename({ id, title, onDone }: { id: string; title: string; onDone: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const keep = () => {
    if (field.current && field.current.value !== title) conversations.rename(id, field.current.value);
    onDone();
  };
  // Whoever leaves with the keyboard finds the focus where it came from.
  const back = () =>
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`a[href="${chatHref(id)}"]`)?.focus());
  return (
    <li>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          keep();
          back();
        }}
      >
        <input
          class="input"
          ref={field}
          aria-label="Title of the conversation"
          defaultValue={title}
          maxLength={120}
          onBlur={keep}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            onDone();
            back();
          }}
        />
      </form>
    </li>
  );
}
