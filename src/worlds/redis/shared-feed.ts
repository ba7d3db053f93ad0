import type { Clock } from "../../clock.ts";
import { storeAway } from "../../protocol/errors.ts";
import type { WorldEvent } from "../../protocol/events.ts";
import { oneLine } from "../../protocol/frames.ts";
import { FEED_LIMITS, type ReadableFeed, type RoomFeed } from "../feed.ts";
import type { RecentLimits } from "../recent-frames.ts";
import { withoutKey } from "../world-event.ts";
import { type FeedCopy, openFeedCopy } from "./feed-copy.ts";
import { createFeedOutbox } from "./feed-outbox.ts";
import type { FeedStore } from "./feed-store.ts";

export type SharedFeedOptions = {
  store: FeedStore;
  clock: Clock;
  /** This server's id. */
  server: string;
  /** Greater with each call, for all feeds of this server. */
  nextBatch(): number;
  /** As random as a stream's: it is part of each cursor. */
  newId(): string;
  /** The world's name. */
  world: string;
  /** An id that the feed had, and has no more. */
  onGone(id: string): void;
  /** Where copies stand that are to be synced when the store is back. */
  copies: Set<{ sync(): Promise<void> }>;
  limits?: RecentLimits;
};

export type SharedFeed = RoomFeed & {
  /** Resolves when what was published is in the store, or never will be. */
  drained(): Promise<void>;
};

/** How often it is said that the feed is read, and what was published is compared with the store: words may be lost. */
const SYNC_MS = 10_000;
/** A copy that nobody reads is kept for a reader that reconnects. */
const LINGER_MS = 10_000;

/**
 * The feed of a world that servers share: one id and one numbering for all. What happens here is added to the store's feed, and
 * comes to the readers of all servers from there.
 */
export function createSharedFeed(options: SharedFeedOptions): SharedFeed {
  const { store, clock, server, nextBatch, world, copies, limits = FEED_LIMITS } = options;
  /** None that is sealed. */
  let copy: FeedCopy | undefined;
  const seen = () => copy && { id: copy.id, seq: copy.lastSeq };
  const outbox = createFeedOutbox({ store, clock, server, nextBatch, world, seen });
  let opening: Promise<FeedCopy> | undefined;
  let takeBack = () => {};
  let isClosed = false;
  /** Its id, as it was known last. */
  let lastId: string | undefined;

  async function begin(): Promise<FeedCopy> {
    try {
      const opened = await openFeedCopy({ ...options, limits, onSealed: letGo });
      if (isClosed) opened.drop();
      if (!opened.sealed) keep(opened);
      return opened;
    } finally {
      opening = undefined;
    }
  }

  function keep(opened: FeedCopy) {
    copy = opened;
    lastId = opened.id;
    copies.add(opened);
    takeBack = clock.after(SYNC_MS, beat);
  }

  function letGo() {
    if (copy) copies.delete(copy);
    copy = undefined;
    takeBack();
  }

  function beat() {
    if (!copy) return;
    if (copy.readers === 0 && clock.now() - copy.leftAt >= LINGER_MS) return copy.drop();
    copy.sync().catch(() => {});
    takeBack = clock.after(SYNC_MS, beat);
  }

  async function open(): Promise<ReadableFeed> {
    const opened = copy;
    // A reader that was cut off may come from a server that had more.
    await opened?.sync();
    if (opened && (!opened.sealed || isClosed)) return opened;
    opening ??= begin();
    return opening;
  }

  /** Who reads here sees the end that the store has, or else none. */
  async function end() {
    await outbox.drained();
    await copy?.sync().catch(() => {});
    copy?.drop();
  }

  return {
    publish(event, place) {
      const { turn_id: turn } = event;
      outbox.push(lineOf(event), turn === undefined || place === undefined ? undefined : { turn, place });
    },
    async toldOf(turnId) {
      const place = await store.toldOf(world, turnId).catch(() => undefined);
      return place === undefined ? undefined : Math.floor(place);
    },
    async learn() {
      lastId = await store.idOf(world).catch(() => lastId);
    },
    skip: () => outbox.isUnwanted,
    async open() {
      try {
        return await open();
      } catch {
        throw storeAway();
      }
    },
    ...{ look: outbox.look, drained: outbox.drained },
    close() {
      if (isClosed) return;
      isClosed = true;
      outbox.end(lineOf({ type: "done", reason: "cancelled" }), copy?.id ?? lastId);
      void end();
    },
    drop() {
      isClosed = true;
      outbox.stop();
      copy?.drop();
    },
    get readers() {
      return copy?.readers ?? 0;
    },
    get idle() {
      return outbox.isEmpty && !opening && !copy;
    },
    ownId: undefined,
  };
}

/** Its type comes first. */
function lineOf(event: WorldEvent): string {
  const { type, ...rest } = withoutKey(event);
  return oneLine({ type, ...rest });
}
