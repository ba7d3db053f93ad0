import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../../testing/any-unicode.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { finishPart, scriptedModel } from "../../testing/scripted-model.ts";
import { createMemoryLog } from "../log/memory-log.ts";
import type { CancelCause } from "../log/shelf.ts";
import { modelFailure } from "../models/failure.ts";
import type { Part } from "../models/model.ts";
import { failure } from "../protocol/errors.ts";
import type { StreamEvent } from "../protocol/events.ts";
import { cancelGeneration, generate, handOverGeneration, saidSoFar } from "./generate.ts";

const LIMITS = { firstTokenMs: 1000, tokenGapMs: 500, generationMs: 5000 };

function setUp({ maxBytes = 1_000_000, room = (): boolean => true } = {}) {
  const clock = manualClock();
  const scripted = scriptedModel();
  const observed: unknown[] = [];
  const sealed: string[] = [];
  const log = createMemoryLog({
    id: "stream",
    kind: "chat",
    world: undefined,
    createdAt: "2026-01-02T03:04:05.000Z",
    maxBytes,
    grow: (_bytes, must) => must || room(),
    onSealed: ({ type }) => sealed.push(type),
  });
  const generation = generate({
    log,
    modelId: "test:scripted",
    model: scripted.model,
    options: { prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] },
    messageId: "m1",
    deps: { clock, random: () => 0, limits: LIMITS },
    observe: {
      token: () => observed.push("token"),
      firstToken: (ms) => observed.push(["first", ms]),
      failed: () => {},
      ended: (outcome, ms) => observed.push(["ended", outcome, ms]),
    },
  });
  const events = () => Array.from({ length: log.lastSeq }, (_, index) => log.event(index + 1));
  const types = () => events().map(({ type }) => type);
  /** The call that runs now: after a retry it is another. */
  const call = () => scripted.calls.at(-1) as NonNullable<(typeof scripted.calls)[0]>;
  return { clock, log, generation, events, types, call, calls: scripted.calls, observed, sealed };
}

const textOf = (events: StreamEvent[]) => events.map((event) => (event.type === "token" ? event.text : "")).join("");
const isTerminal = ({ type }: StreamEvent) => type === "done" || type === "error";

/** Everything that can happen to a generation, as one step. */
const text = fc.oneof(
  anyUnicode(),
  fc.constantFrom("", "\ud83d", "\ude00", "a\ud83d", "\ude00b", "\r\n\r\ndata: x", "\0\u2028"),
);
const step = fc.oneof(
  { weight: 8, arbitrary: text.map((text) => ({ do: "text" as const, text })) },
  fc
    .constantFrom("reasoning", "finish", "end", "cut", "fail", "refused", "error part", "throw")
    .map((what) => ({ do: what })),
  fc
    .constantFrom<CancelCause>("stopped", "left", "abandoned", "shutting_down")
    .map((cause) => ({ do: "cancel" as const, cause })),
  fc.constantFrom(1, 499, 500, 1000, 5000).map((ms) => ({ do: "wait" as const, ms })),
  fc.constant({ do: "no room" as const }),
);

test("R-ONE, R-SEQ, R-TEXT: whatever happens in whatever order, there is one terminal event, the last, and the tokens are the text", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.constantFrom(300, 1000, 1_000_000), (steps, maxBytes) => {
      let full = false;
      const run = setUp({ maxBytes, room: () => !full });
      const { log, generation, clock, call } = run;
      for (const one of steps) {
        if (one.do === "text" && "text" in one) call()?.text(one.text);
        else if (one.do === "reasoning") call()?.reasoning();
        else if (one.do === "finish") call()?.part(finishPart());
        else if (one.do === "end") call()?.finish({ reason: "length", usage: { input: 1, output: 2 } });
        else if (one.do === "cut") call()?.cut();
        else if (one.do === "fail") call()?.fail(new Error("SECRET"));
        else if (one.do === "refused") call()?.fail(modelFailure("model_unavailable", { retryable: true }));
        else if (one.do === "error part") call()?.part({ type: "error", error: "SECRET" });
        else if (one.do === "throw") call()?.fail(failure("internal_error"));
        else if (one.do === "cancel" && "cause" in one) cancelGeneration(generation, one.cause);
        else if (one.do === "wait" && "ms" in one) clock.advance(one.ms);
        else full = true;
      }
      // Whatever was left open, time ends it.
      clock.advance(10_000);
      checkWhole(run);
      const before = log.lastSeq;
      cancelGeneration(generation, "stopped");
      call()?.text("late");
      call()?.finish();
      assert.equal(log.lastSeq, before, "nothing comes after the end");
    }),
    { numRuns: 2000 },
  );
});

