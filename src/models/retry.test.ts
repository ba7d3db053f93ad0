import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manualClock } from "../../testing/manual-clock.ts";
import { scriptedModel } from "../../testing/scripted-model.ts";
import { callModel } from "./call.ts";
import { modelFailure, statusFailure } from "./failure.ts";
import type { Part } from "./model.ts";
import { LONGEST_RETRY_AFTER_MS, retryWait } from "./retry.ts";

const limits = { firstTokenMs: 600_000, tokenGapMs: 600_000, generationMs: 600_000 };

function rig(random = () => 0) {
  const clock = manualClock();
  const { model, calls } = scriptedModel();
  const heard: string[] = [];
  const ends: unknown[] = [];
  const sink = { part: (part: Part) => heard.push(part.type), end: (error: unknown) => ends.push(error) };
  const cancel = callModel(model, { prompt: [] }, { clock, random, limits }, sink);
  const last = () => calls.at(-1) ?? assert.fail("no call");
  return { clock, calls, heard, ends, cancel, last };
}

const overloaded = (retryAfterMs?: number) => statusFailure(503, retryAfterMs);

describe("the retries of a call", () => {
  test("repeats what may pass at most twice, each time after a longer wait, then ends with the failure", () => {
    const { clock, calls, ends, last } = rig();
    const failure = overloaded();
    for (const waitMs of [250, 500]) {
      const { length } = calls;
      last().fail(failure);
      clock.advance(waitMs - 1);
      assert.equal(calls.length, length);
      clock.advance(1);
      assert.equal(calls.length, length + 1);
    }
    last().fail(failure);
    assert.deepEqual(ends, [failure]);
    assert.equal(calls.length, 3);
    assert.equal(clock.pending(), 0);
  });

  test("a repeated call that answers is a whole answer", () => {
    const { clock, last, heard, ends } = rig();
    last().fail(overloaded());
    clock.advance(250);
    last().text("a");
    last().finish();
    assert.deepEqual(heard, ["text-delta", "finish"]);
    assert.deepEqual(ends, [undefined]);
  });

  test("waits between half and the whole of the backoff, by chance", () => {
    for (const [random, expected] of [
      [0, 250],
      [0.5, 375],
      [0.999, 499.75],
    ] as const) {
      assert.equal(retryWait(overloaded(), 0, random), expected);
    }
  });

  test("does not repeat what is for good", () => {
    const { calls, ends, last, clock } = rig();
    last().fail(statusFailure(400));
    assert.equal(ends.length, 1);
    assert.equal(calls.length, 1);
    assert.equal(clock.pending(), 0);
  });

  test("does not repeat once text was shown, but does after mere thought or empty text", () => {
    const shown = rig();
    shown.last().text("a");
    shown.last().fail(overloaded());
    assert.equal(shown.ends.length, 1);
    const thought = rig();
    thought.last().reasoning();
    thought.last().text("");
    thought.last().fail(overloaded());
    thought.clock.advance(250);
    assert.equal(thought.calls.length, 2);
  });

  test("never calls again before the model's Retry-After", () => {
    const { clock, calls, last } = rig(() => 0.999);
    last().fail(overloaded(7000));
    clock.advance(7000);
    assert.equal(calls.length, 1);
    clock.advance(50);
    assert.equal(calls.length, 2);
  });

  test("a Retry-After that is too long is not waited for, and is told to the client", () => {
    const { clock, calls, ends, last } = rig();
    last().fail(overloaded(LONGEST_RETRY_AFTER_MS + 1));
    assert.equal(calls.length, 1);
    assert.deepEqual(
      (ends as { code: string; extra: object }[]).map(({ code, extra }) => ({ code, extra })),
      [{ code: "model_unavailable", extra: { retryAfter: 21 } }],
    );
    assert.equal(clock.pending(), 0);
  });

  test("a cancel ends the waiting", () => {
    const { clock, calls, ends, last, cancel } = rig();
    last().fail(overloaded());
    cancel();
    clock.advance(100_000);
    assert.equal(calls.length, 1);
    assert.deepEqual(ends, []);
    assert.equal(clock.pending(), 0);
  });

  test("a cancel reaches the call that runs, not the one before", () => {
    const { clock, calls, last, cancel } = rig();
    last().fail(modelFailure("model_cut", { retryable: true }));
    clock.advance(250);
    cancel();
    assert.deepEqual(
      calls.map((call) => call.isCancelled),
      [false, true],
    );
  });
});
