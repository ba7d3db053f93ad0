import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Entry } from "../state/conversation.ts";
import { chat } from "../state/page.ts";
import { focusComposer } from "./focus.ts";

type EditMessageProps = { conversationId: string; entry: Entry; onDone: () => void };

/** A message of one's own, to be changed and sent again. */
export function EditMessage({ conversationId, entry, onDone }: EditMessageProps) {
  const text = useSignal(entry.content);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(entry.content.length, entry.content.length);
  }, [entry]);
  const leave = () => {
    onDone();
    focusComposer();
  };
  const send = () => {
    if (text.value.trim() === "") return;
    leave();
    chat.resend(conversationId, entry.id, text.value);
  };
  return (
    <form
      class="edit"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        aria-label="Edit message"
        value={text}
        rows={Math.min(12, entry.content.split("\n").length + 1)}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Escape") leave();
          else if (event.key === "Enter" && !event.shiftKey) send();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <div class="row">
        <p>What came after this message is replaced.</p>
        <button type="button" class="button small plain" onClick={leave}>
          Cancel
        </button>
        <button type="submit" class="button small primary" disabled={text.value.trim() === ""}>
          Send again
        </button>
      </div>
    </form>
  );
}
