import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createClaims } from "./claims.ts";

// What every implementation must do is in the contract; here, that any order of events leaves one start for each key.

test("R-IDEMPOTENT however claims, refusals and ends interleave, a key has one start at a time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.boolean(), { minLength: 2, maxLength: 12 }), async (s, refusals) => {
      const claims = createClaims();
      const bound: string[] = [];
      let starting = 0;
      const one = async (refused: boolean, n: number) => {
        await s.schedule(Promise.resolve(), `request ${n}`);
        const claim = await claims.claim("key", "body");
        if (claim.state === "bound") return assert.equal(claim.streamId, bound.at(-1));
        assert.equal(++starting, 1, "two starts at once");
        await s.schedule(Promise.resolve(), `start ${n}`);
        starting--;
        if (refused) return claim.release();
        bound.push(`stream ${n}`);
        claim.bind(`stream ${n}`);
      };
      const requests = refusals.map(one);
      await s.waitFor(Promise.all(requests));
      assert.equal(bound.length, refusals.includes(false) ? 1 : 0);
    }),
  );
});

test("freeing a stream that holds no key, or has lost it, frees nothing", async () => {
  const claims = createClaims();
  for (const id of ["first", "second"]) {
    const claim = await claims.claim("key", "body");
    assert.ok(claim.state === "free");
    claim.bind(id);
    if (id === "first") claims.free(id);
  }
  claims.free("first");
  claims.free("stranger");
  assert.deepEqual(await claims.claim("key", "body"), { state: "bound", streamId: "second" });
});