function checkWhole({ log, events, sealed, clock }: ReturnType<typeof setUp>) {
  const all = events();
  assert.ok(log.sealed);
  assert.equal(sealed.length, 1);
  assert.deepEqual(
    all.map(({ seq }) => seq),
    all.map((_, index) => index + 1),
  );
  assert.deepEqual(all.filter(isTerminal), [all.at(-1)]);
  const starts = all.filter(({ type }) => type === "message_start").length;
  const ends = all.filter((event) => event.type === "message_end");
  assert.ok(starts <= 1);
  assert.equal(ends.length, starts, "a message that has begun is ended");
  if (ends[0]) {
    assert.equal(ends[0].content, textOf(all));
    assert.equal(ends[0].seq, log.lastSeq - 1);
  }
  for (const event of all) {
    if (event.type !== "token") continue;
    assert.notEqual(event.text, "");
    assert.doesNotMatch(JSON.stringify(event), /SECRET/);
  }
  assertNoSplitPair(all);
  assert.equal(clock.pending(), 0, "no timer is left");
}

function assertNoSplitPair(events: StreamEvent[]) {
  const texts = events.flatMap((event) => (event.type === "token" ? [event.text] : []));
  for (const [index, text] of texts.entries()) {
    const next = texts[index + 1] ?? "";
    assert.ok(!(/[\ud800-\udbff]$/.test(text) && /^[\udc00-\udfff]/.test(next)), "a surrogate pair was split");
  }
}

test("R-PRIME: start is in the log at once, before the model has said anything", () => {
  const { events, log } = setUp();
  assert.deepEqual(events(), [
    { type: "start", seq: 1, stream_id: "stream", kind: "chat", created_at: log.createdAt, model: "test:scripted" },
  ]);
});

test("an answer is start, message_start, its tokens, message_end and done", () => {
  const { call, events, observed, clock } = setUp();
  clock.advance(7);
  call().text("Hel", "lo");
  clock.advance(3);
  call().finish({ usage: { input: 31, output: 2 } });
  const usage = { input_tokens: 31, output_tokens: 2 };
  const timestamp = "2026-01-02T03:04:05.010Z";
  assert.deepEqual(events().slice(1), [
    { type: "message_start", seq: 2, message_id: "m1", sender: "assistant", role: "assistant" },
    { type: "token", seq: 3, message_id: "m1", text: "Hel" },
    { type: "token", seq: 4, message_id: "m1", text: "lo" },
    {
      type: "message_end",
      seq: 5,
      message_id: "m1",
      sender: "assistant",
      content: "Hello",
      timestamp,
      reason: "stop",
      usage,
    },
    { type: "done", seq: 6, reason: "stop", usage },
  ]);
  assert.deepEqual(observed, [["first", 7], "token", "token", ["ended", "stop", 10]]);
});

test("R-TOKEN: a token is in the log in the same turn of the event loop", () => {
  const { call, events } = setUp();
  call().text("Hel");
  assert.equal(textOf(events()), "Hel");
});

test("R-TEXT: a surrogate pair that is split between tokens is shown whole, and a lone half at the end is not lost", () => {
  const { call, events } = setUp();
  call().text("a\ud83d", "\ude00b\ud83d");
  call().finish();
  const texts = events().flatMap((event) => (event.type === "token" ? [event.text] : []));
  assert.deepEqual(texts, ["a", "😀b", "\ud83d"]);
});

test("a model that thinks gives one notice, and none once it speaks", () => {
  const { call, types } = setUp();
  call().reasoning();
  call().part({ type: "reasoning-start", id: "0" } as Part);
  call().reasoning();
  call().text("Hi");
  call().reasoning();
  call().finish();
  assert.deepEqual(types(), ["start", "system", "message_start", "token", "message_end", "done"]);
});

