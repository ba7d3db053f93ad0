import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../../testing/manual-clock.ts";
import { createFeedOutbox } from "./feed-outbox.ts";
import type { AppendedToFeed, FeedStore } from "./feed-store.ts";

test("R-STORE R-FEED what a feed has still to write is given up with it, also in the middle of a write that fails", async () => {
  const clock = manualClock();
  const { promise, reject } = Promise.withResolvers<AppendedToFeed>();
  const asked = Promise.withResolvers<void>();
  const append = () => {
    asked.resolve();
    return promise;
  };
  const store = { append } as Partial<FeedStore> as FeedStore;
  const outbox = createFeedOutbox({ store, clock, world: "lobby", server: "a", nextBatch: () => 1 });
  outbox.push('{"type":"token"}');
  await asked.promise;
  outbox.stop();
  reject(new Error("away"));
  await outbox.drained();
  assert.equal(clock.pending(), 0);
});
