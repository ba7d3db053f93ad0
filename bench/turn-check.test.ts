import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventDraft, StreamEvent } from "../src/protocol/events.ts";
import { turnCheck } from "./turn-check.ts";
import type { Expected } from "./turn-script.ts";

const expected: Expected = { reason: "completed", outcomes: { Ada: "replied" }, messages: 1, tokens: 2 };
const timestamp = "2026-01-01T00:00:00.000Z";

const START: EventDraft = { type: "start", kind: "world", created_at: timestamp };
const BEGIN: EventDraft = { type: "message_start", message_id: "m", sender: "Ada", role: "assistant" };
const token = (text: string): EventDraft => ({ type: "token", message_id: "m", text });
const ending = (content: string): EventDraft => {
  return { type: "message_end", message_id: "m", sender: "Ada", content, timestamp, reason: "stop" };
};
const DONE: EventDraft = { type: "done", reason: "completed", agents: [{ agent: "Ada", outcome: "replied" }] };
const TURN = [START, BEGIN, token("~1:0;"), token("~2:1;"), ending("~1:0;~2:1;"), DONE];

function faultsOf(drafts: EventDraft[], seqs = drafts.map((_, n) => n + 1)) {
  const check = turnCheck(expected);
  for (const [n, draft] of drafts.entries()) {
    check.take(`s.0.${seqs[n]}`, { ...draft, seq: seqs[n] as number } as StreamEvent);
  }
  check.end();
  return check.faults.join("; ");
}

test("a turn that is as it should be has no fault", () => assert.equal(faultsOf(TURN), ""));

test("a turn that is cut short is told", () => {
  assert.match(faultsOf(TURN.slice(0, -1)), /ended after event 5, which was not the last/);
});

test("a hole and a repetition are told", () => {
  assert.match(faultsOf(TURN, [1, 2, 4, 5, 6, 7]), /seq 4 came where 3 was due/);
  assert.match(faultsOf(TURN, [1, 2, 2, 3, 4, 5]), /seq 2 came where 3 was due/);
});

test("a text that is not its tokens is told, and too few of them", () => {
  assert.match(faultsOf(TURN.with(4, ending("~1:0;"))), /content is not its tokens; tokens: 1 instead of 2/);
});

test("what comes after the end is told, and a second end", () => {
  assert.match(faultsOf([...TURN, DONE]), /done came after the end/);
});

test("a wrong outcome, reason or kind of end is told", () => {
  const failed: EventDraft = { ...DONE, agents: [{ agent: "Ada", outcome: "failed" }] } as EventDraft;
  assert.equal(faultsOf(TURN.with(5, failed)), "agents: Ada failed instead of Ada replied");
  assert.equal(
    faultsOf(TURN.with(5, { ...DONE, reason: "silence" } as EventDraft)),
    "reason: silence instead of completed",
  );
  const error: EventDraft = { type: "error", error_code: "internal_error", message: "", retryable: false };
  assert.equal(faultsOf(TURN.with(5, error)), "end: error instead of done");
});

test("an unexpected notice is told", () => {
  const notice: EventDraft = { type: "system", code: "unknown_mention", message: "" };
  assert.equal(faultsOf(TURN.toSpliced(1, 0, notice)), "notice unknown_mention");
});
