import { useSignal } from "@preact/signals";
import { chat, conversations } from "../state/page.ts";
import { ChatComposer } from "./chat-composer.tsx";
import { ChatThread } from "./chat-thread.tsx";
import { EmptyChat, MissingChat } from "./empty-chat.tsx";
import { NotKept } from "./not-kept.tsx";
import { Stage } from "./stage.tsx";
import { Thread } from "./thread.tsx";
import { WireLine } from "./wire-line.tsx";

/** A conversation with one assistant; without `id`, one that is about to begin. */
export function ChatView({ id }: { id: string | undefined }) {
  const editing = useSignal<string>();
  const conversation = conversations.list.value.find((other) => other.id === id);
  const run = id ? chat.runs.value.get(id) : undefined;
  const busy = run?.active.value ?? false;
  const asked = conversation?.entries.findLast(({ role }) => role === "user")?.id;
  return (
    <Stage title={conversation?.title ?? "New conversation"} wire={{ answer: run?.answer }}>
      <Thread label="Messages" restart={`${id} ${asked}`} centred={!conversation}>
        {conversation && <ChatThread key={id} conversation={conversation} run={run} editing={editing} />}
        {!conversation && (id ? <MissingChat /> : <EmptyChat />)}
      </Thread>
      <div class="foot column">
        <NotKept full={conversations.full.value} />
        <WireLine answer={run?.answer} waiting={busy && run?.mode === "wait"} />
        <ChatComposer conversation={conversation} busy={busy} editing={editing} />
      </div>
    </Stage>
  );
}
