import type { Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Entry } from "../state/conversation.ts";
import { chat } from "../state/page.ts";
import { CopyButton } from "./copy-button.tsx";
import { EditMessage } from "./edit-message.tsx";
import { IconButton } from "./icon-button.tsx";
import { MessageView } from "./message.tsx";
import { Notes } from "./notes.tsx";
import { FailureBanner } from "./states.tsx";

type EntryViewProps = {
  conversationId: string;
  entry: Entry;
  /** Nothing comes after it, and nothing is under way. */
  last: boolean;
  editing: boolean;
  onEdit: Signal<string | undefined>;
};

/** A message that is over. It is drawn again only when something about it changes. */
export function EntryView({ conversationId, entry, last, editing, onEdit }: EntryViewProps) {
  return useMemo(() => {
    if (editing)
      return <EditMessage conversationId={conversationId} entry={entry} onDone={() => (onEdit.value = undefined)} />;
    if (entry.role === "user") return <Asked entry={entry} onEdit={() => (onEdit.value = entry.id)} />;
    return <Answered entry={entry} last={last} onRetry={() => chat.retry(conversationId)} />;
  }, [conversationId, entry, last, editing, onEdit]);
}

function Asked({ entry, onEdit }: { entry: Entry; onEdit: () => void }) {
  const actions = (
    <>
      <CopyButton text={entry.content} />
      <IconButton small icon="edit" label="Edit" title="Edit and send again" onClick={onEdit} />
    </>
  );
  return <MessageView sender="You" from="user" content={entry.content} actions={actions} />;
}

function Answered({ entry, last, onRetry }: { entry: Entry; last: boolean; onRetry: () => void }) {
  const { content, failure, reason, notes = [] } = entry;
  const actions = (
    <>
      {content && <CopyButton text={content} />}
      {last && !failure && <IconButton small icon="retry" label="Retry" title="Ask again" onClick={onRetry} />}
    </>
  );
  return (
    <>
      <MessageView
        sender="Assistant"
        from="assistant"
        content={content}
        last={last}
        notes={<Notes lines={notes} />}
        status={reason && REASONS[reason]}
        actions={content ? actions : last && !failure ? actions : undefined}
      />
      {failure && <FailureBanner failure={failure} at={Date.parse(entry.at)} {...(last ? { onRetry } : {})} />}
    </>
  );
}

/** How an answer ended, where not by itself. */
const REASONS: Record<string, string> = {
  cancelled: "Stopped.",
  length: "The answer reached its greatest length.",
  content_filter: "The model's filter ended the answer.",
  timeout: "The model fell silent.",
};
