import assert from "node:assert/strict";
import { test } from "node:test";
import { turn } from "../../../testing/log-environment.ts";
import { manualClock } from "../../../testing/manual-clock.ts";
import { createFeedOutbox } from "./feed-outbox.ts";
import type { AppendedToFeed, FeedBatch, FeedStore } from "./feed-store.ts";

const TOKEN = '{"type":"token"}';

/** An outbox on a store that answers so; where with nothing, it is away. */
function outboxOn(answer: (batch: FeedBatch) => AppendedToFeed | undefined) {
  const clock = manualClock();
  const offered: FeedBatch[] = [];
  async function append(_world: string, batch: FeedBatch): Promise<AppendedToFeed> {
    offered.push(batch);
    return answer(batch) ?? Promise.reject(new Error("away"));
  }
  const store = { append } as Partial<FeedStore> as FeedStore;
  let batches = 0;
  const outbox = createFeedOutbox({ store, clock, world: "lobby", server: "a", nextBatch: () => ++batches });
  return { clock, offered, outbox };
}

test("R-FEED what others have told is left out, but not that something before it was lost", async () => {
  let isAway = true;
  const { clock, offered, outbox } = outboxOn(({ turns }) => {
    if (isAway) return undefined;
    return turns.length > 0 ? { state: "told", places: new Map([["t1", 2]]) } : { state: "ok", id: "f1", seq: 4 };
  });
  outbox.push(TOKEN, { turn: "t1", place: 1 });
  for (let ms = 0; ms <= 30_000; ms += 250) {
    await turn();
    clock.advance(250);
  }
  isAway = false;
  outbox.push(TOKEN, { turn: "t1", place: 2 });
  await outbox.drained();
  const { events, isAfterLoss } = offered.at(-1) as FeedBatch;
  assert.deepEqual([events, isAfterLoss, outbox.isEmpty], [[], true, true]);
});

test("R-FEED much that waits goes into the store in its order, some of it at a time: nobody waits long for Redis", async () => {
  const { offered, outbox } = outboxOn(() => ({ state: "ok", id: "f1", seq: 4 }));
  const events = ["a", "b", "c", "d"].map((letter) => letter.repeat(60_000));
  for (const event of [...events, "e".repeat(200_000)]) outbox.push(event);
  await outbox.drained();
  assert.deepEqual(
    offered.map((batch) => batch.events.map(([letter]) => letter).join("")),
    ["ab", "cd", "e"],
  );
});

test("R-FEED a server that has heard of an end offers what comes later to the feed that ended, not to the next of that name", async () => {
  const { offered, outbox } = outboxOn(({ known }) =>
    known ? { state: "sealed" } : { state: "ok", id: "f1", seq: 4 },
  );
  for (const _ of [1, 2, 3]) {
    outbox.look();
    outbox.push(TOKEN);
    await outbox.drained();
  }
  assert.deepEqual(
    offered.map(({ known }) => known),
    [undefined, "f1", "f1"],
  );
});

test("R-STORE R-FEED a store that has lost what was seen is written to when it has that again, or after 30 s, and that is not hidden", async () => {
  let isBehind = false;
  const { clock, offered, outbox } = outboxOn(({ seen }) =>
    isBehind && seen ? { state: "behind" } : { state: "ok", id: "f1", seq: 4 },
  );
  outbox.push("a");
  await outbox.drained();
  isBehind = true;
  outbox.push("b");
  await turn();
  isBehind = false;
  clock.advance(250);
  await outbox.drained();
  isBehind = true;
  outbox.push("c");
  for (let ms = 0; ms <= 30_000; ms += 250) {
    await turn();
    clock.advance(250);
  }
  await outbox.drained();
  const seen = { id: "f1", seq: 4 };
  assert.deepEqual(
    [0, 1, 2, 3, -1].map((at) => {
      const batch = offered.at(at) as FeedBatch;
      return [batch.events.join(), batch.seen, batch.isAfterLoss];
    }),
    [
      ["a", undefined, false],
      ["b", seen, false],
      ["b", seen, false],
      ["c", seen, false],
      ["", undefined, true],
    ],
  );
});

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
  outbox.push(TOKEN);
  await asked.promise;
  outbox.stop();
  reject(new Error("away"));
  await outbox.drained();
  assert.equal(clock.pending(), 0);
});
