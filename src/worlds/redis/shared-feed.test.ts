import { after, before, describe } from "node:test";
import { feedContract } from "../../../testing/feed-contract.ts";
import { unlessInstalled } from "../../../testing/installed.ts";
import { type RedisServer, startRedis } from "../../../testing/redis-server.ts";
import { startFeedServer } from "../../../testing/shared-feeds.ts";
import { newPrefix } from "../../../testing/shared-server.ts";
import type { RecentLimits } from "../recent-frames.ts";

describe("the shared feed", { skip: unlessInstalled("redis-server", "--version") }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.close());

  async function environment(limits: Partial<RecentLimits>) {
    const server = await startFeedServer({ url: redis.url, prefix: newPrefix(), name: "a", limits });
    const { clock, feed, written, heard, close } = server;
    async function settle() {
      await written();
      await heard();
    }
    return { clock, feed, settle, close };
  }

  feedContract("servers that share it", environment, 20);
});
