import { type Signal, useSignal } from "@preact/signals";
import type { ChatSettings, Conversation } from "../state/conversation.ts";
import { chat, conversations, drafts, newMode, newSettings } from "../state/page.ts";
import { chatHref, goTo } from "../state/route.ts";
import { ChatControls } from "./chat-controls.tsx";
import { ChatSettingsPopover } from "./chat-settings.tsx";
import { Composer } from "./composer.tsx";

type ChatComposerProps = {
  conversation: Conversation | undefined;
  busy: boolean;
  editing: Signal<string | undefined>;
};

/** Where a message to the assistant is written, with how it is to be answered. */
export function ChatComposer({ conversation, busy, editing }: ChatComposerProps) {
  const open = useSignal(false);
  const settings = conversation?.settings ?? { mode: newMode.value, ...newSettings.value };
  const change = (changed: ChatSettings) => (conversation ? keep(conversation.id, changed) : keepForNew(changed));
  const controls = <ChatControls settings={settings} onChange={change} popover={open} />;
  return (
    <Composer
      value={drafts.of(conversation?.id)}
      label="Message"
      placeholder="Write a message"
      busy={busy}
      above={
        open.value && <ChatSettingsPopover settings={settings} onChange={change} onClose={() => (open.value = false)} />
      }
      below={controls}
      onSend={(text) => send(conversation, text, settings)}
      onStop={() => conversation && chat.stop(conversation.id)}
      onKey={(event, field) => {
        if (event.key !== "ArrowUp" || field.value !== "" || busy) return false;
        editing.value = conversation?.entries.findLast(({ role }) => role === "user")?.id;
        return editing.value !== undefined;
      }}
    />
  );
}

function send(conversation: Conversation | undefined, text: string, settings: ChatSettings): void {
  const id = chat.send(conversation?.id, text, settings);
  if (conversation) return;
  newSettings.value = settings.model ? { model: settings.model } : {};
  goTo(chatHref(id), { replace: true });
}

const keep = (id: string, settings: ChatSettings): void => {
  newMode.value = settings.mode;
  conversations.change(id, (conversation) => ({ ...conversation, settings }));
};

function keepForNew({ mode, ...rest }: ChatSettings): void {
  newMode.value = mode;
  newSettings.value = rest;
}
