import assert from "node:assert/strict";
import { test } from "node:test";
import { closedAfterEach } from "../../../testing/closed-after-each.ts";
import { turn } from "../../../testing/log-environment.ts";
import { manualClock } from "../../../testing/manual-clock.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { passUntil, succeeds, until } from "../../../testing/until.ts";
import { connectRedis } from "../../log/redis/connection.ts";
import { createRetries } from "../../log/redis/retries.ts";
import { openServerCalls } from "../../log/redis/server-calls.ts";
import { failure } from "../../protocol/errors.ts";
import type { Published } from "../turn.ts";
import { createSharedTurns } from "./shared-turns.ts";
import { createTurnDirectory } from "./turn-directory.ts";

const MESSAGE: Published = { id: "m1", sender: "Ada", content: "Hello!" };

redisSuite("a message for a turn of another server", (redis) => {
  /** A server: what it is asked for is noted, and answered by `answer`. */
  const join = closedAfterEach(async (serverId: string, answer: () => Promise<boolean> = async () => true) => {
    const { keys } = redis;
    const clock = manualClock();
    const connection = await connectRedis(redis.url);
    const calls = await openServerCalls({ connection, keys, clock, serverId });
    const directory = createTurnDirectory({ connection, keys, clock, rememberMs: 300_000 });
    const retries = createRetries(clock);
    const turns = createSharedTurns({ directory, calls, retries, clock, mayLack: async () => store.mayLack });
    const store = { mayLack: false };
    const asked: { turnId: string; message: Published; again: boolean }[] = [];
    turns.onAdded((_world, turnId, message, again) => {
      asked.push({ turnId, message, again });
      return answer();
    });
    function close() {
      retries.close();
      calls.close();
      directory.close();
      connection.close();
      assert.equal(clock.pending(), 0, "a timer was left behind");
    }
    return { ...{ clock, store, turns, asked, connection, close }, roundTrip: () => connection.redis.ping() };
  });
  type Server = Awaited<ReturnType<typeof join>>;

  /** The turn `t1` of the world `Kitchen` runs, on server `owner`. */
  async function begin({ turns, roundTrip }: Server, owner = "a") {
    turns.began("t1", "Kitchen", "stream1");
    await redis.direct.hset(redis.keys.meta("stream1"), "owner", owner);
    await roundTrip();
  }

  /** Lets time pass on a server until something is settled. */
  async function settledOn<Value>(server: Server, promise: Promise<Value>): Promise<Value> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    promise.then(over, over);
    await passUntil([server], 100, () => isOver);
    return promise;
  }

  test("R-ANY is brought to the server on which it runs, whatever the case of the world's name", async () => {
    const [a, b] = [await join("a"), await join("b")];
    await begin(a);
    assert.deepEqual(await b.turns.add("kitchen", "t1", MESSAGE), { streamId: "stream1", isSure: true });
    assert.deepEqual(a.asked, [{ turnId: "t1", message: MESSAGE, again: false }]);
  });

  test("R-ANY a turn that nobody knows, one of another world and one that has ended are told apart", async () => {
    const [a, b] = [await join("a"), await join("b")];
    await begin(a);
    await assert.rejects(b.turns.add("Kitchen", "t2", MESSAGE), { code: "turn_not_found" });
    await assert.rejects(b.turns.add("Hall", "t1", MESSAGE), { code: "turn_not_found" });
    await redis.direct.hset(redis.keys.meta("stream1"), "sealed", 1);
    await assert.rejects(b.turns.add("Kitchen", "t1", MESSAGE), { code: "turn_ended" });
    await redis.direct.del(redis.keys.meta("stream1"));
    await assert.rejects(b.turns.add("Kitchen", "t1", MESSAGE), { code: "turn_ended" });
    assert.deepEqual(a.asked, []);
  });

  test("R-ANY what the server refuses is refused with its own words", async () => {
    const refuse = () => Promise.reject(failure("turn_ended", "It is over."));
    const [a, b] = [await join("a", refuse), await join("b")];
    await begin(a);
    await assert.rejects(b.turns.add("Kitchen", "t1", MESSAGE), { code: "turn_ended", message: "It is over." });
  });

  test("R-ANY asked again for want of an answer, the server that has had the message does not add it again", async () => {
    const answer = Promise.withResolvers<boolean>();
    const [a, b] = [await join("a", () => answer.promise), await join("b")];
    await begin(a);
    const added = b.turns.add("Kitchen", "t1", MESSAGE);
    await until(() => a.asked.length === 1);
    const asked = redis.direct.duplicate();
    let questions = 0;
    await asked.subscribe(redis.keys.calls("a"));
    asked.on("message", () => questions++);
    await passUntil([b], 100, () => questions > 1);
    answer.resolve(true);
    assert.deepEqual(await settledOn(b, added), { streamId: "stream1", isSure: true });
    assert.equal(a.asked.length, 1);
    asked.disconnect();
  });

  test("R-TAKEOVER where its server has died, the one that goes on is asked, and told that it may have the message", async () => {
    const [a, b] = [await join("a"), await join("b")];
    await begin(a, "dead");
    const added = b.turns.add("Kitchen", "t1", MESSAGE);
    await until(() => b.clock.pending() > 0);
    await redis.direct.hset(redis.keys.meta("stream1"), "owner", "a");
    assert.deepEqual(await settledOn(b, added), { streamId: "stream1", isSure: true });
    assert.deepEqual(a.asked, [{ turnId: "t1", message: MESSAGE, again: true }]);
  });

  test("R-TAKEOVER the server that is about to go on with it is asked until it has it", async () => {
    let isReady = false;
    const [a, b] = [await join("a", async () => isReady), await join("b")];
    await begin(a);
    const added = b.turns.add("Kitchen", "t1", MESSAGE);
    await until(() => a.asked.length === 1);
    isReady = true;
    assert.deepEqual(await settledOn(b, added), { streamId: "stream1", isSure: true });
    assert.deepEqual(
      a.asked.map(({ again }) => again),
      [false, true],
    );
  });

  test("R-TAKEOVER a turn that ends while it is asked for may have the message: that is not told as a refusal", async () => {
    const [a, b] = [await join("a"), await join("b")];
    await begin(a, "dead");
    const added = b.turns.add("Kitchen", "t1", MESSAGE);
    await until(() => b.clock.pending() > 0);
    await redis.direct.hset(redis.keys.meta("stream1"), "sealed", 1);
    assert.deepEqual(await settledOn(b, added), { streamId: "stream1", isSure: false });
  });

  test("R-STORE where nobody goes on with it for 10 s, or the store is away, it is refused", async () => {
    const [a, b] = [await join("a", async () => false), await join("b")];
    await begin(a);
    await assert.rejects(settledOn(b, b.turns.add("Kitchen", "t1", MESSAGE)), { code: "store_unavailable" });
    assert.ok(b.clock.now() >= 10_000 && b.clock.now() < 13_000, `${b.clock.now()} ms`);
    b.connection.close();
    await assert.rejects(b.turns.add("Kitchen", "t1", MESSAGE), { code: "store_unavailable" });
  });

  test("R-STORE a turn of which the store may have lost where it runs, or its log, is waited for, and denied by nobody", async () => {
    const [a, b] = [await join("a"), await join("b")];
    b.store.mayLack = true;
    const added = b.turns.add("Kitchen", "t1", MESSAGE);
    await until(() => b.clock.pending() > 0);
    a.turns.began("t1", "Kitchen", "stream1");
    await a.roundTrip();
    b.clock.advance(500);
    await b.roundTrip();
    await until(() => b.clock.pending() > 0);
    await redis.direct.hset(redis.keys.meta("stream1"), "owner", "a");
    assert.deepEqual(await settledOn(b, added), { streamId: "stream1", isSure: true });
    assert.equal(a.asked[0]?.again, false);
    await assert.rejects(settledOn(b, b.turns.add("Kitchen", "t2", MESSAGE)), { code: "store_unavailable" });
  });

  test("R-STORE a store that has lost where turns run is told again, within a minute, and when it is back", async () => {
    const a = await join("a");
    const key = redis.keys.turn("t1");
    await begin(a);
    assert.ok((await redis.direct.pttl(key)) > 300_000, "longer than an ended turn is told from none");
    await redis.direct.del(key);
    a.clock.advance(60_000);
    await a.roundTrip();
    assert.equal(await redis.direct.exists(key), 1);
    await redis.stop();
    await until(async () => !(await succeeds(a.roundTrip())), "it is away");
    await redis.startAgain();
    await until(async () => (await redis.direct.exists(key)) === 1, "it is there again");
    a.turns.left("t1");
    await redis.direct.del(key);
    a.clock.advance(120_000);
    await turn();
    assert.deepEqual([await redis.direct.exists(key), a.clock.pending()], [0, 0]);
  });
});
