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

describe("a connection that breaks", { skip: unlessInstalled("redis-server", "--version") }, () => {
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

  const cut = () => direct.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  const clientsOf = async (user: string) =>
    String(await direct.call("CLIENT", "LIST")).split(`user=${user} `).length - 1;
  const isBack = async () => {
    const said = await connection.redis.ping().catch(() => "");
    return said === "PONG";
  };

  test("R-STORE what had no answer fails with the connection, not when its time is up", async () => {
    await direct.call("CLIENT", "PAUSE", "60000", "WRITE");
    const began = performance.now();
    // Awaited from the start: it may fail before the other connection has its answer.
    const failed = assert.rejects(connection.redis.set("anything", "1"));
    await cut();
    await failed;
    await direct.call("CLIENT", "UNPAUSE");
    assert.ok(performance.now() - began < 1500, "its time is 3 s");
    await until(isBack);
  });

  test("R-STORE over a new connection the first batch is looked at, for what stands before it may be lost", async () => {
    const keys = keysUnder(newPrefix());
    const { soon, append } = createAppends(connection, keys, { ttlMs: 60_000, wall: () => 0 });
    const names = { kind: "chat", createdAt: "2026-01-02T03:04:05.000Z", epochs: NO_LOSS } as const;
    const writer: Writer = { fence: "a.1", names };
    const write = (first: number, ...events: string[]) =>
      new Promise<unknown>((resolve, reject) => {
        const batch = { first, events, sealed: false, freesKeys: false, isUnheard: true };
        soon(() => void append("one", writer, batch).then(resolve, reject));
      });
    await write(1, '"one"');
    assert.deepEqual(await write(2, '"two"', '"three"'), { state: "ok" });
    await direct.xdel(keys.log("one"), "0-3");
    await direct.call("XSETID", keys.log("one"), "0-2");
    await cut();
    await until(isBack);
    assert.deepEqual(await write(4, '"four"'), { state: "lost", seq: 2 });
  });

  test("R-STORE a server that may not listen any more lives on, and listens again once it may", async () => {
    await direct.call("ACL", "SETUSER", "teller", "on", "nopass", "~*", "+@all", "&*");
    const other = await connectRedis(redis.url.replace("//", "//teller:any@"));
    const heard: string[] = [];
    let backs = 0;
    other.onBack(() => backs++);
    await other.listen("news", (message) => heard.push(message));
    const before = other.times();
    // Which ends the connections that listen.
    await direct.call("ACL", "SETUSER", "teller", "resetchannels");
    await until(async () => {
      await other.checkListener();
      return (await clientsOf("teller")) === 2;
    });
    await direct.publish("news", "missed");
    await direct.call("ACL", "SETUSER", "teller", "&*");
    const backsBefore = backs;
    await other.checkListener();
    await direct.publish("news", "heard");
    await until(() => heard.length > 0);
    assert.deepEqual([heard, backs - backsBefore, other.times()], [["heard"], 1, before]);
    other.close();
  });
});
