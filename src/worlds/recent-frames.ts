import { appendFrame, createFrameStore, type FrameStore, type Slice, sliceOf } from "../log/frame-store.ts";

/** The newest frames of something that does not end: as many as fit, and none that is too old. */
export type RecentFrames = {
  /** The oldest frame that is kept; where none is, the one that comes next. */
  readonly first: number;
  /** When the oldest frame came, ms; undefined where none is kept. */
  readonly oldest: number | undefined;
  /** Adds the next frame, which is kept however long it is, and lets go of what no longer fits. */
  add(frame: string, now: number): void;
  /** Lets go of what has become too old. */
  expire(now: number): void;
  /** Lets go of everything; `next` is the number of the frame that comes next. */
  restart(next: number): void;
  /** The frames after the `after`-th, as {@link sliceOf} gives them; undefined also where they are not kept any more. */
  slice(after: number, maxBytes: number): Slice | undefined;
};

export type RecentLimits = {
  /** Bytes of all frames. */
  maxBytes: number;
  /** A frame of this age is gone. */
  maxAgeMs: number;
};

/** Frames that lie together and are let go of one by one, though their memory only all at once. */
type Part = { first: number; begun: number; store: FrameStore; times: number[]; lengths: number[] };

// Small beside 4 MiB, for of the oldest part it may be that nearly all is gone.
const PART_BYTES = 64 * 1024;

// So that little of what is too old is held where it takes hours to fill a part.
const PARTS_IN_TIME = 8;

/** No frames; the first that is added is number `next`. */
export function recentFrames({ maxBytes, maxAgeMs }: RecentLimits, next: number): RecentFrames {
  const parts: Part[] = [];
  let first = next;
  let bytes = 0;

  function dropOldest(part: Part) {
    const index = first - part.first;
    bytes -= part.lengths[index] as number;
    first++;
    if (index + 1 === part.times.length) parts.shift();
  }

  function partFor(now: number): Part {
    const last = parts.at(-1);
    if (last && last.store.size < PART_BYTES && now - last.begun < maxAgeMs / PARTS_IN_TIME) return last;
    const fresh = { first: last ? endOf(last) : first, begun: now, store: createFrameStore(), times: [], lengths: [] };
    parts.push(fresh);
    return fresh;
  }

  const oldest = () => {
    const part = parts[0];
    return part?.times[first - part.first];
  };

  return {
    get first() {
      return first;
    },
    get oldest() {
      return oldest();
    },
    add(frame, now) {
      const length = Buffer.byteLength(frame);
      const part = partFor(now);
      appendFrame(part.store, frame, length);
      part.times.push(now);
      part.lengths.push(length);
      bytes += length;
      while (bytes > maxBytes && first + 1 < endOf(part)) dropOldest(parts[0] as Part);
    },
    expire(now) {
      for (let at = oldest(); at !== undefined && now - at >= maxAgeMs; at = oldest()) dropOldest(parts[0] as Part);
    },
    restart(following) {
      // To empty what is empty would cost as much as to number the frame.
      if (parts.length > 0) parts.length = 0;
      bytes = 0;
      first = following;
    },
    slice(after, most) {
      if (after < first - 1) return undefined;
      const part = parts.findLast((one) => one.first <= after + 1);
      const slice = part && sliceOf(part.store, after + 1 - part.first, most);
      return slice && { latin1: slice.latin1, seq: slice.seq + part.first - 1 };
    },
  };
}

/** The number of the frame after its last. */
const endOf = ({ first, times }: Part): number => first + times.length;
