import assert from "node:assert/strict";
import { test } from "node:test";
import type { StreamEvent } from "../src/protocol/events.ts";
import { faultsIn, NO_FAULTS, type StreamFaults, streamChecker } from "./stream-faults.ts";

type Event = StreamEvent & { id: string };

const token = (seq: number, text: string): Event => ({ type: "token", seq, id: `s.0.${seq}`, message_id: "m", text });
const whole: Event[] = [
  { type: "start", seq: 1, id: "s.0.1", stream_id: "s", kind: "chat", created_at: "" },
  { type: "message_start", seq: 2, id: "s.0.2", message_id: "m", sender: "assistant", role: "assistant" },
  ...[token(3, "a"), token(4, "b"), token(5, "c")],
  {
    ...{ type: "message_end", seq: 6, id: "s.0.6", message_id: "m", sender: "assistant" },
    ...{ content: "abc", timestamp: "", reason: "stop" },
  },
  { type: "done", seq: 7, id: "s.0.7", reason: "stop" },
];
const expected = { id: "s", text: "abc" };
const [start, begin, a, b, c, end, done] = whole as [Event, Event, Event, Event, Event, Event, Event];

test("a whole stream has no fault", () => assert.deepEqual(faultsIn(whole, expected), NO_FAULTS));

const cases: [what: string, events: Event[], faults: Partial<StreamFaults>][] = [
  ["an event is missing", [start, begin, a, c, end, done], { lost: 1, foreign: 1 }],
  ["the beginning is missing", [a, b, c, end, done], { lost: 2 }],
  ["an event came twice", [start, begin, a, b, b, c, end, done], { doubled: 1, foreign: 1 }],
  ["two events changed places", [start, begin, b, a, c, end, done], { reordered: 1, foreign: 1 }],
  ["an event is another stream's", [start, begin, a, { ...b, id: "t.0.4" }, c, end, done], { foreign: 1 }],
  ["an event is of another epoch", [start, begin, a, { ...b, id: "s.1.4" }, c, end, done], { foreign: 1 }],
  ["a text is another's", [start, begin, a, token(4, "x"), c, end, done], { foreign: 1 }],
  ["the end says another text", [start, begin, a, b, c, { ...end, content: "x" } as Event, done], { foreign: 1 }],
  [
    "the text is not whole",
    [start, begin, a, b, { ...end, seq: 5, content: "ab", id: "s.0.5" } as Event, { ...done, seq: 6, id: "s.0.6" }],
    { lost: 1 },
  ],
  ["it never ends", [start, begin, a, b], { hung: 1 }],
  ["nothing came", [], { hung: 1 }],
  [
    "it ends with an error",
    [
      ...whole.slice(0, 6),
      { type: "error", seq: 7, id: "s.0.7", error_code: "generation_lost", message: "", retryable: true },
    ],
    { lost: 1 },
  ],
];

for (const [what, events, faults] of cases) {
  test(`${what}: ${Object.keys(faults).join(", ")}`, () => {
    assert.deepEqual(faultsIn(events, expected), { ...NO_FAULTS, ...faults });
  });
}

test("a stream that was stopped may have a beginning of the text, and no other", () => {
  const stopped = { id: "s", text: "abcdef", stopped: true };
  assert.deepEqual(faultsIn(whole, stopped), NO_FAULTS);
  assert.deepEqual(faultsIn(whole, { ...stopped, text: "abd" }), { ...NO_FAULTS, foreign: 1 });
});

test("what is wrong with any of many streams fails, and is stated", (t) => {
  const said: string[] = [];
  const told = Object.assign(Object.create(t), { diagnostic: (line: string) => said.push(line) });
  const checker = streamChecker();
  checker.check(whole, expected);
  checker.assertNone(told, "so far");
  checker.check(whole.slice(0, 4), expected);
  assert.throws(() => checker.assertNone(told, "in all"));
  assert.deepEqual(said, [
    "1 streams so far: 0 lost, 0 doubled, 0 reordered, 0 foreign, 0 hung",
    "2 streams in all: 0 lost, 0 doubled, 0 reordered, 0 foreign, 1 hung",
  ]);
});
