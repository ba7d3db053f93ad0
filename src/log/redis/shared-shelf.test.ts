import assert from "node:assert/strict";
import { claimContract } from "../../../testing/claim-contract.ts";
import { logContract } from "../../../testing/log-contract.ts";
import type { LogEnvironment } from "../../../testing/log-environment.ts";
import { manualClock } from "../../../testing/manual-clock.ts";
import { readingContract } from "../../../testing/reading-contract.ts";
import { shelfContract } from "../../../testing/shelf-contract.ts";
import type { ShelfLimits } from "../memory-shelf.ts";
import { createSharedShelf } from "./shared-shelf.ts";
import { openSharedStore } from "./shared-store.ts";

let made = 0;
const url = process.env["TEST_REDIS"] ?? "redis://127.0.0.1:6390";

async function redisEnvironment(limits: ShelfLimits): Promise<LogEnvironment> {
  const clock = manualClock();
  const store = await openSharedStore({ url, prefix: `test${process.pid}-${made++}:`, ttlMs: 600_000, wall: clock.wall });
  const shelf = await createSharedShelf({ clock, limits, store, serverId: "a", leaseMs: 5000 });
  return {
    shelf,
    async passTime(ms) {
      clock.advance(ms);
      // What fell due is written: a round trip after it, it is there.
      for (let i = 0; i < 3; i++) await store.isKept("nothing");
    },
    async close() {
      await shelf.close("shutting_down");
      assert.equal(clock.pending(), 0, "a timer was left behind");
    },
  };
}

for (const contract of [logContract, readingContract, shelfContract, claimContract])
  contract("redis", redisEnvironment);
