import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { done, eventsOf, openStream, sealed, textsOf, token, visible } from "../../../testing/log-environment.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { joining, type SharedServer, startSharedServer } from "../../../testing/shared-server.ts";
import { passUntil, succeeds, until } from "../../../testing/until.ts";
import type { StreamLog } from "../stream-log.ts";

const UNAVAILABLE = { code: "store_unavailable" };

redisSuite("a store in trouble", (redis) => {
  const join = joining(redis);
  let a: SharedServer;
  let b: SharedServer;
  beforeEach(async () => {
    [a, b] = [await join("a"), await join("b")];
  });

  /** What the other server finds, once it is whole. */
  async function wholeOn(server: SharedServer, { id }: StreamLog) {
    const log = await server.found(id);
    await sealed(log);
    return log;
  }

  /** Lets the time of some pass in steps, and the store answer in between. */
  async function pass(servers: SharedServer[], ms: number, steps: number) {
    for (let step = 0; step < steps; step++) {
      for (const { clock, roundTrip } of servers) {
        clock.advance(ms);
        await roundTrip();
      }
    }
  }

  async function takeAway() {
    await redis.stop();
    await until(async () => !(await succeeds(a.roundTrip())), "the store is away");
  }

  async function bringBack() {
    const before = [a.timesBack(), b.timesBack()];
    await redis.startAgain();
    await until(() => [a, b].every(({ timesBack }, index) => timesBack() > Number(before[index])), "the store is back");
    await passUntil(
      [a, b],
      100,
      () => succeeds(Promise.all([a, b].map(({ shelf }) => shelf.find("nobody")))),
      "they know again who lives",
    );
  }

  /** What a store may have lost of a log with three events. */
  const losses: [name: string, lose: (id: string) => Promise<unknown>][] = [
    ["everything", () => redis.direct.flushall()],
    ["the log alone", (id) => redis.direct.del(redis.keys.log(id))],
    ["what tells of the log", (id) => redis.direct.del(redis.keys.meta(id))],
    [
      "the last writes",
      async (id) => {
        await redis.loseAllBut(1, redis.keys.log(id));
        await redis.direct.hset(redis.keys.meta(id), "seq", 1);
      },
    ],
  ];

  for (const [name, lose] of losses) {
    test(`R-STORE a store that has lost ${name} is given it again, under the same epoch`, async () => {
      const { log } = await openStream(a.shelf);
      for (const text of ["one", "two", "three"]) log.append(token(text));
      await visible(log, 3);
      const copy = await b.found(log.id);
      await lose(log.id);
      log.append(token("four"));
      log.seal(done);
      await sealed(log);
      assert.deepEqual(textsOf(await wholeOn(b, log)), ["one", "two", "three", "four", "done"]);
      await sealed(copy);
      assert.deepEqual(eventsOf(copy), eventsOf(log), "who read all along has no double and no hole");
      assert.deepEqual(eventsOf(await wholeOn(await join("late"), log)), eventsOf(log));
      assert.equal(log.epoch, 0);
    });
  }

  test("R-STORE while the store is away nothing starts and nothing else is found, and what runs goes on when it is back", async () => {
    const { log } = await openStream(a.shelf);
    log.append(token("one"));
    await visible(log, 1);
    const ended = (await openStream(a.shelf)).log;
    ended.seal(done);
    await sealed(ended);
    await takeAway();
    await assert.rejects(openStream(a.shelf), UNAVAILABLE);
    await assert.rejects(a.shelf.find("another"), UNAVAILABLE);
    await assert.rejects(a.shelf.claim("key", "body"), UNAVAILABLE);
    assert.equal((await a.shelf.find(log.id)).state, "kept", "what is written here is");
    log.append(token("two"));
    await assert.rejects(visibleSoon(log, 2), "no reader sees what is not in the store");
    await bringBack();
    log.append(token("three"));
    log.seal(done);
    await passUntil([a], 4, () => log.sealed);
    assert.deepEqual(textsOf(await wholeOn(b, log)), ["one", "two", "three", "done"]);
    assert.deepEqual(textsOf(await wholeOn(b, ended)), ["done"], "what had ended is restored, too");
    assert.equal(a.shelf.counts().running, 0);
    assert.deepEqual([a.taken, b.taken], [[], []], "nobody was taken for dead");
  });

  async function visibleSoon(log: StreamLog, seq: number) {
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    if (log.lastSeq < seq) throw new Error("not visible");
  }

  test("R-STORE away for 30 s: readers get the error, after the text that they have, and so does the store when it is back", async () => {
    const { log, causes } = await openStream(a.shelf);
    log.append({ type: "message_start", message_id: "m1", sender: "assistant", role: "assistant" });
    log.append(token("seen"));
    await visible(log, 2);
    await takeAway();
    log.append(token("unseen"));
    await passUntil([a], 100, () => a.clock.now() > 29_000);
    assert.equal(log.sealed, false);
    await passUntil([a], 100, () => log.sealed);
    assert.deepEqual(causes, ["lost"]);
    const here = eventsOf(log);
    const [end, error] = here.slice(-2);
    assert.ok(end?.type === "message_end" && error?.type === "error");
    assert.deepEqual([textsOf(log).slice(0, 2), end.content], [["message_start", "seen"], "seen"]);
    assert.deepEqual([error.error_code, error.retryable], ["store_unavailable", true]);
    assert.deepEqual(a.shelf.fates(), { takenOver: 0, fenced: 0, givenUp: 1, handedOver: 0 });
    assert.deepEqual(eventsOf(await a.found(log.id)), here, "whoever comes back to this server finds the same");
    await bringBack();
    await passUntil([a], 50, () => succeeds(b.found(log.id)));
    assert.deepEqual(eventsOf(await wholeOn(b, log)), here);
  });

  test("R-STORE a server that alone is without the store for 30 s sends away who reads what others write", async () => {
    const { log } = await openStream(a.shelf);
    const apart = await startSharedServer(redis, "apart");
    const copy = await apart.found(log.id);
    const release = apart.shelf.attach(copy);
    await apart.cutOff();
    const passed = async (ms: number) => {
      for (let at = 0; at < ms; at += 500) {
        apart.clock.advance(500);
        await b.roundTrip();
      }
    };
    await passed(29_000);
    assert.equal(copy.away, undefined);
    await passed(4000);
    assert.equal(copy.away, "storeless");
    release();
    await apart.abandon();
  });

  test("R-STORE R-DRAIN a store that was emptied is given what ended here before this server leaves, whenever it was", async () => {
    for (const [name, isBefore] of [
      ["before", true],
      ["after", false],
    ] as const) {
      const leaving = await startSharedServer(redis, name);
      const { log } = await openStream(leaving.shelf);
      log.seal(done);
      await sealed(log);
      if (isBefore) await redis.direct.flushall();
      leaving.shelf.handOver();
      await until(async () => (await redis.direct.get(redis.keys.server(name))) === "leaving", "it has said so");
      if (!isBefore) await redis.direct.flushall();
      await leaving.close();
      assert.equal(
        await redis.direct.hget(redis.keys.meta(log.id), "sealed"),
        "1",
        `emptied ${name} it said that it leaves`,
      );
    }
  });

  test("R-STORE a store that is full refuses what is new, and what runs goes on when it has room", async () => {
    const { log } = await openStream(a.shelf);
    await redis.direct.config("SET", "maxmemory", "1");
    await assert.rejects(openStream(a.shelf), UNAVAILABLE);
    log.append(token("one"));
    await assert.rejects(visibleSoon(log, 1));
    await redis.direct.config("SET", "maxmemory", "0");
    log.seal(done);
    await passUntil([a], 4, () => log.sealed);
    assert.deepEqual(textsOf(await wholeOn(b, log)), ["one", "done"]);
  });

  for (const right of ["xadd", "publish", "evalsha"]) {
    test(`R-STORE a user who may not ${right} any more makes the server say that it cannot be used, and starts nothing`, async () => {
      await redis.direct.call("ACL", "SETUSER", "limited", "on", "nopass", "~*", "&*", "+@all");
      const c = await startSharedServer({ url: redis.url.replace("//", "//limited:any@"), prefix: redis.prefix }, "c");
      await redis.direct.call("ACL", "SETUSER", "limited", `-${right}`);
      if (right === "xadd") await assert.rejects(openStream(c.shelf), UNAVAILABLE, "at once");
      await c.passUntil(() => !c.shelf.isUp(), "it says so");
      await redis.direct.call("ACL", "SETUSER", "limited", `+${right}`);
      await c.passUntil(() => c.shelf.isUp(), "it can be used again");
      const { log } = await openStream(c.shelf);
      log.append(token("one"));
      await visible(log, 1);
      await c.close();
    });
  }

  test("R-LEASE a store that was away for longer than a lease kills nobody", async () => {
    const { log } = await openStream(a.shelf);
    await redis.direct.save();
    await takeAway();
    for (const { clock } of [a, b]) clock.advance(8000);
    await bringBack();
    await b.forgetSign("a");
    await pass([b], 100, 12);
    assert.deepEqual(b.taken, [], "who has not come back yet has the time of a lease");
    await pass([a, b], 400, 20);
    assert.deepEqual([a.taken, b.taken], [[], []]);
    log.seal(done);
    await sealed(log);
  });
});
