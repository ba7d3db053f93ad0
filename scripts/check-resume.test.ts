import assert from "node:assert/strict";
import { test } from "node:test";
import { checkWhole, parseRecording } from "./check-resume.ts";

const frame = (seq: number, data: object) => `id: s.0.${seq}\nevent: x\ndata: ${JSON.stringify({ seq, ...data })}\n\n`;

const frames = [
  frame(1, { type: "start" }),
  frame(2, { type: "token", text: "Hel" }),
  frame(3, { type: "token", text: "lo" }),
  frame(4, { type: "message_end", content: "Hello" }),
  frame(5, { type: "done" }),
];

test("an event that a cut left unfinished is dropped, and comments are no events", () => {
  const recording = `retry: 1000\n\n${frames[0]}: ping\n\n${frames[1]?.slice(0, 20)}`;
  assert.deepEqual(
    parseRecording(recording).map(({ id }) => id),
    ["s.0.1"],
  );
});

test("parts that make the whole pass, whatever the place of the cut", () => {
  for (let cut = 1; cut < frames.length; cut++) {
    const parts = [frames.slice(0, cut).join(""), frames.slice(cut).join("")];
    assert.equal(checkWhole(parts), "5 events in 2 parts, 5 characters, whole");
  }
});

test("a hole, a repetition, a missing end, an early end and a wrong text are each found", () => {
  const recordings = (indexes: number[]) => [indexes.map((index) => frames[index]).join("")];
  assert.throws(() => checkWhole(recordings([0, 1, 3, 4])), /Event 3 has seq 4/);
  assert.throws(() => checkWhole(recordings([0, 1, 1])), /Event 3 has seq 2/);
  assert.throws(() => checkWhole(recordings([0, 1, 2, 3])), /Event 4 is of type message_end/);
  assert.throws(
    () => checkWhole([frame(1, { type: "done" }) + frame(2, { type: "start" })]),
    /Event 1 is of type done/,
  );
  const wrong = frames.with(1, frame(2, { type: "token", text: "hel" })).join("");
  assert.throws(() => checkWhole([wrong]), /do not add up/);
  const failed = frames.with(4, frame(5, { type: "error" })).join("");
  assert.throws(() => checkWhole([failed]), /did not end with done/);
});
