import type { Clock } from "../../clock.ts";
import { createRetries } from "../../log/redis/retries.ts";
import type { SharedStore } from "../../log/redis/shared-store.ts";
import type { SharedWorlds } from "../sharing.ts";
import { createSharedFeeds } from "./shared-feeds.ts";
import { createSharedMemories } from "./shared-memories.ts";
import { openWorldNews, type WorldNews } from "./world-news.ts";

export type OpenSharedWorlds = SharedWorlds & {
  readonly news: WorldNews;
  /** Ends all that is still being tried. The store is its opener's. */
  close(): void;
};

export type SharedWorldsOptions = {
  store: SharedStore;
  clock: Clock;
  serverId: string;
  /** Names feeds. */
  newId(): string;
};

/** What servers have in common of their worlds, in Redis. */
export async function openSharedWorlds({ store, clock, ...own }: SharedWorldsOptions): Promise<OpenSharedWorlds> {
  const { connection, keys } = store;
  const news = await openWorldNews(connection, keys.worldNews);
  const retries = createRetries(clock);
  const memories = createSharedMemories({ connection, keys, clock, retries });
  return {
    news,
    memories,
    feeds: createSharedFeeds({ connection, keys, clock, news, ...own }),
    close() {
      retries.close();
      memories.close();
    },
  };
}
