import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Conversation } from "../state/conversation.ts";
import { chat, conversations } from "../state/page.ts";
import { chatHref, goTo } from "../state/route.ts";
import { ConversationRow } from "./conversation-row.tsx";
import { focusComposer } from "./focus.ts";

type ConversationListProps = { list: readonly Conversation[]; current: string | undefined };

/** From so many on there is a field to search them. */
const MANY = 8;

type Deleted = { title: string; undo: () => void };

const deleted = signal<Deleted>();

export function ConversationList({ list, current }: ConversationListProps) {
  const search = useSignal("");
  const found = matching(list, search.value);
  return (
    <>
      {list.length >= MANY && (
        <div class="search">
          <input
            class="input"
            type="search"
            aria-label="Search conversations"
            placeholder="Search"
            value={search.value}
            onInput={(event) => {
              search.value = event.currentTarget.value;
            }}
          />
        </div>
      )}
      {deleted.value && <Undo {...deleted.value} />}
      {list.length === 0 && <p class="list-note">What you ask appears here.</p>}
      {list.length > 0 && found.length === 0 && <p class="list-note">No conversation has these words.</p>}
      <ul class="links">
        {found.map((conversation) => (
          <ConversationRow
            key={conversation.id}
            conversation={conversation}
            current={conversation.id === current}
            running={chat.runs.value.get(conversation.id)?.active.value ?? false}
            onDelete={() => remove(conversation, conversation.id === current)}
          />
        ))}
      </ul>
    </>
  );
}

/** The row with the focus has gone; here is where the way back is. */
function Undo({ title, undo }: Deleted) {
  const button = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each conversation that is deleted
  useEffect(() => button.current?.focus(), [undo]);
  return (
    <div class="undo" role="status">
      <p>Deleted “{title}”</p>
      <button type="button" class="button small plain" ref={button} onClick={undo}>
        Undo
      </button>
    </div>
  );
}

function remove({ id, title }: Conversation, current: boolean): void {
  chat.forget(id);
  const back = conversations.remove(id);
  if (current) goTo(chatHref(), { replace: true });
  deleted.value = {
    title,
    undo: () => {
      back();
      deleted.value = undefined;
      goTo(chatHref(id));
      focusComposer();
    },
  };
}

/** Those with all the words, in the title or in a message. */
function matching(list: readonly Conversation[], search: string): readonly Conversation[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return list;
  return list.filter(({ title, entries }) =>
    words.every((word) =>
      [title, ...entries.map(({ content }) => content)].some((text) => text.toLowerCase().includes(word)),
    ),
  );
}
