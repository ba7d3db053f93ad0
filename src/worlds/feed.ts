import { type Clock, timestampOf } from "../clock.ts";
import { createBells, hang, ringSoon } from "../log/bells.ts";
import type { FrameSource } from "../log/cursor.ts";
import type { WorldEvent } from "../protocol/events.ts";
import { frameOf, framingOf } from "../protocol/frames.ts";
import { type RecentLimits, recentFrames } from "./recent-frames.ts";
import { withoutKey } from "./world-event.ts";

/** What a reader of a feed needs. */
export type ReadableFeed = FrameSource & {
  readonly id: string;
  readonly epoch: 0;
  /** A cursor below `firstKept - 1` is gone. */
  readonly firstKept: number;
  /** Counts a reader until the release is called. */
  read(): () => void;
  /** What a reader is sent first who begins at the present: the feed's `start`, numbered as its last event. */
  startFrame(): string;
};

/**
 * All that happens in a world, for whoever looks on (PROTOCOL.md, R-FEED). It has no beginning, only a present, and keeps
 * what a reader needs who was cut off and comes back.
 */
export type RoomFeed = {
  /**
   * Numbers an event, and keeps it where somebody reads or may come back. Nothing happens once it is closed. `place`: where it
   * stands in its turn. A shared feed has each place of a turn once, and none after a later one.
   */
  publish(event: WorldEvent, place?: number): void;
  /** Up to which event of its log a shared feed has a turn, as far as it is known. */
  toldOf?(turnId: string): Promise<number | undefined>;
  /** Numbers an event that nobody reads or may come back for. False, and nothing is done, where it has to be published. */
  skip(): boolean;
  /** As it stands, for a reader. @throws Failure `store_unavailable` */
  open(): Promise<ReadableFeed>;
  /** Something begins: whoever wants to read it may be on another server. */
  look(): void;
  /** A shared feed learns which one it is, for it to be the one that `close` ends. */
  learn?(): Promise<void>;
  /** Ends it with `done`, for the world is deleted. May be called twice. */
  close(): void;
  /** Ends it without an event, for the server closes: it goes on when the server is back, under another id. */
  drop(): void;
  readonly readers: number;
  /** Nobody reads, nobody can come back: no event and no timer is held. */
  readonly idle: boolean;
  /** Its id, if a cursor into it can exist that only this server knows of. */
  readonly ownId: string | undefined;
};

/** The feed of one server alone. */
export type Feed = ReadableFeed &
  RoomFeed & {
    /** Whether a cursor into it can exist anywhere. */
    readonly wasRead: boolean;
  };

export type FeedOptions = {
  /** As random as a stream's: it is part of each cursor. */
  id: string;
  clock: Clock;
  world?: string;
  /** Framed bytes that are kept. */
  maxBytes?: number;
  /** How long an event is kept, and for how long after the last reader has left any is; ms. */
  maxAgeMs?: number;
};

/** Of what is kept (R-FEED). */
export const FEED_LIMITS: RecentLimits = { maxBytes: 4 * 1024 * 1024, maxAgeMs: 300_000 };

// A busy feed lets go as it adds: the timer is for one that has fallen silent, and need not fire for each event.
const SWEEPS_IN_AGE = 10;

/** The feed of one world. */
export function createFeed(options: FeedOptions): Feed {
  const { id, clock, world, maxBytes, maxAgeMs } = { ...FEED_LIMITS, ...options };
  const framing = framingOf(`${id}.0.`);
  const createdAt = timestampOf(clock.wall());
  const bells = createBells();
  // Position 1 is where it begins, as in any stream, though nobody may be there to be sent a `start`.
  let lastSeq = 1;
  let sealed = false;
  let readers = 0;
  let wasRead = false;
  /** Until when somebody may come back to whom a position was told. */
  let keptUntil = Number.NEGATIVE_INFINITY;
  let cancelTimer: (() => void) | undefined;
  const frames = recentFrames({ maxBytes, maxAgeMs }, lastSeq + 1);

  const isWanted = (now: number) => readers > 0 || now < keptUntil;

  function forgetAll() {
    frames.restart(lastSeq + 1);
    cancelTimer?.();
    cancelTimer = undefined;
  }

  /** Lets go of what may not be read any more. */
  function sweep() {
    const now = clock.now();
    if (isWanted(now)) frames.expire(now);
    if (!isWanted(now) || frames.oldest === undefined) forgetAll();
  }

  function arm(now: number) {
    if (cancelTimer || frames.oldest === undefined) return;
    const aged = Math.max(frames.oldest + maxAgeMs - now, maxAgeMs / SWEEPS_IN_AGE);
    cancelTimer = clock.after(readers > 0 ? aged : Math.min(aged, keptUntil - now), () => {
      cancelTimer = undefined;
      sweep();
      arm(clock.now());
    });
  }

  function skip(): boolean {
    if (sealed) return true;
    if (wasRead && isWanted(clock.now())) return false;
    lastSeq++;
    // Most events of most worlds cost a number: where nobody ever read, there is nothing to forget.
    if (wasRead) forgetAll();
    return true;
  }

  function publish(event: WorldEvent) {
    if (skip()) return;
    lastSeq++;
    const now = clock.now();
    frames.expire(now);
    frames.add(frameOf(framing, lastSeq, withoutKey(event)).text, now);
    arm(now);
    ringSoon(bells);
  }

  function leave() {
    readers--;
    if (readers > 0) return;
    if (sealed) forgetAll();
    else keptUntil = clock.now() + maxAgeMs;
  }

  const feed: Feed = {
    id,
    epoch: 0,
    publish,
    skip,
    open: async () => feed,
    look() {},
    get lastSeq() {
      return lastSeq;
    },
    get sealed() {
      return sealed;
    },
    get firstKept() {
      sweep();
      return frames.first;
    },
    get wasRead() {
      return wasRead;
    },
    get ownId() {
      return wasRead ? id : undefined;
    },
    get readers() {
      return readers;
    },
    get idle() {
      sweep();
      return !isWanted(clock.now());
    },
    close() {
      publish({ type: "done", reason: "cancelled" });
      sealed = true;
      keptUntil = Number.NEGATIVE_INFINITY;
      if (readers === 0) forgetAll();
    },
    drop() {
      sealed = true;
      keptUntil = Number.NEGATIVE_INFINITY;
      forgetAll();
      ringSoon(bells);
    },
    read() {
      sweep();
      wasRead = true;
      readers++;
      return once(leave);
    },
    startFrame() {
      const about = { stream_id: id, kind: "feed" as const, created_at: createdAt, world };
      return frameOf(framing, lastSeq, { type: "start", ...about }).text;
    },
    slice: frames.slice,
    listen: (ring) => hang(bells, ring),
  };
  return feed;
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
