import type { Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Entry } from "../state/conversation.ts";
import { chat, conversations } from "../state/page.ts";
import type { Run } from "../state/run.ts";
import { AnswerView } from "./answer-view.tsx";
import { CopyButton } from "./copy-button.tsx";
import { EditMessage } from "./edit-message.tsx";
import { IconButton } from "./icon-button.tsx";
import { MessageView } from "./message.tsx";

type EntryViewProps = {
  conversationId: string;
  /** Undefined for the answer of `run`, while it is not over. */
  entry: Entry | undefined;
  run: Run | undefined;
  /** Nothing comes after it, and nothing is under way. */
  last: boolean;
  editing: boolean;
  onEdit: Signal<string | undefined>;
};

/** One message of a conversation. It is drawn again only when something about it changes. */
export function EntryView({ conversationId, entry, run, last, editing, onEdit }: EntryViewProps) {
  return useMemo(() => {
    const edit = (id?: string) => {
      onEdit.value = id;
    };
    if (entry && editing) return <EditMessage conversationId={conversationId} entry={entry} onDone={() => edit()} />;
    if (entry?.role === "user") return <Asked entry={entry} onEdit={() => edit(entry.id)} />;
    const retry = () => chat.retry(conversationId);
    const editAsked = () =>
      edit(conversations.get(conversationId)?.entries.findLast(({ role }) => role === "user")?.id);
    return <AnswerView entry={entry} run={run} last={last} onRetry={retry} onEdit={editAsked} />;
  }, [conversationId, entry, run, last, editing, onEdit]);
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
