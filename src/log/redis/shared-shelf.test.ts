import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { Redis } from "ioredis";
import { claimContract } from "../../../testing/claim-contract.ts";
import { unlessInstalled } from "../../../testing/installed.ts";
import { logContract } from "../../../testing/log-contract.ts";
import { bytesAfter, done, eventsOf, openStream, sealed, token, visible } from "../../../testing/log-environment.ts";
import { readingContract } from "../../../testing/reading-contract.ts";
import { type RedisServer, startRedis } from "../../../testing/redis-server.ts";
import {
  newPrefix,
  type SharedServer as Server,
  sharedEnvironment,
  startSharedServer,
} from "../../../testing/shared-server.ts";
import { shelfContract } from "../../../testing/shelf-contract.ts";
import { until } from "../../../testing/until.ts";
import type { ShelfLimits } from "../memory-shelf.ts";

let redis: RedisServer;

const startServer = (prefix: string, serverId: string, limits?: ShelfLimits) =>
  startSharedServer(redis.url, prefix, serverId, limits);

describe("logs that are shared through Redis", { skip: unlessInstalled("redis-server", "--version") }, () => {
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.close());

  for (const contract of [logContract, readingContract, shelfContract, claimContract])
    contract("shared", (limits) => sharedEnvironment(redis.url, limits));

  /** Two servers, and after `body` none. */
  async function withTwo(body: (a: Server, b: Server, prefix: string) => Promise<void>): Promise<void> {
    const prefix = newPrefix();
    const [a, b] = [await startServer(prefix, "a"), await startServer(prefix, "b")];
    try {
      await body(a, b, prefix);
    } finally {
      await a.shelf.close("shutting_down");
      await b.shelf.close("shutting_down");
      assert.deepEqual([a.clock.pending(), b.clock.pending()], [0, 0], "a timer was left behind");
    }
  }

  async function foundOn({ shelf }: Server, id: string) {
    const found = await shelf.find(id);
    assert.ok(found.state === "kept", `it is ${found.state}`);
    return found.log;
  }

  describe("two servers", () => {
    test("read the same bytes, wherever a reader comes in and however the writer goes on", () =>
      withTwo((a, b) =>
        fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(fc.string({ unit: "binary" }), { maxLength: 5 }), { maxLength: 8 }),
            fc.nat(8),
            async (batches, comesIn) => {
              const { log } = await openStream(a.shelf);
              let copy = comesIn === 0 ? await foundOn(b, log.id) : undefined;
              for (const [index, texts] of batches.entries()) {
                for (const text of texts) log.append(token(text.toWellFormed()));
                if (index + 1 === comesIn) copy = await foundOn(b, log.id);
                await Promise.resolve();
              }
              log.seal(done);
              await sealed(log);
              copy ??= await foundOn(b, log.id);
              await sealed(copy);
              assert.deepEqual(bytesAfter(copy, 0), bytesAfter(log, 0));
              assert.deepEqual(eventsOf(copy), eventsOf(log));
            },
          ),
          { numRuns: 40 },
        ),
      ));

    test("R-ANY an event that a reader has seen is in the store: another server never lags behind it", () =>
      withTwo(async (a, b) => {
        const { log } = await openStream(a.shelf);
        for (let seq = 1; seq <= 200; seq++) {
          log.append(token("x"));
          if (seq % 7 === 0) await visible(log, seq);
          const seen = log.lastSeq;
          assert.ok((await foundOn(b, log.id)).lastSeq >= seen);
        }
      }));

    test("R-ANY a stop on one server ends what another one writes", () =>
      withTwo(async (a, b) => {
        const { log, causes } = await openStream(a.shelf);
        log.append(token("x"));
        await visible(log, 1);
        await b.shelf.cancel(log.id, "stopped");
        assert.deepEqual(causes, ["stopped"]);
        assert.equal((await foundOn(b, log.id)).sealed, true);
      }));

    test("R-ANY fifty equal claims over both: one is free, and the others are bound to its stream", () =>
      withTwo(async (a, b) => {
        const claims = Array.from({ length: 50 }, (_, n) => (n % 2 ? a : b).shelf.claim("key", "body"));
        const first = await Promise.race(claims);
        assert.ok(first.state === "free");
        const { log } = await openStream(a.shelf);
        first.bind(log.id);
        const states = (await Promise.all(claims)).map(({ state }) => state);
        assert.deepEqual(
          states.sort(),
          ["bound", "free"].flatMap((state) => Array(state === "free" ? 1 : 49).fill(state)),
        );
      }));

    test("R-IDEMPOTENT a key that a server held which died is free again once the store lets it go", () =>
      withTwo(async (a, b, prefix) => {
        assert.equal((await a.shelf.claim("key", "body")).state, "free");
        let state: string | undefined;
        const claim = b.shelf.claim("key", "body").then((given) => {
          state = given.state;
        });
        await b.roundTrip();
        assert.equal(state, undefined, "it waits");
        // What Redis does with time, at once.
        const direct = new Redis(redis.url);
        await direct.del(`${prefix}claim:key`);
        direct.disconnect();
        b.clock.advance(1000);
        await claim;
        assert.equal(state, "free");
      }));

    test("R-ABANDON a reader on another server keeps a stream from being abandoned", () =>
      withTwo(async (a, b) => {
        const { log, causes } = await openStream(a.shelf);
        const release = b.shelf.attach(await foundOn(b, log.id));
        await until(() => a.shelf.counts().readers === 1, "the writer knows of the reader");
        a.clock.advance(400_000);
        assert.deepEqual(causes, []);
        release();
        await until(() => a.shelf.counts().readers === 0, "the writer knows that it left");
        a.clock.advance(300_000);
        assert.deepEqual(causes, ["abandoned"]);
      }));

    test("a reader on another server that reads to the end is counted no longer", () =>
      withTwo(async (a, b) => {
        const { log } = await openStream(a.shelf);
        const found = await b.shelf.find(log.id);
        assert.ok(found.state === "kept");
        const leave = b.shelf.attach(found.log);
        await until(() => a.shelf.counts().readers === 1, "the writer knows of the reader");
        log.seal(done);
        await sealed(found.log);
        leave();
        await until(() => a.shelf.counts().readers === 0, "nobody reads");
        assert.equal(b.shelf.counts().readers, 0);
      }));

    test("R-ABANDON a reader on a server that died does not keep a stream", () =>
      withTwo(async (a, b, prefix) => {
        const { log } = await openStream(a.shelf);
        b.shelf.attach(await foundOn(b, log.id));
        await until(() => a.shelf.counts().readers === 1, "the writer knows of the reader");
        const direct = new Redis(redis.url);
        await direct.del(`${prefix}server:b`);
        direct.disconnect();
        await until(async () => {
          a.clock.advance(500);
          await a.roundTrip();
          return a.shelf.counts().readers === 0;
        }, "it counts no longer");
      }));

    test("R-HONEST what was forgotten on one server is told from what never was, on the other", () =>
      withTwo(async (a, b) => {
        const { log } = await openStream(a.shelf);
        log.seal(done);
        await sealed(log);
        a.clock.advance(300_000);
        await until(async () => (await b.shelf.find(log.id)).state === "expired", "it is forgotten");
        assert.equal((await b.shelf.find("unknown")).state, "unknown");
      }));

    test("R-LEASE a survivor takes over, exactly once, and the writer that comes back is refused", () =>
      withTwo(async (a, b, prefix) => {
        const { log } = await openStream(a.shelf, { resume: { question: "?" } });
        log.append(token("one"));
        await visible(log, 1);
        // Its lease has run out: what Redis does with time, at once.
        const direct = new Redis(redis.url);
        await direct.del(`${prefix}server:a`);
        await until(async () => {
          b.clock.advance(500);
          await b.roundTrip();
          return b.taken.length === 1;
        }, "it was taken over");
        const [taken] = b.taken;
        assert.ok(taken);
        assert.deepEqual([taken.resume, taken.log.lastSeq], [{ question: "?" }, 1]);
        // The one that was thought dead writes on, and nobody sees it.
        log.append(token("zombie"));
        taken.log.append(token("two"));
        taken.log.seal(done);
        await sealed(taken.log);
        const texts = eventsOf(await foundOn(b, log.id)).map((event) =>
          event.type === "token" ? event.text : event.type,
        );
        assert.deepEqual(texts, ["one", "two", "done"]);
        await sealed(log);
        assert.deepEqual(eventsOf(log), eventsOf(taken.log), "its own readers follow the store");
        direct.disconnect();
      }));
  });
});
