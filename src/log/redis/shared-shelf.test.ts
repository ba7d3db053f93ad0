import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../../../testing/any-unicode.ts";
import { claimContract } from "../../../testing/claim-contract.ts";
import { logContract } from "../../../testing/log-contract.ts";
import {
  bytesAfter,
  done,
  eventsOf,
  openStream,
  sealed,
  textsOf,
  token,
  visible,
} from "../../../testing/log-environment.ts";
import { readingContract } from "../../../testing/reading-contract.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { joining, type SharedServer, sharedEnvironment } from "../../../testing/shared-server.ts";
import { shelfContract } from "../../../testing/shelf-contract.ts";
import { until } from "../../../testing/until.ts";

redisSuite("logs that are shared through Redis", (redis) => {
  for (const contract of [logContract, readingContract, shelfContract, claimContract])
    contract("shared", (limits) => sharedEnvironment(redis.url, limits));

  describe("two servers", () => {
    const join = joining(redis);
    let a: SharedServer;
    let b: SharedServer;
    beforeEach(async () => {
      [a, b] = [await join("a"), await join("b")];
    });

    test("read the same bytes, wherever a reader comes in and however the writer goes on", () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(anyUnicode(), { maxLength: 5 }), { maxLength: 8 }),
          fc.nat(8),
          async (batches, comesIn) => {
            const { log } = await openStream(a.shelf);
            let copy = comesIn === 0 ? await b.found(log.id) : undefined;
            for (const [index, texts] of batches.entries()) {
              for (const text of texts) log.append(token(text));
              if (index + 1 === comesIn) copy = await b.found(log.id);
              await Promise.resolve();
            }
            log.seal(done);
            await sealed(log);
            copy ??= await b.found(log.id);
            await sealed(copy);
            assert.deepEqual(bytesAfter(copy, 0), bytesAfter(log, 0));
            assert.deepEqual(eventsOf(copy), eventsOf(log));
          },
        ),
        { numRuns: 40 },
      ));

    test("R-ANY an event that a reader has seen is in the store: another server never lags behind it", async () => {
      const { log } = await openStream(a.shelf);
      for (let seq = 1; seq <= 200; seq++) {
        log.append(token("x"));
        if (seq % 7 === 0) await visible(log, seq);
        const seen = log.lastSeq;
        assert.ok((await b.found(log.id)).lastSeq >= seen);
      }
    });

    test("R-ANY a stop on one server ends what another one writes", async () => {
      const { log, causes } = await openStream(a.shelf);
      log.append(token("x"));
      await visible(log, 1);
      await b.shelf.cancel(log.id, "stopped");
      assert.deepEqual(causes, ["stopped"]);
      assert.equal((await b.found(log.id)).sealed, true);
    });

    test("R-ANY fifty equal claims over both: one is free, and the others are bound to its stream", async () => {
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
    });

    test("R-IDEMPOTENT a key that a server held which died is free again once the store lets it go", async () => {
      assert.equal((await a.shelf.claim("key", "body")).state, "free");
      let state: string | undefined;
      const claim = b.shelf.claim("key", "body").then((given) => {
        state = given.state;
      });
      await b.roundTrip();
      assert.equal(state, undefined, "it waits");
      // What Redis does with time, at once.
      await redis.direct.del(redis.keys.claim("key"));
      b.clock.advance(1000);
      await claim;
      assert.equal(state, "free");
    });

    test("R-ABANDON a reader on another server keeps a stream from being abandoned", async () => {
      const { log, causes } = await openStream(a.shelf);
      const release = b.shelf.attach(await b.found(log.id));
      await until(() => a.shelf.counts().readers === 1, "the writer knows of the reader");
      a.clock.advance(400_000);
      assert.deepEqual(causes, []);
      release();
      await until(() => a.shelf.counts().readers === 0, "the writer knows that it left");
      a.clock.advance(300_000);
      assert.deepEqual(causes, ["abandoned"]);
      await until(async () => (await redis.direct.exists(redis.keys.running("a"))) === 0, "it is written no longer");
    });

    test("R-ANY what is silent for longer than the store keeps what nobody writes is kept all the same", async () => {
      const { log } = await openStream(a.shelf);
      const about = [redis.keys.log(log.id), redis.keys.meta(log.id), redis.keys.gone(log.id)] as const;
      log.append(token("hm"));
      await visible(log, 1);
      await a.passUntil(() => a.clock.now() > 15_000);
      for (const key of about) await redis.direct.pexpire(key, 60_000);
      const lives = async () => Math.min(...(await Promise.all(about.map((key) => redis.direct.pttl(key)))));
      await a.passUntil(async () => (await lives()) > 60_000 && a.clock.now() <= 25_000, "it is looked after");
      log.seal(done);
      await sealed(log);
    });

    test("R-HONEST what is given back to the store while it is looked for is not told to have been forgotten", async () => {
      const { log } = await openStream(a.shelf);
      const tooSoon = await join("early", { spoil: () => ({ read: async () => undefined }) });
      await assert.rejects(tooSoon.shelf.find(log.id), { code: "store_unavailable" });
      log.seal(done);
      await sealed(log);
    });

    test("a reader on another server that reads to the end is counted no longer", async () => {
      const { log } = await openStream(a.shelf);
      const copy = await b.found(log.id);
      const leave = b.shelf.attach(copy);
      await until(() => a.shelf.counts().readers === 1, "the writer knows of the reader");
      log.seal(done);
      await sealed(copy);
      leave();
      await until(() => a.shelf.counts().readers === 0, "nobody reads");
      assert.equal(b.shelf.counts().readers, 0);
    });

    test("R-ABANDON a reader on a server that died does not keep a stream", async () => {
      const { log } = await openStream(a.shelf);
      b.shelf.attach(await b.found(log.id));
      await until(() => a.shelf.counts().readers === 1, "the writer knows of the reader");
      await a.forgetSign("b");
      await a.passUntil(() => a.shelf.counts().readers === 0, "it counts no longer");
    });

    test("R-HONEST what was forgotten on one server is told from what never was, on the other", async () => {
      const { log } = await openStream(a.shelf);
      log.seal(done);
      await sealed(log);
      a.clock.advance(300_000);
      await until(async () => (await b.shelf.find(log.id)).state === "expired", "it is forgotten");
      assert.equal((await b.shelf.find("unknown")).state, "unknown");
    });

    test("R-HONEST a copy outlives nothing: what is forgotten where it was written is found nowhere, however often it was looked at", async () => {
      const { log } = await openStream(a.shelf);
      log.seal(done);
      await sealed(await b.found(log.id));
      a.clock.advance(300_000);
      await until(async () => (await b.shelf.find(log.id)).state === "expired", "it is forgotten");
    });

    test("R-LEASE a survivor takes over, exactly once, and the writer that comes back is refused", async () => {
      const { log } = await openStream(a.shelf, { resume: { question: "?" } });
      log.append(token("one"));
      await visible(log, 1);
      await b.forgetSign("a");
      await b.passUntil(() => b.taken.length === 1, "it was taken over");
      const [taken] = b.taken;
      assert.ok(taken);
      assert.deepEqual([taken.resume, taken.log.lastSeq], [{ question: "?" }, 1]);
      // The one that was thought dead writes on, and nobody sees it.
      log.append(token("zombie"));
      taken.log.append(token("two"));
      taken.log.seal(done);
      await sealed(taken.log);
      assert.deepEqual(textsOf(await b.found(log.id)), ["one", "two", "done"]);
      await sealed(log);
      assert.deepEqual(eventsOf(log), eventsOf(taken.log), "its own readers follow the store");
    });
  });
});
