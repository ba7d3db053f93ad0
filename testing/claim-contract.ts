import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Claim, Shelf } from "../src/log/shelf.ts";
import type { TerminalDraft } from "../src/protocol/events.ts";
import { done, type MakeEnvironment, openStream, sealed, turn, withShelf } from "./log-environment.ts";

const reused = { code: "idempotency_key_reused" };
const failed = (error_code: string, retryable: boolean): TerminalDraft => ({
  type: "error",
  error_code,
  message: "It failed.",
  retryable,
});

async function free(shelf: Shelf, key: string, fingerprint = "body") {
  const claim = await shelf.claim(key, fingerprint);
  assert.ok(claim.state === "free", `the key is ${claim.state}`);
  return claim;
}

/** A stream on the shelf that `key` is bound to. */
async function startWith(shelf: Shelf, key: string) {
  const claim = await free(shelf, key);
  const { log } = await openStream(shelf);
  claim.bind(log.id);
  return log;
}

async function stateAfter(shelf: Shelf, key: string, end: TerminalDraft) {
  const log = await startWith(shelf, key);
  log.seal(end);
  await sealed(log);
  return (await shelf.claim(key, "body")).state;
}

/** The contract of idempotency keys: one start for each key, however many come at once. */
export function claimContract(name: string, make: MakeEnvironment): void {
  describe(`idempotency keys on the ${name} shelf`, () => {
    test("R-IDEMPOTENT of fifty equal claims at once one is free, and the others wait and are bound to its stream", () =>
      withShelf(make, {}, async ({ shelf }) => {
        const settled: Claim[] = [];
        const claims = Array.from({ length: 50 }, () =>
          shelf.claim("key", "body").then((claim) => void settled.push(claim)),
        );
        const first = await Promise.race(claims).then(() => settled[0]);
        await turn();
        assert.equal(settled.length, 1);
        assert.ok(first?.state === "free");
        const { log } = await openStream(shelf);
        first.bind(log.id);
        await Promise.all(claims);
        const others = settled.slice(1);
        assert.equal(others.length, 49);
        for (const claim of others) assert.deepEqual(claim, { state: "bound", streamId: log.id });
      }));

    test("R-IDEMPOTENT the same key with another body is refused, also while the first is being looked at", () =>
      withShelf(make, {}, async ({ shelf }) => {
        const claim = await free(shelf, "key");
        await assert.rejects(shelf.claim("key", "another body"), reused);
        const { log } = await openStream(shelf);
        claim.bind(log.id);
        claim.release();
        await assert.rejects(shelf.claim("key", "another body"), reused, "what is bound is not released");
        assert.equal((await shelf.claim("another key", "another body")).state, "free");
      }));

    test("R-IDEMPOTENT a refused start binds no key: the next in line has it, with any body", () =>
      withShelf(make, {}, async ({ shelf }) => {
        const first = await free(shelf, "key");
        const settled: Claim[] = [];
        const waiting = [1, 2, 3].map(() => shelf.claim("key", "body").then((claim) => void settled.push(claim)));
        first.release();
        await Promise.race(waiting);
        await turn();
        assert.deepEqual([settled.length, settled[0]?.state], [1, "free"]);
        first.release();
        await assert.rejects(shelf.claim("key", "another body"), reused, "a second release lets go of nothing");
        const { log } = await openStream(shelf);
        if (settled[0]?.state === "free") settled[0].bind(log.id);
        await Promise.all(waiting);
        assert.deepEqual(settled.slice(1), Array(2).fill({ state: "bound", streamId: log.id }));
        (await free(shelf, "other", "body")).release();
        assert.equal((await shelf.claim("other", "another body")).state, "free");
      }));

    test("R-IDEMPOTENT a retryable error frees the key, every other end keeps it", () =>
      withShelf(make, {}, async ({ shelf }) => {
        assert.equal(await stateAfter(shelf, "done", done), "bound");
        assert.equal(await stateAfter(shelf, "cancelled", { type: "done", reason: "cancelled" }), "bound");
        assert.equal(await stateAfter(shelf, "refused", failed("model_error", false)), "bound");
        assert.equal(await stateAfter(shelf, "long", failed("stream_too_long", false)), "bound");
        assert.equal(await stateAfter(shelf, "cut", failed("model_cut", true)), "free");
        assert.equal(await stateAfter(shelf, "late", failed("model_timeout", true)), "free");
      }));

    test("R-IDEMPOTENT a key is bound as long as its stream is kept, and no longer", () =>
      withShelf(make, { retentionMs: 300_000, abandonMs: 600_000 }, async ({ shelf, passTime }) => {
        const ended = await startWith(shelf, "ended");
        await startWith(shelf, "abandoned");
        ended.seal(done);
        await sealed(ended);
        await passTime(299_999);
        assert.equal((await shelf.claim("ended", "body")).state, "bound");
        await passTime(1);
        await free(shelf, "ended", "another body");
        assert.equal((await shelf.claim("abandoned", "body")).state, "bound");
        await passTime(300_000);
        await free(shelf, "abandoned", "another body");
      }));

    test("R-IDEMPOTENT several keys bound to one stream tell what each has published, and are free again together", () =>
      withShelf(make, { retentionMs: 300_000 }, async ({ shelf, passTime }) => {
        const log = await startWith(shelf, "first");
        for (const key of ["second", "third"]) (await free(shelf, key)).bind(log.id, `message of ${key}`);
        const bound = { state: "bound", streamId: log.id };
        assert.deepEqual(await shelf.claim("first", "body"), bound);
        assert.deepEqual(await shelf.claim("second", "body"), { ...bound, messageId: "message of second" });
        assert.deepEqual(await shelf.claim("third", "body"), { ...bound, messageId: "message of third" });
        log.seal(done);
        await sealed(log);
        await passTime(300_000);
        for (const key of ["first", "second", "third"]) await free(shelf, key, "another body");
      }));

    test("R-IDEMPOTENT a key that was bound anew stays bound when its first stream is forgotten", () =>
      withShelf(make, { retentionMs: 300_000 }, async ({ shelf, passTime }) => {
        const first = await startWith(shelf, "key");
        first.seal(failed("model_cut", true));
        await sealed(first);
        await passTime(200_000);
        const second = await startWith(shelf, "key");
        const release = shelf.attach(second);
        await passTime(200_000);
        assert.equal((await shelf.find(first.id)).state, "expired");
        assert.deepEqual(await shelf.claim("key", "body"), { state: "bound", streamId: second.id });
        release();
      }));
  });
}
