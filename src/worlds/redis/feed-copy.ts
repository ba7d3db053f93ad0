import type { Clock } from "../../clock.ts";
import { createBells, hang, ringSoon } from "../../log/bells.ts";
import { singleFlight } from "../../log/redis/single-flight.ts";
import { encodeFrame } from "../../protocol/frames.ts";
import type { ReadableFeed } from "../feed.ts";
import type { RecentLimits } from "../recent-frames.ts";
import { feedFrames } from "./feed-frames.ts";
import type { FeedNews, FeedState } from "./feed-state.ts";
import type { FeedStore } from "./feed-store.ts";

/** A feed that servers share, as this one has it for its readers. Once it is sealed nothing comes any more. */
export type FeedCopy = ReadableFeed & {
  readonly readers: number;
  /** When its last reader left, ms; while nobody has read, when it was opened. */
  readonly leftAt: number;
  /** Has all that the store has now, and tells it that the feed is wanted. @throws where the store is away */
  sync(): Promise<void>;
  /** Ends its readers without an event. */
  drop(): void;
};

export type FeedCopyOptions = {
  store: FeedStore;
  clock: Clock;
  world: string;
  newId(): string;
  limits: RecentLimits;
  /** An id that the feed had before. */
  onGone(id: string): void;
  /** Nothing comes any more. */
  onSealed(): void;
};

/** Opens a copy. The bell is hung before anything is read, so that nothing is missed. @throws where the store is away */
export async function openFeedCopy(options: FeedCopyOptions): Promise<FeedCopy> {
  const { store, world, newId } = options;
  const early: (FeedNews | undefined)[] = [];
  let take = (news: FeedNews | undefined): void => void early.push(news);
  const leave = await store.follow(world, (news) => take(news));
  try {
    const opened = followFeed(options, await store.open(world, newId()), leave);
    take = opened.take;
    for (const news of early) take(news);
    return opened.copy;
  } catch (error) {
    leave();
    throw error;
  }
}

function followFeed(options: FeedCopyOptions, found: FeedState, leave: () => void) {
  const { store, clock, world, newId, limits } = options;
  const { id, createdAt } = found;
  const frames = feedFrames(id, limits);
  const bells = createBells();
  const batches = new Map<string, number>();
  const now = () => clock.now();
  /** What is published while the store is asked: it may follow what the answer holds. */
  let meanwhile: FeedNews[] | undefined;

  function end() {
    if (copy.sealed) return;
    copy.sealed = true;
    leave();
    ringSoon(bells);
    options.onSealed();
  }

  const note = (server: string, batch: number) => batches.set(server, Math.max(batch, batches.get(server) ?? 0));

  /** What readers have had is not what the store has: they are cut off, and the feed begins anew under another id. */
  async function replace() {
    end();
    await store.replace(world, id, newId());
  }

  async function restore(from: number) {
    const state = { id, createdAt, batches, seq: frames.lastSeq };
    const said = await store.restore(world, { state, from, kept: frames.after(from, now()) });
    if (said !== "ok") await look();
  }

  async function fill(state: FeedState) {
    state.gone.forEach(options.onGone);
    for (const [server, batch] of state.batches) note(server, batch);
    const filled = frames.fill(state, now());
    if (filled === "conflict") return replace();
    if (filled === "behind") return restore(state.seq);
    ringSoon(bells);
    if (state.sealed) end();
  }

  async function look(): Promise<void> {
    const state = await store.renew(world, id, frames.lastSeq);
    if (copy.sealed) return;
    // What it was told while it asked may hold the end of this one.
    if (state === "other") meanwhile?.forEach(add);
    if (state === "other") end();
    else if (state === "lost") await restore(0);
    else await fill(state);
  }

  async function catchUp() {
    if (copy.sealed) return;
    meanwhile = [];
    try {
      await look();
    } finally {
      const missed = meanwhile;
      meanwhile = undefined;
      for (const news of missed) take(news);
    }
  }

  const sync = singleFlight(catchUp);
  const syncSoon = () => void sync().catch(() => {});

  function take(news: FeedNews | undefined): void {
    if (copy.sealed) return;
    if (news?.id !== id) syncSoon();
    else if (meanwhile) meanwhile.push(news);
    else add(news);
  }

  function add(news: FeedNews) {
    const added = frames.add(news, now());
    if (added === "gap") syncSoon();
    else if (added === "conflict") replace().catch(() => {});
    else {
      note(news.server, news.batch);
      ringSoon(bells);
      if (news.sealed) end();
    }
  }

  function read() {
    copy.readers++;
    let isReading = true;
    return () => {
      if (!isReading) return;
      isReading = false;
      copy.readers--;
      copy.leftAt = now();
    };
  }

  const copy: { -readonly [Field in keyof FeedCopy]: FeedCopy[Field] } = {
    ...{ id, epoch: 0, sealed: false, readers: 0, leftAt: now(), sync, read, drop: end },
    get lastSeq() {
      return frames.lastSeq;
    },
    get firstKept() {
      return frames.firstKept(now());
    },
    startFrame() {
      const about = { stream_id: id, kind: "feed" as const, created_at: createdAt, world };
      return encodeFrame(`${id}.0.`, frames.lastSeq, { type: "start", ...about });
    },
    slice: frames.slice,
    listen: (ring) => hang(bells, ring),
  };
  fill(found).catch(() => {});
  return { copy, take };
}
