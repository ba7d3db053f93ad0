import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryLog } from "../log/memory-log.ts";
import { isOver, keptLog, positionOf, refuseAway, seqWithin } from "./resume.ts";

const ID = "A".repeat(22);
const code = (code: string) => (error: { code?: string }) => error.code === code;

function logOf(events: number, sealed = false) {
  const options = { id: ID, kind: "chat" as const, world: undefined, createdAt: "", maxBytes: 10_000 };
  const log = createMemoryLog({ ...options, grow: () => true, onSealed: () => {} });
  for (let seq = 1; seq <= events - Number(sealed); seq++) log.append({ type: "token", message_id: "m", text: "x" });
  if (sealed) log.seal({ type: "done", reason: "stop" });
  return log;
}

test("R-PRECEDENCE: the header beats the query, and an empty header is no cursor", () => {
  assert.deepEqual(positionOf(`${ID}.0.7`, "3"), { streamId: ID, epoch: 0, seq: 7 });
  assert.deepEqual(positionOf("", "3"), { seq: 3 });
  assert.equal(positionOf("", undefined), undefined);
  assert.equal(positionOf(undefined), undefined);
});

test("R-HONEST: starting_after is a seq or a whole id, and nothing is guessed at", () => {
  assert.deepEqual(positionOf(undefined, "0"), { seq: 0 });
  assert.deepEqual(positionOf(undefined, `${ID}.2.5`), { streamId: ID, epoch: 2, seq: 5 });
  for (const bad of ["", "-1", "01", "1.5", " 1", "1e3", "x", `${ID}.0`, `${ID}.0.x`, `${ID}.0.1.1`, ["1", "2"], 7]) {
    assert.throws(() => positionOf(undefined, bad), code("invalid_cursor"), JSON.stringify(bad));
  }
  for (const bad of ["7", "x", `${ID}.0.1 `, `${ID}..1`]) {
    assert.throws(() => positionOf(bad), code("invalid_cursor"), bad);
  }
});

test("R-HONEST: a cursor within the log is its seq, one ahead, of another epoch or another stream is refused", () => {
  const log = logOf(5);
  for (const seq of [0, 1, 5]) {
    assert.equal(seqWithin(log, { seq }), seq);
    assert.equal(seqWithin(log, { streamId: ID, epoch: 0, seq }), seq);
  }
  assert.throws(
    () => seqWithin(log, { seq: 6 }),
    (error: { code?: string; extra?: object }) => {
      assert.deepEqual([error.code, error.extra], ["cursor_ahead", { lastSeq: 5 }]);
      return true;
    },
  );
  assert.throws(() => seqWithin(log, { streamId: ID, epoch: 0, seq: 6 }), code("cursor_ahead"));
  assert.throws(() => seqWithin(log, { streamId: ID, epoch: 1, seq: 1 }), code("cursor_void"));
  assert.throws(() => seqWithin(log, { streamId: "B".repeat(22), epoch: 0, seq: 1 }), code("invalid_cursor"));
});

test("R-HONEST R-STORE: an event that may be missing for now is not said to be ahead", () => {
  const log = { ...logOf(5), lastSeq: 5, mayLack: (seq = 0) => seq === 6 };
  assert.throws(() => seqWithin(log, { seq: 6 }), code("store_unavailable"));
  assert.throws(() => seqWithin(log, { seq: 7 }), code("cursor_ahead"));
});

test("R-HONEST: a stream is found only under the kind and the world of the path", () => {
  const log = logOf(1);
  assert.equal(keptLog({ state: "kept", log }, "chat"), log);
  assert.throws(() => keptLog({ state: "kept", log }, "world", "den"), code("stream_not_found"));
  assert.throws(() => keptLog({ state: "kept", log }, "chat", "den"), code("stream_not_found"));
  assert.throws(() => keptLog({ state: "unknown" }, "chat"), code("stream_not_found"));
  assert.throws(() => keptLog({ state: "expired" }, "chat"), code("stream_expired"));
});

test("R-END: nothing can follow after the last event of a sealed log, and only then", () => {
  assert.deepEqual([isOver(logOf(3), 3), isOver(logOf(3, true), 2), isOver(logOf(3, true), 3)], [false, false, true]);
});

test("R-STORE R-DRAIN who would read on where the server is about to close, or without its store, is told which, and nobody who has it whole", () => {
  for (const away of ["leaving", "closing"] as const)
    assert.throws(() => refuseAway({ ...logOf(1), away }), code("shutting_down"));
  assert.throws(() => refuseAway({ ...logOf(1), away: "storeless" }), code("store_unavailable"));
  refuseAway({ ...logOf(1, true), away: "storeless" });
});
