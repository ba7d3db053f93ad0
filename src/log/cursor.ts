import type { Slice } from "./frame-store.ts";
import type { StreamLog } from "./stream-log.ts";

/** What readers need of what they read: a log, or something endless that keeps only its newest events. */
export type FrameSource = Pick<StreamLog, "lastSeq" | "sealed" | "isVoid" | "away" | "slice" | "listen"> & {
  /** The oldest event that can still be read. A log, which keeps all, has none. */
  readonly firstKept?: number;
};

/** A position to read on from. It holds no events: a slow reader costs a number. */
export type Cursor = {
  /** What follows, up to about `maxBytes`, and moves past it; undefined when there is nothing (yet, or any more). */
  next(maxBytes: number): Slice | undefined;
  /** The last event passed. */
  readonly seq: number;
  /** Whether the log is sealed and everything was passed. */
  hasEnded(): boolean;
  close(): void;
};

/**
 * Opens a cursor strictly after `after` (R-CURSOR). There is no replay and no live: `next` gives what is there, and `ready`
 * is called when there is more; the two are one loop.
 */
export function openCursor(log: FrameSource, after: number, ready: () => void): Cursor {
  const cursor = {
    seq: after,
    next(maxBytes: number) {
      const slice = log.slice(cursor.seq, maxBytes);
      if (slice) cursor.seq = slice.seq;
      return slice;
    },
    hasEnded: () => log.sealed && cursor.seq >= log.lastSeq,
    close: log.listen(ready),
  };
  return cursor;
}
