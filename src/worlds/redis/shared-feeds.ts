import type { Clock } from "../../clock.ts";
import type { Connection } from "../../log/redis/connection.ts";
import type { Keys } from "../../log/redis/keys.ts";
import type { SharedFeeds } from "../sharing.ts";
import { createFeedStore } from "./feed-store.ts";
import { createSharedFeed } from "./shared-feed.ts";
import type { WorldNews } from "./world-news.ts";

export type SharedFeedsOptions = {
  connection: Connection;
  keys: Keys;
  clock: Clock;
  news: WorldNews;
  serverId: string;
  /** As random as a stream's: it is part of each cursor. */
  newId(): string;
};

/** The feeds of worlds that servers share: they stand in Redis. */
export function createSharedFeeds({ connection, keys, clock, news, serverId, newId }: SharedFeedsOptions): SharedFeeds {
  const store = createFeedStore(connection, keys, clock);
  const copies = new Set<{ sync(): Promise<void> }>();
  let batches = 0;
  connection.onBack(() => {
    for (const copy of copies) copy.sync().catch(() => {});
  });
  return {
    create: (world, onGone) =>
      createSharedFeed({ store, clock, copies, newId, world, onGone, server: serverId, nextBatch: () => ++batches }),
    onWanted(wanted) {
      news.on("feed", ({ world }) => wanted(world));
      // What was said while the store was away was not heard.
      connection.onBack(() => wanted());
    },
  };
}
