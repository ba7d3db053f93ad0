import type { Answer } from "./answer.ts";
import type { Entry } from "./conversation.ts";
import { announceLoss, endText, entryOf } from "./outcome.ts";
import { resumeNote } from "./resumes.ts";
import { begin, type Run, type RunSettings } from "./run.ts";
import type { Running } from "./storage.ts";

/** A run whose position is written down as it goes on. */
export type Follow = {
  readonly run: Run;
  /** Writes down where it stands now. */
  keep(): void;
  /** The message that it answers. */
  readonly asked: string;
  /** The answer so far, as one that was stopped; undefined while there is none. */
  soFar(): Entry | undefined;
  /** Writes nothing down any more. */
  discard(): void;
  /** The answer as a message, and what is to be said of it. */
  readonly ended: Promise<{ entry: Entry; text: string }>;
};

export type FollowSettings = Pick<RunSettings, "client" | "now" | "wall" | "frame"> & {
  announce: (text: string) => void;
};

/** How often, in ms, the position of a running answer is written down. */
const KEEP_EVERY_MS = 400;

/** So many lines about resumes are kept with a message, the latest ones. */
const MOST_NOTES = 20;

/** Begins a run, or goes on with it, and has `write` keep what a reload needs to go on. */
export function followRun(running: Running, settings: FollowSettings, write: (running: Running) => void): Follow {
  const { now, wall, announce } = settings;
  const at = () => new Date(wall()).toISOString();
  let current = running;
  let keptAt = now();
  let discarded = false;
  function keep(answer: Answer | undefined) {
    const saved = answer?.save();
    // From here on the stream itself is the way back; without the context of the question, writing it down is cheap.
    if (saved) current = { ...current, request: { message: current.request.message }, saved, savedAt: at() };
    keptAt = now();
    if (!discarded) write(current);
  }
  keep(undefined);
  const run = begin(running, {
    ...settings,
    onConnection: announceLoss(announce),
    onEvent: (event, answer) => {
      // The first event brings the stream's own id, the better way back.
      if (event.type === "start" || now() - keptAt >= KEEP_EVERY_MS) keep(answer);
    },
    onResume: (resume) => {
      current = { ...current, notes: [...(current.notes ?? []), resumeNote(resume)].slice(-MOST_NOTES) };
      announce(resume.text);
    },
  });
  const ended = run.outcome.then((outcome) => ({
    entry: entryOf(run.entryId, outcome, current.notes ?? [], at()),
    text: endText(outcome),
  }));
  const discard = () => {
    discarded = true;
  };
  function soFar(): Entry | undefined {
    const content = run.answer?.messages.peek().at(-1)?.content;
    return content ? entryOf(run.entryId, { content, reason: "cancelled" }, current.notes ?? [], at()) : undefined;
  }
  return { run, asked: running.asked, keep: () => keep(run.answer), soFar, discard, ended };
}
