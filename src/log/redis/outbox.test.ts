import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../../testing/manual-clock.ts";
import { NO_LOSS } from "../epochs.ts";
import { createOutbox } from "./outbox.ts";
import type { AppendOutcome, StreamStore } from "./stream-store.ts";

test("R-STORE an outbox that is stopped while the store fails leaves no timer, and is drained", async () => {
  const clock = manualClock();
  const { promise, reject } = Promise.withResolvers<AppendOutcome>();
  const store = { soon: (write: () => void) => write(), append: () => promise } as Partial<StreamStore> as StreamStore;
  const never = () => assert.fail("nothing has happened to it");
  const outbox = createOutbox({
    ...{ store, clock, id: "one", stored: 0, event: never, isFollowed: () => false },
    ...{ onStored: never, onFenced: never, onAway: never },
    writer: { fence: "a.1", names: { kind: "chat", createdAt: "2026-01-02T03:04:05.000Z", epochs: NO_LOSS } },
  });
  outbox.push('{"type":"token"}');
  outbox.stop();
  reject(new Error("away"));
  await outbox.drained();
  assert.equal(clock.pending(), 0);
});