test("a failure before the first token has no message, one after it ends the message first", () => {
  const before = setUp();
  before.call().fail(new Error("SECRET"));
  assert.deepEqual(before.types(), ["start", "error"]);
  const after = setUp();
  after.call().text("Hel");
  after.call().cut();
  const [end, error] = after.events().slice(-2);
  assert.ok(end?.type === "message_end" && error?.type === "error");
  assert.deepEqual([end.content, end.reason, end.error_code], ["Hel", "error", "model_cut"]);
  assert.deepEqual([error.error_code, error.retryable], ["model_cut", true]);
});

test("a gap that is too long ends the message with the reason timeout, and the error is model_timeout", () => {
  const { call, clock, events } = setUp();
  call().text("Hel");
  clock.advance(500);
  const [end, error] = events().slice(-2);
  assert.ok(end?.type === "message_end" && error?.type === "error");
  assert.deepEqual([end.reason, error.error_code], ["timeout", "model_timeout"]);
  assert.equal(call().isCancelled, true);
});

for (const cause of ["stopped", "left", "abandoned"] as const) {
  test(`R-DETACH: ${cause} before the first token closes the call, and ends with an empty message and done / cancelled`, () => {
    const { call, generation, events } = setUp();
    cancelGeneration(generation, cause);
    assert.equal(call().isCancelled, true);
    const [start, end, done] = events().slice(1);
    assert.ok(start?.type === "message_start" && end?.type === "message_end" && done?.type === "done");
    assert.deepEqual([end.content, end.reason, done.reason], ["", "cancelled", "cancelled"]);
  });
}

test("R-DRAIN: shutting down ends with the error shutting_down and the text so far", () => {
  const { call, generation, events } = setUp();
  call().text("Hel");
  cancelGeneration(generation, "shutting_down");
  assert.equal(call().isCancelled, true);
  const [end, error] = events().slice(-2);
  assert.ok(end?.type === "message_end" && error?.type === "error");
  assert.deepEqual([end.content, end.reason, error.error_code], ["Hel", "error", "shutting_down"]);
});

test("an answer that the log has no room for ends with stream_too_long, and the call is closed", () => {
  const { call, events } = setUp({ maxBytes: 1000 });
  call().text(..."x".repeat(100));
  assert.equal(call().isCancelled, true);
  const [end, error] = events().slice(-2);
  assert.ok(end?.type === "message_end" && error?.type === "error");
  assert.deepEqual([end.content, error.error_code], [textOf(events()), "stream_too_long"]);
});

test("R-ONE where all logs together have no room left, a stream still has its start and its end", () => {
  const { call, types } = setUp({ room: () => false });
  assert.deepEqual(types(), ["start"]);
  call().text("Hello");
  assert.deepEqual(types(), ["start", "error"]);
  assert.equal(call().isCancelled, true);
});

for (const [unified, reason] of [
  ["length", "length"],
  ["content-filter", "content_filter"],
  ["tool-calls", "stop"],
  ["other", "stop"],
] as const) {
  test(`a model that finishes with ${unified} is told as ${reason}`, () => {
    const { call, events } = setUp();
    call().text("Hi");
    call().finish({ reason: unified });
    const last = events().at(-1);
    assert.ok(last?.type === "done");
    assert.deepEqual([last.reason, last.usage], [reason, undefined]);
  });
}

test("R-DRAIN what is handed over is written no further and has no end, until it is cancelled", async () => {
  const { clock, call, generation, types, observed } = setUp();
  call().text("Hel", "lo");
  assert.deepEqual(saidSoFar(generation), { text: "Hello", thought: false });
  assert.equal(handOverGeneration(generation), true);
  await call().cancelled;
  clock.advance(10_000);
  assert.deepEqual(types(), ["start", "message_start", "token", "token"]);
  assert.deepEqual(observed.at(-1), ["ended", "handed_over", 0]);
  cancelGeneration(generation, "shutting_down");
  assert.deepEqual(types().slice(4), ["message_end", "error"]);
  assert.deepEqual(observed.at(-1), ["ended", "handed_over", 0], "it counts once");
  assert.equal(handOverGeneration(generation), false, "it has ended");
});
