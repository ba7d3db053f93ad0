import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Connection } from "../../client/types.ts";
import type { Answer } from "../state/answer.ts";
import { resumeNote } from "../state/resumes.ts";
import type { Run } from "../state/run.ts";
import { duration, ticking } from "../state/words.ts";
import { MessageView } from "./message.tsx";
import { Notes } from "./notes.tsx";

/** The answer under way. */
export function Growing({ run }: { run: Run }) {
  return run.answer ? <Streaming answer={run.answer} /> : <Waiting since={run.startedAt} />;
}

function Streaming({ answer }: { answer: Answer }) {
  const content = answer.messages.value.at(-1)?.content ?? "";
  const notice = answer.notice.value;
  return (
    <MessageView
      sender="Assistant"
      from="assistant"
      content={content}
      streaming
      status={notice?.message}
      notes={
        <Notes
          lines={answer.resumes.value.map(resumeNote)}
          lost={lostText(answer.connection.value, answer.dropped.value)}
        />
      }
    />
  );
}

/** What is to be said while the connection is away; undefined while it is there. */
export function lostText(connection: Connection, dropped: boolean): string | undefined {
  if (connection.status === "waiting") {
    const soon =
      connection.retryInMs < 1000 ? "Trying again now." : `Trying again in ${duration(connection.retryInMs)}.`;
    return `${dropped ? "You dropped the connection." : connection.cause} ${soon}`;
  }
  return connection.status === "connecting" && connection.attempt > 1 ? "Reconnecting." : undefined;
}

/** A whole answer is waited for: there is nothing to show of it but the time. */
function Waiting({ since }: { since: number }) {
  const elapsed = useSignal(Date.now() - since);
  useEffect(() => {
    const timer = setInterval(() => {
      elapsed.value = Date.now() - since;
    }, 1000);
    return () => clearInterval(timer);
  }, [since, elapsed]);
  return (
    <article class="message assistant" aria-label="Assistant" aria-busy="true">
      <div class="waiting">
        <span class="figures">Waiting for the whole answer, {ticking(elapsed.value)}</span>
        <div class="track" aria-hidden="true" />
      </div>
    </article>
  );
}
