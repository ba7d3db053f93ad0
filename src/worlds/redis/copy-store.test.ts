import assert from "node:assert/strict";
import { test } from "node:test";
import { closedAfterEach } from "../../../testing/closed-after-each.ts";
import { copyStoreContract } from "../../../testing/copy-store-contract.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { connectRedis } from "../../log/redis/connection.ts";
import type { WorldCopy } from "../world-copies.ts";
import { createCopyStore } from "./copy-store.ts";
import { openWorldNews } from "./world-news.ts";

redisSuite("copies of worlds in Redis", (redis) => {
  const join = closedAfterEach(async () => {
    const connection = await connectRedis(redis.url);
    const news = await openWorldNews(connection, redis.keys.worldNews);
    return { store: createCopyStore(connection, redis.keys, news), close: connection.close };
  });

  copyStoreContract("in Redis", async () => {
    const [a, b] = [await join(), await join()];
    return { a: a.store, b: b.store, close() {} };
  });

  test("the mark of a store is the first that was proposed, until it is emptied; it is no world", async () => {
    const { store } = await join();
    assert.equal(await store.mark("one"), "one");
    assert.equal(await store.mark("two"), "one");
    assert.equal((await store.all()).size, 0);
    await redis.direct.flushall();
    assert.equal(await store.mark("three"), "three");
  });

  test("a store that is full takes what makes room: worlds can be deleted, and none made or changed", async (t) => {
    const { store } = await join();
    await store.mark("one");
    const kitchen = { rev: 3, made: 3, world: { name: "kitchen" }, agents: [] } as unknown as WorldCopy;
    await store.write("kitchen", 0, kitchen);
    await redis.direct.config("SET", "maxmemory", "1");
    t.after(() => redis.direct.config("SET", "maxmemory", "0"));
    assert.equal(await store.mark("two"), "one");
    await assert.rejects(store.write("kitchen", 3, { ...kitchen, rev: 4 }), /OOM/);
    await assert.rejects(store.write("attic", 0, kitchen), /OOM/);
    assert.deepEqual(await store.write("kitchen", 3, { rev: 5, deleted: true }), { written: true });
    assert.deepEqual(await store.all(), new Map([["kitchen", { rev: 5, deleted: true }]]));
  });
});
