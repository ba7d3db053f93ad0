import assert from "node:assert/strict";
import { test } from "node:test";
import { closedAfterEach } from "../../../testing/closed-after-each.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { succeeds, until } from "../../../testing/until.ts";
import { connectRedis } from "./connection.ts";

redisSuite("a connection on which no answer comes", (redis) => {
  const connect = closedAfterEach((url?: string) => connectRedis(url ?? redis.url));
  const silence = () => redis.direct.call("CLIENT", "PAUSE", "60000", "WRITE");
  const speak = () => redis.direct.call("CLIENT", "UNPAUSE");
  const refusals = async () => ((await redis.direct.call("ACL", "LOG")) as unknown[]).length;

  test("R-STORE what had no answer fails with the connection, not when its time is up", async () => {
    const connection = await connect();
    await silence();
    // Awaited from the start: it may fail before the other connection has its answer.
    const failed = assert.rejects(connection.redis.set("anything", "1"), /max retries/);
    await redis.cut();
    await failed;
    await speak();
    await until(() => succeeds(connection.redis.ping()));
  });

  test("R-STORE a store that is silent for 2 s is waited for, and one that is for 3 s is not", async (t) => {
    const { redis: client } = await connect();
    await silence();
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const slow = client.set("slow", "1");
    t.mock.timers.tick(2000);
    await speak();
    assert.equal(await slow, "OK");
    await silence();
    const silent = assert.rejects(client.set("silent", "1"), /timed out/);
    t.mock.timers.tick(3000);
    await speak();
    await silent;
  });

  test("R-STORE a replica is left for what the address may lead to now, but not again and again", async () => {
    const connection = await connect();
    const before = connection.times();
    await redis.direct.replicaof("127.0.0.1", 1);
    const began = performance.now();
    for (let tries = 0; tries < 8; tries++) {
      await Promise.allSettled(Array.from({ length: 20 }, () => connection.redis.set("anything", "1")));
      await until(() => succeeds(connection.redis.ping()));
    }
    const seconds = Math.floor((performance.now() - began) / 1000);
    await redis.direct.replicaof("NO", "ONE");
    const times = connection.times() - before;
    assert.ok(times >= 1 && times <= 1 + seconds, `${times} connections in ${seconds} s`);
  });

  test("R-STORE a server that may not listen any more lives on, and listens again once it may", async () => {
    await redis.direct.call("ACL", "SETUSER", "teller", "on", "nopass", "~*", "+@all", "&*");
    const connection = await connect(redis.url.replace("//", "//teller:any@"));
    const heard: string[] = [];
    let backs = 0;
    connection.onBack(() => backs++);
    await connection.listen("news", (message) => heard.push(message));
    const before = connection.times();
    // Which ends the connections that listen.
    await redis.direct.call("ACL", "SETUSER", "teller", "resetchannels");
    await until(async () => (await refusals()) > 0, "it has come back, and was refused");
    // Behind that refusal on the same connection.
    await connection.checkListener();
    await redis.direct.publish("news", "missed");
    await redis.direct.call("ACL", "SETUSER", "teller", "&*");
    const backsBefore = backs;
    await connection.checkListener();
    await redis.direct.publish("news", "heard");
    await until(() => heard.length > 0);
    assert.deepEqual([heard, backs - backsBefore, connection.times()], [["heard"], 1, before]);
  });
});
