import assert from "node:assert/strict";
import { test } from "node:test";
import { openStream } from "../../../testing/log-environment.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { joining } from "../../../testing/shared-server.ts";
import { succeeds, until } from "../../../testing/until.ts";
import type { Claim } from "../shelf.ts";
import type { SharedStore } from "./shared-store.ts";

redisSuite("idempotency keys that servers share", (redis) => {
  const join = joining(redis);

  async function free(claiming: Promise<Claim>) {
    const claim = await claiming;
    assert.ok(claim.state === "free", `the key is ${claim.state}`);
    return claim;
  }

  /** The first so many times that a key is settled do not reach the store. */
  const losing = (times: number) => (store: SharedStore) => {
    const lossy =
      <Args extends unknown[]>(settle: (...args: Args) => Promise<void>) =>
      async (...args: Args) => {
        if (times-- > 0) throw new Error("Connection is closed.");
        await settle(...args);
      };
    return { bind: lossy(store.bind), release: lossy(store.release) };
  };

  test("R-IDEMPOTENT a key whose binding gets lost is bound all the same: nobody starts under it a second time", async () => {
    const a = await join("a", { spoil: losing(2) });
    const b = await join("b");
    const claim = await free(a.shelf.claim("key", "body"));
    const { log } = await openStream(a.shelf);
    claim.bind(log.id);
    const again = b.shelf.claim("key", "body");
    await a.passUntil(async () => (await redis.direct.hexists(redis.keys.claim("key"), "stream")) === 1);
    assert.deepEqual(await again, { state: "bound", streamId: log.id });
  });

  test("R-IDEMPOTENT a key whose letting go gets lost is let go all the same", async () => {
    const a = await join("a", { spoil: losing(2) });
    const b = await join("b");
    (await free(a.shelf.claim("key", "body"))).release();
    const next = b.shelf.claim("key", "body");
    await a.passUntil(async () => (await redis.direct.exists(redis.keys.claim("key"))) === 0 || (await isTaken("b")));
    (await free(next)).release();
  });
  const isTaken = async (by: string) =>
    (await redis.direct.hget(redis.keys.claim("key"), "token"))?.startsWith(by) ?? false;

  test("R-IDEMPOTENT a key that was claimed, but whose answer gets lost, is let go: a start that failed holds it for nobody", async () => {
    const claimUnheard = (store: SharedStore) => ({
      async claim(...args: Parameters<SharedStore["claim"]>) {
        await store.claim(...args);
        throw new Error("Connection is closed.");
      },
    });
    const a = await join("a", { spoil: claimUnheard });
    const b = await join("b");
    await assert.rejects(a.shelf.claim("key", "body"));
    await until(async () => (await redis.direct.exists(redis.keys.claim("key"))) === 0);
    (await free(b.shelf.claim("key", "body"))).release();
  });

  test("R-IDEMPOTENT a key that the store has lost is bound again when it is back", async () => {
    const a = await join("a");
    const claim = await free(a.shelf.claim("key", "body"));
    const { log } = await openStream(a.shelf);
    claim.bind(log.id);
    await redis.direct.del(redis.keys.claim("key"));
    await redis.cut();
    await until(() => a.timesBack() > 0);
    await until(async () => (await redis.direct.exists(redis.keys.claim("key"))) === 1);
    await until(() => succeeds(a.roundTrip()));
    assert.deepEqual(await a.shelf.claim("key", "body"), { state: "bound", streamId: log.id });
  });

  test("R-IDEMPOTENT what was bound to a stream of another server is remembered for an hour, not for ever", async () => {
    const a = await join("a");
    const bindElsewhere = async (key: string) => (await free(a.shelf.claim(key, "body"))).bind("elsewhere".concat(key));
    await bindElsewhere("old");
    a.clock.advance(3_600_000);
    await bindElsewhere("new");
    const isThere = async (key: string) => (await redis.direct.exists(redis.keys.claim(key))) === 1;
    const isBound = async (key: string) => (await redis.direct.hexists(redis.keys.claim(key), "stream")) === 1;
    await until(() => isBound("new"));
    await redis.direct.del(redis.keys.claim("old"), redis.keys.claim("new"));
    await redis.cut();
    // They are put back in the order in which they came.
    await until(() => isThere("new"));
    assert.equal(await isThere("old"), false);
  });

  test("R-IDEMPOTENT R-LEASE a key that a server had claimed when it died is free with the end of its lease, for one", async () => {
    const [a, b] = [await join("a"), await join("b")];
    const claim = await free(a.shelf.claim("key", "body"));
    let settled = false;
    const waiting = b.shelf.claim("key", "body").finally(() => {
      settled = true;
    });
    await b.passUntil(() => b.clock.now() > 10_000);
    assert.equal(settled, false, "it lives, and may take its time");
    await b.forgetSign("a");
    await b.passUntil(() => settled);
    const next = await free(waiting);
    const { log } = await openStream(b.shelf);
    next.bind(log.id);
    claim.bind("late");
    assert.deepEqual(await a.shelf.claim("key", "body"), { state: "bound", streamId: log.id });
  });
});
