import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { unlessInstalled } from "../../../testing/installed.ts";
import { type RedisServer, startRedis } from "../../../testing/redis-server.ts";
import { newPrefix } from "../../../testing/shared-server.ts";
import { until } from "../../../testing/until.ts";
import { NO_LOSS } from "../epochs.ts";
import { createAppends } from "./appends.ts";
import { type Connection, connectRedis } from "./connection.ts";
import { keysUnder } from "./keys.ts";
import type { Writer } from "./stream-store.ts";

describe("what those who follow are told", { skip: unlessInstalled("redis-server", "--version") }, () => {
  let redis: RedisServer;
  let direct: Redis;
  let connection: Connection;
  before(async () => {
    redis = await startRedis();
    direct = new Redis(redis.url);
    connection = await connectRedis(redis.url);
  });
  after(async () => {
    connection.close();
    direct.disconnect();
    await redis.close();
  });

  /** A stream with one event that is followed. */
  async function followed() {
    const keys = keysUnder(newPrefix());
    const { soon, append, tell } = createAppends(connection, keys, { ttlMs: 60_000, wall: () => 0 });
    const names = { kind: "chat", createdAt: "2026-01-02T03:04:05.000Z", epochs: NO_LOSS } as const;
    const writer: Writer = { fence: "a.1", names };
    const heard: string[] = [];
    await connection.listen(keys.bell("one"), (message) => heard.push(message));
    const write = (first: number, ...events: string[]) =>
      new Promise<unknown>((resolve, reject) => {
        const batch = { first, events, sealed: false, freesKeys: false, isUnheard: false };
        soon(() => void append("one", writer, batch).then(resolve, reject));
      });
    assert.deepEqual(await write(1, '"one"'), { state: "ok" });
    return { keys, tell, heard, write };
  }

  const scripts = async () =>
    Number(/calls=(\d+)/.exec(/evalsha:.*/.exec(await direct.info("commandstats"))?.[0] ?? "")?.[1] ?? 0);

  test("R-ANY each event, in order, and without a script once the writer knows the stream", async () => {
    const { heard, write } = await followed();
    const before = await scripts();
    await write(2, '"two"', '"drei 3 ü"');
    await write(4, '"four"');
    await until(() => heard.length === 3);
    assert.deepEqual(heard, ['1 0 \n"one"', '2 0 \n"two"\n"drei 3 ü"', '4 0 \n"four"']);
    assert.equal(await scripts(), before);
  });

  test("R-LEASE nothing of a writer that another has followed", async () => {
    const { keys, heard, write } = await followed();
    await direct.hset(keys.meta("one"), "fence", "b.1", "term", "1");
    await direct.call("XSETID", keys.log("one"), "1-0");
    assert.deepEqual(await write(2, '"zombie"'), { state: "fenced" });
    await direct.publish(keys.bell("one"), "after it");
    await until(() => heard.includes("after it"));
    assert.deepEqual(heard, ['1 0 \n"one"', "after it"]);
  });

  test("R-ANY how far the log is, behind what was written before", async () => {
    const { tell, heard, write } = await followed();
    await write(2, '"two"');
    tell("one", NO_LOSS, 3);
    await until(() => heard.length === 3);
    assert.deepEqual(heard.slice(1), ['2 0 \n"two"', "3 0 "]);
    // Without an event the script tells the same.
    await write(3);
    await until(() => heard.length === 4);
    assert.equal(heard[3], "3 0 ");
  });
});
