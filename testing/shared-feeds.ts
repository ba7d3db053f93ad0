import assert from "node:assert/strict";
import { connectRedis } from "../src/log/redis/connection.ts";
import { keysUnder } from "../src/log/redis/keys.ts";
import { FEED_LIMITS } from "../src/worlds/feed.ts";
import type { RecentLimits } from "../src/worlds/recent-frames.ts";
import type { FeedStore } from "../src/worlds/redis/feed-store.ts";
import { createFeedStore } from "../src/worlds/redis/feed-store.ts";
import { createSharedFeed, type SharedFeed } from "../src/worlds/redis/shared-feed.ts";
import { openWorldNews } from "../src/worlds/redis/world-news.ts";
import { turn } from "./log-environment.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import type { Place } from "./redis-server.ts";

/** One of the servers that share the feed of the world `lobby`. */
export type FeedServer = {
  clock: ManualClock;
  feed: SharedFeed;
  store: FeedStore;
  /** Ids that the feed had before, as far as it has been told. */
  gone: Set<string>;
  /** What is published here is in the store. */
  written(): Promise<void>;
  /** What has been published has been heard. */
  listened(): Promise<void>;
  /** The same, and what was not heard has been read. */
  heard(): Promise<void>;
  /** Lets go of it. Throws where something is left behind. */
  close(): Promise<void>;
};

export type FeedServerOptions = {
  name: string;
  limits?: Partial<RecentLimits>;
  /** Puts something between a server and its store. */
  through?(store: FeedStore): FeedStore;
};

let ids = 0;

export async function startFeedServer({ url, prefix }: Place, options: FeedServerOptions): Promise<FeedServer> {
  const { name, limits = {}, through = (own) => own } = options;
  const clock = manualClock();
  const connection = await connectRedis(url);
  const keys = keysUnder(prefix);
  const news = await openWorldNews(connection, keys.worldNews);
  const store = through(createFeedStore(connection, keys, clock));
  const copies = new Set<{ sync(): Promise<void> }>();
  const gone = new Set<string>();
  let batches = 0;
  const feed = createSharedFeed({
    ...{ store, clock, copies, world: "lobby", server: name, limits: { ...FEED_LIMITS, ...limits } },
    nextBatch: () => ++batches,
    newId: () => `feed${++ids}`,
    onGone: (id) => void gone.add(id),
  });
  news.on("feed", feed.look);
  connection.onBack(() => {
    feed.look();
    for (const copy of copies) copy.sync().catch(() => {});
  });
  return {
    ...{ clock, feed, store, gone, written: feed.drained },
    listened: connection.checkListener,
    async heard() {
      await connection.checkListener();
      for (const copy of copies) await copy.sync();
      await turn();
    },
    async close() {
      feed.drop();
      await feed.drained();
      connection.close();
      assert.deepEqual([copies.size, clock.pending()], [0, 0], "a copy or a timer was left behind");
    },
  };
}
