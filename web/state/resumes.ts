import { type ReadonlySignal, signal } from "@preact/signals";
import type { Resumed } from "../../client/types.ts";
import { duration, plural } from "./words.ts";

export type Resume = Resumed & {
  /** Why the connection had ended. */
  cause: "dropped" | "lost" | "reload";
  /** What came of it, in words: "Resumed at event 57, 12 events replayed, 340 ms". */
  text: string;
};

export type Resumes = {
  readonly list: ReadonlySignal<readonly Resume[]>;
  /** Whether the reader cut the connection, and it has not come back yet. */
  readonly dropped: ReadonlySignal<boolean>;
  /** The next cut is one that the reader asked for. */
  dropping(): void;
  resumed(report: Resumed): void;
  /** Whether an event was ready when the connection came back: its arrival says nothing about the model's pace. */
  replaying(seq: number): boolean;
};

/** So many reports are kept, the latest ones. */
const MOST = 100;

/**
 * Keeps the reports of all resumes of one stream. The first one of a stream that was `restored` follows a reload, and its gap began
 * when the position was written down.
 */
export function createResumes(restored: { savedMsAgo: number } | undefined, tell: (resume: Resume) => void): Resumes {
  const list = signal<readonly Resume[]>([]);
  let reload = restored !== undefined;
  const dropped = signal(false);
  let replayedUntil = 0;
  return {
    list,
    dropped,
    dropping: () => {
      dropped.value = true;
    },
    resumed(report) {
      const gapMs = report.gapMs + (reload ? (restored?.savedMsAgo ?? 0) : 0);
      const cause = reload ? "reload" : dropped.peek() ? "dropped" : "lost";
      const resume = { ...report, gapMs, cause, text: resumeText({ ...report, gapMs }) } as const;
      dropped.value = false;
      reload = false;
      replayedUntil = report.after + report.replayed;
      list.value = [...list.peek(), resume].slice(-MOST);
      tell(resume);
    },
    replaying: (seq) => seq <= replayedUntil,
  };
}

const resumeText = ({ after, replayed, gapMs }: Resumed): string =>
  `Resumed at event ${after}, ${replayed === 0 ? "nothing to replay" : `${plural(replayed, "event")} replayed`}, ${duration(gapMs)}`;

const CAUSES = { dropped: "Connection dropped. ", lost: "Connection lost. ", reload: "Page reloaded. " } as const;

/** With its cause, as a line in the conversation. */
export const resumeNote = ({ cause, text }: Resume): string => CAUSES[cause] + text;

/** What is to be said of the text as a whole after a resume. */
export function exactnessText(exact: boolean | undefined): string {
  if (exact === undefined) return "Whether the text is exact is checked when it ends.";
  return exact
    ? "Exact: the pieces, put together, are the whole text."
    : "Not exact: the pieces are not the whole text.";
}
