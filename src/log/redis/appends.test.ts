import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { closedAfterEach } from "../../../testing/closed-after-each.ts";
import { done, openStream, sealed, token, visible } from "../../../testing/log-environment.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { joining } from "../../../testing/shared-server.ts";
import { passUntil, succeeds, until } from "../../../testing/until.ts";
import { NO_LOSS } from "../epochs.ts";
import { createAppends } from "./appends.ts";
import { connectRedis } from "./connection.ts";
import type { Writer } from "./stream-store.ts";

redisSuite("how batches are written", (redis) => {
  const join = joining(redis);

  const textsIn = async (id: string) =>
    (await redis.direct.xrange(redis.keys.log(id), "-", "+")).map(([at, [, json = ""]]) => [at, JSON.parse(json).text]);

  test("R-ANY a reader on another server is told of what is written from when it comes", async () => {
    const [a, b] = [await join("a"), await join("b")];
    const { log } = await openStream(a.shelf);
    log.append(token("one"));
    await visible(log, 1);
    const copy = await b.found(log.id);
    const release = b.shelf.attach(copy);
    // Before its writer has heard of the reader, and after.
    log.append(token("two"));
    await visible(copy, 2);
    await until(() => a.shelf.counts().readers === 1, "the writer knows of the reader");
    log.append(token("three"));
    await visible(copy, 3);
    release();
  });

  test("a stream that nobody follows is written without a script, and what belongs to it lives as long as it is written", async () => {
    const a = await join("a");
    const { log } = await openStream(a.shelf);
    log.append(token("one"));
    await visible(log, 1);
    const before = await redis.scripts();
    for (const seq of [2, 3, 4]) {
      log.append(token(`n${seq}`));
      await visible(log, seq);
    }
    assert.equal(await redis.scripts(), before);
    const keys = ["log", "meta", "gone"].map((part) => `${redis.prefix}{${log.id}}:${part}`);
    for (const key of keys) await redis.direct.pexpire(key, 60_000);
    a.clock.advance(10_000);
    log.append(token("five"));
    await visible(log, 5);
    for (const key of keys) assert.ok((await redis.direct.pttl(key)) > 60_000, key);
  });

  test("R-TAKEOVER readers elsewhere see who goes on, who has not heard of them yet", async () => {
    const [a, b, c] = [await join("a"), await join("b"), await join("c")];
    const { log } = await openStream(a.shelf, { resume: {} });
    log.append(token("one"));
    await visible(log, 1);
    const copy = await c.found(log.id);
    const release = c.shelf.attach(copy);
    await b.forgetSign("a");
    await b.passUntil(() => b.taken.length === 1, "it was taken over");
    await assert.rejects(redis.direct.xadd(redis.keys.log(log.id), "0-2", "e", "{}"), /equal or smaller/);
    const taken = b.taken[0]?.log;
    taken?.append(token("two"));
    await visible(copy, 2);
    assert.deepEqual(await textsIn(log.id), [
      ["0-1", "one"],
      ["1-2", "two"],
    ]);
    taken?.seal(done);
    await sealed(copy);
    release();
  });

  test("R-STORE what a store has lost that took the place of another is written again at the next event", async () => {
    const a = await join("a");
    const { log } = await openStream(a.shelf);
    for (const text of ["one", "two", "three"]) log.append(token(text));
    await visible(log, 3);
    await redis.loseAllBut(2, redis.keys.log(log.id));
    await redis.cut();
    await passUntil([a], 50, () => succeeds(a.roundTrip()), "it is connected again");
    log.append(token("four"));
    await visible(log, 4);
    const whole = ["one", "two", "three", "four"].map((text, index) => [`0-${index + 1}`, text]);
    assert.deepEqual(await textsIn(log.id), whole);
  });

  describe("over one connection, to a stream that is followed", () => {
    const connect = closedAfterEach(() => connectRedis(redis.url));

    /** A stream with one event that is followed. */
    async function followed() {
      const connection = await connect();
      const { keys } = redis;
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
      return { connection, keys, tell, heard, write };
    }

    test("R-ANY who follows is told each event, in order, and without a script once the writer knows the stream", async () => {
      const { heard, write } = await followed();
      const before = await redis.scripts();
      await write(2, '"two"', '"drei 3 ü"');
      await write(4, '"four"');
      await until(() => heard.length === 3);
      assert.deepEqual(heard, ['1 0 \n"one"', '2 0 \n"two"\n"drei 3 ü"', '4 0 \n"four"']);
      assert.equal(await redis.scripts(), before);
    });

    test("R-LEASE who follows is told nothing of a writer that another has followed", async () => {
      const { keys, heard, write } = await followed();
      await redis.direct.hset(keys.meta("one"), "fence", "b.1", "term", "1");
      await redis.direct.call("XSETID", keys.log("one"), "1-0");
      assert.deepEqual(await write(2, '"zombie"'), { state: "fenced" });
      await redis.direct.publish(keys.bell("one"), "after it");
      await until(() => heard.includes("after it"));
      assert.deepEqual(heard, ['1 0 \n"one"', "after it"]);
    });

    test("R-ANY who follows is told how far the log is, behind what was written before", async () => {
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

    test("R-STORE over a new connection the first batch is looked at, for what stands before it may be lost", async () => {
      const { connection, keys, write } = await followed();
      assert.deepEqual(await write(2, '"two"', '"three"'), { state: "ok" });
      await redis.loseAllBut(2, keys.log("one"));
      await redis.cut();
      await until(() => succeeds(connection.redis.ping()));
      assert.deepEqual(await write(4, '"four"'), { state: "lost", seq: 2 });
    });
  });
});
