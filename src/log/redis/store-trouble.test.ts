import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { unlessInstalled } from "../../../testing/installed.ts";
import { done, eventsOf, openStream, sealed, token, visible } from "../../../testing/log-environment.ts";
import { type RedisServer, startRedis } from "../../../testing/redis-server.ts";
import { newPrefix, type SharedServer, startSharedServer } from "../../../testing/shared-server.ts";
import { until } from "../../../testing/until.ts";
import { isFailure } from "../../protocol/errors.ts";
import type { StreamEvent } from "../../protocol/events.ts";
import type { StreamLog } from "../stream-log.ts";

const UNAVAILABLE = (error: unknown) => isFailure(error) && error.code === "store_unavailable";

const textsOf = (events: StreamEvent[]) => events.map((event) => (event.type === "token" ? event.text : event.type));

describe("a store in trouble", { skip: unlessInstalled("redis-server", "--version") }, () => {
  let redis: RedisServer;
  let direct: Redis;
  let prefix: string;
  let a: SharedServer;
  let b: SharedServer;

  async function setUp() {
    prefix = newPrefix();
    a = await startSharedServer(redis.url, prefix, "a");
    b = await startSharedServer(redis.url, prefix, "b");
  }
  const tearDown = async () => {
    await Promise.all([a.shelf.close("shutting_down"), b.shelf.close("shutting_down")]);
    assert.deepEqual([a.clock.pending(), b.clock.pending()], [0, 0], "a timer was left behind");
  };
  /** Runs `body` with two servers. */
  const withTwo = (body: () => Promise<void>) => async () => {
    await setUp();
    try {
      await body();
    } finally {
      await tearDown();
    }
  };

  before(async () => {
    redis = await startRedis();
    direct = new Redis(redis.url);
    direct.on("error", () => {});
  });
  after(async () => {
    direct.disconnect();
    await redis.close();
  });

  /** What the other server finds, once it is whole. */
  async function wholeOn({ shelf }: SharedServer, { id }: StreamLog) {
    const found = await shelf.find(id);
    assert.ok(found.state === "kept", `it is ${found.state}`);
    await sealed(found.log);
    return eventsOf(found.log);
  }

  async function bringBack() {
    redis = await startRedis(redis.port);
    // Time passes slowly: what is tried again is, and nothing is given up.
    await until(async () => {
      for (const { clock } of [a, b]) clock.advance(4);
      // Which takes both of a server's connections.
      const [one, other] = await Promise.allSettled([a, b].map(({ shelf }) => shelf.find("nobody")));
      return one?.status === "fulfilled" && other?.status === "fulfilled";
    }, "the servers have their store again");
  }

  /** What a store may have lost of a log with three events. */
  const losses: [name: string, lose: (id: string) => Promise<unknown>][] = [
    ["everything", () => direct.flushall()],
    ["the log alone", (id) => direct.del(`${prefix}{${id}}:log`)],
    ["what tells of the log", (id) => direct.del(`${prefix}{${id}}:meta`)],
    [
      "the last writes",
      async (id) => {
        const log = `${prefix}{${id}}:log`;
        const [first] = await direct.xrange(log, "-", "+");
        assert.ok(first);
        await direct.del(log);
        await direct.xadd(log, ...first.flat());
        await direct.hset(`${prefix}{${id}}:meta`, "seq", 1);
      },
    ],
  ];

  for (const [name, lose] of losses) {
    test(
      `R-STORE a store that has lost ${name} is given it again, under the same epoch`,
      withTwo(async () => {
        const { log } = await openStream(a.shelf);
        for (const text of ["one", "two", "three"]) log.append(token(text));
        await visible(log, 3);
        const found = await b.shelf.find(log.id);
        assert.ok(found.state === "kept");
        await lose(log.id);
        log.append(token("four"));
        log.seal(done);
        await sealed(log);
        assert.deepEqual(textsOf(await wholeOn(b, log)), ["one", "two", "three", "four", "done"]);
        await sealed(found.log);
        assert.deepEqual(eventsOf(found.log), eventsOf(log), "who read all along has no double and no hole");
        const late = await startSharedServer(redis.url, prefix, "late");
        assert.deepEqual(await wholeOn(late, log), eventsOf(log));
        await late.shelf.close("shutting_down");
        assert.equal(log.epoch, 0);
      }),
    );
  }

  test(
    "R-STORE while the store is away nothing starts and nothing else is found, and what runs goes on when it is back",
    withTwo(async () => {
      const { log } = await openStream(a.shelf);
      log.append(token("one"));
      await visible(log, 1);
      const ended = (await openStream(a.shelf)).log;
      ended.seal(done);
      await sealed(ended);
      await redis.close();
      await until(() =>
        a.roundTrip().then(
          () => false,
          () => true,
        ),
      );
      await assert.rejects(openStream(a.shelf), UNAVAILABLE);
      await assert.rejects(a.shelf.find("another"), UNAVAILABLE);
      await assert.rejects(a.shelf.claim("key", "body"), UNAVAILABLE);
      assert.equal((await a.shelf.find(log.id)).state, "kept", "what is written here is");
      log.append(token("two"));
      await assert.rejects(visibleSoon(log, 2), "no reader sees what is not in the store");
      await bringBack();
      log.append(token("three"));
      log.seal(done);
      await until(() => {
        a.clock.advance(4);
        return log.sealed;
      });
      assert.deepEqual(textsOf(await wholeOn(b, log)), ["one", "two", "three", "done"]);
      assert.deepEqual(textsOf(await wholeOn(b, ended)), ["done"], "what had ended is restored, too");
      assert.equal(a.shelf.counts().running, 0);
      assert.deepEqual([a.taken, b.taken], [[], []], "nobody was taken for dead");
    }),
  );

  async function visibleSoon(log: StreamLog, seq: number) {
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    if (log.lastSeq < seq) throw new Error("not visible");
  }

  test(
    "R-STORE away for 30 s: readers get the error, after the text that they have, and so does the store when it is back",
    withTwo(async () => {
      const { log, causes } = await openStream(a.shelf);
      log.append({ type: "message_start", message_id: "m1", sender: "assistant", role: "assistant" });
      log.append(token("seen"));
      await visible(log, 2);
      await redis.close();
      await until(() =>
        a.roundTrip().then(
          () => false,
          () => true,
        ),
      );
      log.append(token("unseen"));
      await until(() => {
        a.clock.advance(100);
        return a.clock.now() > 29_000;
      });
      assert.equal(log.sealed, false);
      await until(() => {
        a.clock.advance(100);
        return log.sealed;
      });
      assert.deepEqual(causes, ["lost"]);
      const here = eventsOf(log);
      const [end, error] = here.slice(-2);
      assert.ok(end?.type === "message_end" && error?.type === "error");
      assert.deepEqual([textsOf(here).slice(0, 2), end.content], [["message_start", "seen"], "seen"]);
      assert.deepEqual([error.error_code, error.retryable], ["store_unavailable", true]);
      assert.deepEqual(a.shelf.fates(), { takenOver: 0, fenced: 0, givenUp: 1, handedOver: 0 });
      const found = await a.shelf.find(log.id);
      assert.ok(found.state === "kept");
      assert.deepEqual(eventsOf(found.log), here, "whoever comes back to this server finds the same");
      await bringBack();
      await until(async () => {
        a.clock.advance(50);
        const found = await b.shelf.find(log.id).catch(() => undefined);
        return found?.state === "kept";
      });
      assert.deepEqual(await wholeOn(b, log), here);
    }),
  );

  test(
    "R-STORE a store that is full refuses what is new, and what runs goes on when it has room",
    withTwo(async () => {
      const { log } = await openStream(a.shelf);
      await direct.config("SET", "maxmemory", "1");
      await assert.rejects(openStream(a.shelf), UNAVAILABLE);
      log.append(token("one"));
      await assert.rejects(visibleSoon(log, 1));
      await direct.config("SET", "maxmemory", "0");
      log.seal(done);
      await until(() => {
        a.clock.advance(4);
        return log.sealed;
      });
      assert.deepEqual(textsOf(await wholeOn(b, log)), ["one", "done"]);
    }),
  );

  test(
    "R-STORE a store that answers after 2 s is waited for",
    withTwo(async () => {
      await direct.call("CLIENT", "PAUSE", "2000");
      const { log } = await openStream(a.shelf);
      log.append(token("one"));
      log.seal(done);
      await sealed(log);
      assert.deepEqual(textsOf(await wholeOn(b, log)), ["one", "done"]);
    }),
  );

  test(
    "R-LEASE a store that was away for longer than a lease kills nobody",
    withTwo(async () => {
      const { log } = await openStream(a.shelf);
      await redis.close();
      await until(() =>
        a.roundTrip().then(
          () => false,
          () => true,
        ),
      );
      for (const { clock } of [a, b]) clock.advance(8000);
      await bringBack();
      for (let step = 0; step < 20; step++) {
        for (const { clock, roundTrip } of [a, b]) {
          clock.advance(400);
          await roundTrip();
        }
      }
      assert.deepEqual([a.taken, b.taken], [[], []]);
      log.seal(done);
      await sealed(log);
    }),
  );
});
