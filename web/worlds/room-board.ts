import { type ReadonlySignal, signal } from "@preact/signals";
import { mergedTurns, notCleared, timeOf } from "./merged-turns.ts";
import type { RoomStore } from "./room-store.ts";
import { emptyRoom, type RoomView } from "./room-view.ts";
import { lost, type Turn } from "./turn.ts";

/** Where a room's turns stand: drawn once a frame, and written down a little later. */
export type RoomBoard = {
  readonly view: ReadonlySignal<RoomView>;
  /** The browser has no room left to keep anything. */
  readonly full: ReadonlySignal<boolean>;
  /** As it is now, drawn or not. */
  now(): RoomView;
  change(change: (room: RoomView) => RoomView): void;
  /** The last event of the feed that is on the board; undefined where the feed begins at the present. */
  feedAt(): string | undefined;
  followedTo(lastEventId: string | undefined): void;
  write(): void;
  /** Forgets all turns that are over, here and in the browser. */
  clear(): void;
  /** Takes over what another tab has kept. */
  takeOver(): void;
};

export type RoomBoardSettings = {
  store: RoomStore;
  frame: (run: () => void) => () => void;
  after: (ms: number, run: () => void) => () => void;
};

const WRITE_AFTER_MS = 600;

/** A board with what this browser kept of the room. */
export function createBoard({ store, frame, after }: RoomBoardSettings): RoomBoard {
  const kept = store.read();
  let room: RoomView = kept ? { turns: kept.turns, missed: kept.missed, feedSeq: kept.feed?.seq ?? 0 } : emptyRoom();
  let feedAt = kept?.feed?.lastEventId;
  let clearedAt = kept?.clearedAt;
  let isDrawing = false;
  let cancelWrite: (() => void) | undefined;
  const view = signal(room);
  const full = signal(false);

  function draw() {
    isDrawing = false;
    view.value = room;
  }

  function change(alter: (room: RoomView) => RoomView) {
    const next = alter(room);
    if (next === room) return;
    room = next;
    if (!isDrawing) frame(draw);
    isDrawing = true;
    cancelWrite ??= after(WRITE_AFTER_MS, write);
  }

  function write() {
    cancelWrite?.();
    cancelWrite = undefined;
    const feed = feedAt === undefined ? {} : { feed: { lastEventId: feedAt, seq: room.feedSeq } };
    const cleared = clearedAt ? { clearedAt } : {};
    full.value = !store.write({ v: 1, turns: room.turns, missed: room.missed, ...feed, ...cleared });
  }

  return {
    view,
    full,
    change,
    write,
    now: () => room,
    feedAt: () => feedAt,
    followedTo: (lastEventId) => {
      feedAt = lastEventId;
    },
    clear: () => {
      const over = room.turns.filter(({ ending }) => ending);
      clearedAt = [clearedAt ?? "", ...over.map(timeOf)].sort().at(-1);
      change((now) => ({ ...now, turns: notCleared(now.turns, clearedAt), missed: false }));
      write();
    },
    takeOver: () => {
      const theirs = store.read();
      clearedAt = theirs?.clearedAt ?? clearedAt;
      // What goes on is told here, too, by the feed or its own stream.
      const over = theirs?.turns.filter(({ ending }) => ending) ?? [];
      change((now) => ({ ...now, turns: notCleared(mergedTurns(over, now.turns), clearedAt) }));
    },
  };
}

/** Turns of which nobody will tell any more are said to be so; `isTold` knows the others. */
export const withoutOrphans = (room: RoomView, isTold: (turn: Turn) => boolean): RoomView => ({
  ...room,
  turns: room.turns.map((turn) => (turn.ending || isTold(turn) ? turn : lost(turn))),
});
