import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Conversation } from "../state/conversation.ts";
import { chat } from "../state/page.ts";
import type { Run } from "../state/run.ts";
import { EntryView } from "./entry-view.tsx";
import { Icon } from "./icon.tsx";
import { Banner } from "./states.tsx";

type ChatThreadProps = {
  conversation: Conversation;
  run: Run | undefined;
  /** The id of the message that is being edited. */
  editing: Signal<string | undefined>;
};

/** So many messages are drawn at first; the older ones follow when the browser has nothing else to do. */
const AT_ONCE = 40;

/** The messages of a conversation and the answer under way. */
export function ChatThread({ conversation, run, editing }: ChatThreadProps) {
  const { id, entries } = conversation;
  const busy = run?.active.value ?? false;
  const shown = useMoreAndMore(entries.length);
  const last = entries.at(-1);
  const open = last?.role === "user";
  // One list with the kept messages, under the id that it will be kept by: so it stays the same element at its end.
  const rows = open && run ? [...entries, { id: run.entryId, run }] : entries;
  return (
    <>
      {rows.slice(-shown).map((row) => (
        <EntryView
          key={row.id}
          conversationId={id}
          entry={"run" in row ? undefined : row}
          run={"run" in row ? row.run : undefined}
          last={!busy && row === last}
          editing={editing.value === row.id}
          onEdit={editing}
        />
      ))}
      {open && !run && <Unanswered onAsk={() => chat.retry(id)} />}
    </>
  );
}

function useMoreAndMore(total: number): number {
  const shown = useSignal(AT_ONCE);
  const more = shown.value < total;
  const now = shown.value;
  useEffect(() => {
    if (!more) return;
    const timer = setTimeout(() => {
      shown.value = now * 2;
    }, 50);
    return () => clearTimeout(timer);
  }, [more, now, shown]);
  return shown.value;
}

/** The page was closed before an answer began, or the answer was lost with it. */
function Unanswered({ onAsk }: { onAsk: () => void }) {
  return (
    <Banner
      icon="alert"
      actions={
        <button type="button" class="button small" onClick={onAsk}>
          <Icon name="retry" /> Ask again
        </button>
      }
    >
      <p>There is no answer to this yet.</p>
    </Banner>
  );
}
