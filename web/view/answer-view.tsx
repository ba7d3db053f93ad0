import type { ComponentChildren } from "preact";
import type { Answer } from "../state/answer.ts";
import type { Entry } from "../state/conversation.ts";
import { endingOf } from "../state/ending.ts";
import { resumeNote } from "../state/resumes.ts";
import type { Run } from "../state/run.ts";
import { ticking } from "../state/words.ts";
import { CopyButton } from "./copy-button.tsx";
import { useElapsed } from "./countdown.ts";
import { IconButton } from "./icon-button.tsx";
import { Lost } from "./lost.tsx";
import { MessageView } from "./message.tsx";
import { Notes } from "./notes.tsx";
import { FailureBanner } from "./states.tsx";

type AnswerViewProps = {
  /** The answer as it is kept; undefined while it is under way. */
  entry: Entry | undefined;
  run: Run | undefined;
  /** Nothing comes after it, and nothing is under way. */
  last: boolean;
  onRetry: () => void;
  /** Edits the message that it answers. */
  onEdit: () => void;
};

/** An answer under way or over. It is one and the same element all the time: what is selected in it stays so at its end. */
export function AnswerView({ entry, run, last, onRetry, onEdit }: AnswerViewProps) {
  if (!entry && !run?.answer) return <Waiting since={run?.startedAt ?? Date.now()} />;
  const shown = entry ? over(entry) : run?.answer ? underWay(run.answer, run.earlier) : undefined;
  if (!shown) return null;
  const { failure } = entry ?? {};
  const retry = last && !failure ? onRetry : undefined;
  return (
    <>
      <MessageView
        sender="Assistant"
        from="assistant"
        {...shown}
        last={last}
        streaming={!entry}
        actions={failure && !shown.content ? undefined : <Actions text={entry && shown.content} onRetry={retry} />}
      />
      {entry && failure && (
        <FailureBanner failure={failure} at={Date.parse(entry.at)} {...(last ? { onRetry, onEdit } : {})} />
      )}
    </>
  );
}

type Shown = { content: string; notes: ComponentChildren; status?: ComponentChildren };

const over = (entry: Entry): Shown => ({
  content: entry.content,
  notes: <Notes lines={entry.notes ?? []} />,
  status: endingOf(entry)?.line,
});

const underWay = (answer: Answer, earlier: readonly string[]): Shown => ({
  content: answer.messages.value.at(-1)?.content ?? "",
  notes: (
    <Notes lines={[...earlier, ...answer.resumes.value.map(resumeNote)]}>
      <Lost answer={answer} />
    </Notes>
  ),
  status: answer.notice.value?.message,
});

/** The row is there from the beginning, so that nothing moves when the buttons come. */
function Actions({ text, onRetry }: { text: string | undefined; onRetry: (() => void) | undefined }) {
  return (
    <>
      {text && <CopyButton text={text} />}
      {onRetry && <IconButton small icon="retry" label="Retry" title="Ask again" onClick={onRetry} />}
    </>
  );
}

/** A whole answer is waited for: there is nothing to show of it but the time. */
function Waiting({ since }: { since: number }) {
  const elapsed = useElapsed(since);
  return (
    <article class="message assistant" aria-label="Assistant said" aria-busy="true">
      <div class="waiting">
        <span class="figures">Waiting for the whole answer, {ticking(elapsed)}</span>
        <div class="track" aria-hidden="true" />
      </div>
    </article>
  );
}
