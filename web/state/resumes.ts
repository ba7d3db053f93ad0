import { type ReadonlySignal, signal } from "@preact/signals";
import type { Resumed } from "../../client/types.ts";
import { duration, plural } from "./words.ts";

export type Resume = {
  /** Why the connection had ended. */
  cause: "dropped" | "lost" | "reload";
  /** The position that was resumed at. */
  after: number;
  replayed: number;
  gapMs: number;
  /** The same in words: "Resumed at event 57, 12 events replayed, 340 ms". */
  text: string;
};

export type Resumes = {
  readonly list: ReadonlySignal<readonly Resume[]>;
  /** The next cut is one that the reader asked for. */
  dropping(): void;
  resumed(report: Resumed): void;
  /** Whether an event was ready when the connection came back: its arrival says nothing about the model's pace. */
  replaying(seq: number): boolean;
};

/** Keeps the reports of all resumes of one stream. */
export function createResumes(restored: { savedMsAgo: number } | undefined, tell: (resume: Resume) => void): Resumes {
  const list = signal<readonly Resume[]>([]);
  let dropped = false;
  let replayedUntil = 0;
  return {
    list,
    dropping: () => {
      dropped = true;
    },
    resumed(report) {
      const first = list.peek().length === 0;
      const reload = restored && first && !dropped;
      const gapMs = report.gapMs + (reload ? restored.savedMsAgo : 0);
      const cause = reload ? "reload" : dropped ? "dropped" : "lost";
      const resume = { cause, ...report, gapMs, text: resumeText({ ...report, gapMs }) } as const;
      dropped = false;
      replayedUntil = report.after + report.replayed;
      list.value = [...list.peek(), resume];
      tell(resume);
    },
    replaying: (seq) => seq <= replayedUntil,
  };
}

const resumeText = ({ after, replayed, gapMs }: Resumed): string =>
  `Resumed at event ${after}, ${replayed === 0 ? "nothing to replay" : `${plural(replayed, "event")} replayed`}, ${duration(gapMs)}`;
