import { signal } from "@preact/signals";
import type { Entry } from "../state/conversation.ts";
import { chat, conversations } from "../state/page.ts";
import { chatHref, goTo } from "../state/route.ts";
import type { Run } from "../state/run.ts";
import { Composer } from "./composer.tsx";
import { MessageView } from "./message.tsx";
import { Stage } from "./stage.tsx";
import { Thread } from "./thread.tsx";
import { WireLine } from "./wire-line.tsx";

const draft = signal("");

export function ChatView({ id }: { id: string | undefined }) {
  const conversation = conversations.list.value.find((other) => other.id === id);
  const run = id ? chat.runs.value.get(id) : undefined;
  const busy = run?.active.value ?? false;
  return (
    <Stage title={conversation?.title ?? "New conversation"} wire={{ answer: run?.answer }}>
      <Thread label="Messages" restart={id}>
        {conversation?.entries.map((entry) => (
          <EntryView key={entry.id} entry={entry} />
        ))}
        {run && busy && <Growing key={run.entryId} run={run} />}
      </Thread>
      <div class="foot column">
        <WireLine answer={run?.answer} />
        <Composer
          value={draft}
          label="Message"
          placeholder="Write a message"
          busy={busy}
          onSend={(text) => {
            const to = chat.send(conversation?.id, text, { mode: "stream" });
            if (to !== id) goTo(chatHref(to));
          }}
          onStop={() => id && chat.stop(id)}
        />
      </div>
    </Stage>
  );
}

function EntryView({ entry }: { entry: Entry }) {
  return <MessageView sender={entry.role === "user" ? "You" : "Assistant"} role={entry.role} content={entry.content} />;
}

function Growing({ run }: { run: Run }) {
  const content = run.answer?.messages.value.at(-1)?.content ?? "";
  return <MessageView sender="Assistant" role="assistant" content={content} streaming />;
}
