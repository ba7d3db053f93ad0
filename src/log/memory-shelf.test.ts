import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claimContract } from "../../testing/claim-contract.ts";
import { logContract } from "../../testing/log-contract.ts";
import {
  bytesAfter,
  done,
  type LogEnvironment,
  openStream,
  ROOMY,
  token,
  turn,
  withShelf,
} from "../../testing/log-environment.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { readingContract } from "../../testing/reading-contract.ts";
import { shelfContract } from "../../testing/shelf-contract.ts";
import type { MemoryLog } from "./memory-log.ts";
import { createMemoryShelf, type ShelfLimits } from "./memory-shelf.ts";

async function memoryEnvironment(limits: ShelfLimits, clock = manualClock()): Promise<LogEnvironment> {
  const shelf = createMemoryShelf(clock, limits);
  return {
    shelf,
    async passTime(ms) {
      clock.advance(ms);
      await turn();
    },
    async close() {
      await shelf.close("shutting_down");
      assert.equal(clock.pending(), 0, "a timer was left behind");
    },
  };
}

for (const contract of [logContract, readingContract, shelfContract, claimContract])
  contract("memory", memoryEnvironment);

describe("the memory shelf", () => {
  test("shows an event at once, and rings once for all of a turn of the event loop", () =>
    withShelf(memoryEnvironment, {}, async ({ shelf }) => {
      const { log } = await openStream(shelf);
      let rung = 0;
      log.listen(() => rung++);
      for (let seq = 1; seq <= 5; seq++) {
        log.append(token("a"));
        assert.equal(log.lastSeq, seq);
      }
      assert.equal(rung, 0);
      await turn();
      assert.equal(rung, 1);
    }));

  test("an ended log that nobody reads lies beside others, and is whole when it is opened again", () =>
    withShelf(memoryEnvironment, {}, async ({ shelf }) => {
      const blocks = new Set<ArrayBufferLike>();
      for (let streams = 0; streams < 100; streams++) {
        const { log } = await openStream(shelf);
        for (let n = 0; n < 5; n++) log.append(token(`${streams} `));
        log.seal(done);
        const found = await shelf.find(log.id);
        assert.ok(found.state === "kept" && found.log.sealed);
        assert.deepEqual(bytesAfter(found.log, 0), bytesAfter(log, 0));
        assert.deepEqual([found.log.id, found.log.kind, found.log.createdAt], [log.id, log.kind, log.createdAt]);
        blocks.add((found.log as MemoryLog).archive().slab.buffer);
      }
      assert.ok(blocks.size <= 3, `${blocks.size} allocations for 100 small logs`);
    }));

  test("R-ABANDON remembers 100,000 forgotten ids, and the first goes when one more comes", () =>
    withShelf(memoryEnvironment, { retentionMs: 1 }, async ({ shelf, passTime }) => {
      for (let n = 0; n <= 100_000; n++) {
        (await shelf.create({ id: `s${n}`, kind: "chat", cancel() {} })).seal(done);
        if (n % 1000 === 0) await passTime(1);
      }
      const states = await Promise.all(["s0", "s1", "s100000"].map(async (id) => (await shelf.find(id)).state));
      assert.deepEqual(states, ["unknown", "expired", "expired"]);
    }));

  test("a reader that outlives the shelf sets no timer when it leaves", async () => {
    const clock = manualClock();
    const { shelf, close } = await memoryEnvironment(ROOMY, clock);
    const [running, ended] = [await openStream(shelf), await openStream(shelf)];
    ended.log.seal(done);
    const releases = [shelf.attach(running.log), shelf.attach(ended.log)];
    await close();
    for (const release of releases) release();
    assert.equal(clock.pending(), 0);
    assert.deepEqual(shelf.counts(), { running: 0, kept: 0, readers: 0, bytes: 0 });
  });

  test("many tiny logs count with more than their frames, so that they cannot outgrow the limit", () =>
    withShelf(memoryEnvironment, { maxLogBytes: 100_000 }, async ({ shelf }) => {
      for (let n = 0; n < 1000; n++) (await openStream(shelf)).log.seal(done);
      assert.ok(shelf.counts().kept < 100, `${shelf.counts().kept} logs kept in 100,000 bytes`);
      assert.ok(shelf.counts().bytes <= 100_000);
    }));
});
