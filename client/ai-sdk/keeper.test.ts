import assert from "node:assert/strict";
import { test } from "node:test";
import type { SavedStream } from "../types.ts";
import { keepPosition } from "./keeper.ts";
import type { Position } from "./positions.ts";

/** A stream at some `seq`, whose position is kept in a list; time and the page are in the test's hands. */
function kept(seq = 0) {
  const path = "/chat/streaming/a";
  const stream = {
    save: () =>
      state.seq > 0
        ? ({ v: 1, path, lastEventId: `a.0.${state.seq}`, seq: state.seq, messages: [] } as SavedStream)
        : undefined,
  };
  const state = {
    seq,
    stream,
    written: [] as (number | "removed")[],
    waiting: [] as (() => void)[],
    leaves: [] as (() => void)[],
    ends: 0,
  };
  const positions = {
    read: () => undefined,
    write: (_chat: string, position: Position) => void state.written.push(position.stream.seq),
    remove: (_chat: string, removed: string | undefined) => void (removed === path && state.written.push("removed")),
  };
  const watch = {
    after: (ms: number, run: () => void) => {
      assert.equal(ms, 100);
      state.waiting.push(run);
      return () => void state.waiting.splice(state.waiting.indexOf(run), 1);
    },
    onLeave: (leave: () => void) => {
      state.leaves.push(leave);
      return () => void state.leaves.splice(state.leaves.indexOf(leave), 1);
    },
  };
  const keeper = keepPosition({ chatId: "chat", stream, head: {}, positions, ...watch }, () => void state.ends++);
  const event = () => {
    state.seq++;
    keeper.touch();
  };
  return { state, keeper, event };
}

test("the first event is written down at once, the next ones now and then", () => {
  const { state, event } = kept();
  for (let count = 0; count < 5; count++) event();
  assert.deepEqual([state.written, state.waiting.length], [[1], 1]);
  state.waiting[0]?.();
  assert.deepEqual([state.written, state.waiting.length], [[1, 5], 0]);
  event();
  assert.equal(state.waiting.length, 1);
});

test("a page that goes away writes down where it is", () => {
  const { state, event } = kept();
  for (let count = 0; count < 3; count++) event();
  state.leaves[0]?.();
  assert.deepEqual([state.written, state.waiting.length], [[1, 3], 0]);
});

test("an answer that has ended is forgotten, and nothing is left waiting", () => {
  const { state, event, keeper } = kept();
  event();
  event();
  keeper.end(true);
  keeper.end(true);
  keeper.touch();
  assert.deepEqual([state.written, state.waiting, state.leaves, state.ends], [[1, "removed"], [], [], 1]);
});

test("an answer that was stopped before its first event is not written down by it", () => {
  const { state, event, keeper } = kept();
  keeper.end(true);
  event();
  event();
  assert.deepEqual([state.written, state.waiting], [[], []]);
});

test("an answer that is left is written down once more", () => {
  const { state, event, keeper } = kept();
  event();
  event();
  keeper.end(false);
  keeper.end(true);
  assert.deepEqual([state.written, state.waiting, state.leaves, state.ends], [[1, 2], [], [], 1]);
});

test("a resumed answer can be forgotten before it has brought anything", () => {
  const { state, keeper } = kept(4);
  keeper.end(true);
  assert.deepEqual(state.written, ["removed"]);
});
