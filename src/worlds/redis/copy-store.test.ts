import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { copyStoreContract } from "../../../testing/copy-store-contract.ts";
import { unlessInstalled } from "../../../testing/installed.ts";
import { type RedisServer, startRedis } from "../../../testing/redis-server.ts";
import { newPrefix } from "../../../testing/shared-server.ts";
import { connectRedis } from "../../log/redis/connection.ts";
import { keysUnder } from "../../log/redis/keys.ts";
import type { WorldCopy } from "../world-copies.ts";
import { createCopyStore } from "./copy-store.ts";
import { openWorldNews } from "./world-news.ts";

describe("copies of worlds in Redis", { skip: unlessInstalled("redis-server", "--version") }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.close());

  async function join(prefix: string) {
    const connection = await connectRedis(redis.url);
    const keys = keysUnder(prefix);
    const news = await openWorldNews(connection, keys.worldNews);
    return { connection, store: createCopyStore(connection, keys, news) };
  }

  copyStoreContract("in Redis", async () => {
    const prefix = newPrefix();
    const [a, b] = [await join(prefix), await join(prefix)];
    return {
      ...{ a: a.store, b: b.store },
      close() {
        a.connection.close();
        b.connection.close();
      },
    };
  });

  test("the mark of a store is the first that was proposed, until it is emptied; it is no world", async () => {
    const prefix = newPrefix();
    const { connection, store } = await join(prefix);
    assert.equal(await store.mark("one"), "one");
    assert.equal(await store.mark("two"), "one");
    assert.equal((await store.all()).size, 0);
    await connection.redis.flushall();
    assert.equal(await store.mark("three"), "three");
    connection.close();
  });

  test("a store that is full takes what makes room: worlds can be deleted, and none made or changed", async (t) => {
    const own = await startRedis();
    t.after(() => own.close());
    const connection = await connectRedis(own.url);
    t.after(() => connection.close());
    const keys = keysUnder(newPrefix());
    const store = createCopyStore(connection, keys, await openWorldNews(connection, keys.worldNews));
    await store.mark("one");
    const kitchen = { rev: 3, made: 3, world: { name: "kitchen" }, agents: [] } as unknown as WorldCopy;
    await store.write("kitchen", 0, kitchen);
    await connection.redis.call("CONFIG", "SET", "maxmemory", "1");
    assert.equal(await store.mark("two"), "one");
    await assert.rejects(store.write("kitchen", 3, { ...kitchen, rev: 4 }), /OOM/);
    await assert.rejects(store.write("attic", 0, kitchen), /OOM/);
    assert.deepEqual(await store.write("kitchen", 3, { rev: 5, deleted: true }), { written: true });
    assert.deepEqual(await store.all(), new Map([["kitchen", { rev: 5, deleted: true }]]));
  });
});
