import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { manualClock } from "../../testing/manual-clock.ts";
import { scriptedModel } from "../../testing/scripted-model.ts";
import { callModel } from "./call.ts";
import { statusFailure } from "./failure.ts";
import { waitStep } from "./patience.ts";

const limits = { firstTokenMs: 60, tokenGapMs: 30, generationMs: 600 };

function rig() {
  const clock = manualClock();
  const { model, calls } = scriptedModel();
  const heard: string[] = [];
  const deps = { clock, random: () => 0, limits };
  const cancel = callModel(model, { prompt: [] }, deps, {
    part: (part) => heard.push(part.type),
    end: (error) =>
      heard.push(error ? `${(error as { code: string; cause?: string }).code} ${(error as Error).cause}` : "end"),
  });
  const [call = assert.fail("no call")] = calls;
  return { clock, call, calls, heard, cancel };
}

describe("waitStep", () => {
  const at = (begunAt: number, progressAt: number | undefined, now: number) => {
    const action = waitStep({ begunAt, progressAt }, now, limits);
    return action.type === "give_up" ? action.limit : action.at;
  };
  test("looks again when the nearest limit ends", () => {
    assert.equal(at(100, undefined, 100), 160);
    assert.equal(at(100, 150, 150), 180);
    assert.equal(at(100, 690, 695), 700);
  });

  test("gives up exactly when a limit ends, and says which", () => {
    assert.equal(at(0, undefined, 59), 60);
    assert.equal(at(0, undefined, 60), "firstTokenMs");
    assert.equal(at(0, 100, 130), "tokenGapMs");
    assert.equal(at(0, 599, 600), "generationMs");
  });
});

describe("the patience of a call", () => {
  test("a first token that is late is model_timeout, and the call is closed", () => {
    const { clock, call, heard } = rig();
    clock.advance(59);
    assert.deepEqual(heard, []);
    clock.advance(1);
    assert.deepEqual(heard, ["model_timeout firstTokenMs"]);
    assert.equal(call.isCancelled, true);
    assert.equal(clock.pending(), 0);
  });

  test("a gap between tokens that is too long is model_timeout, also soon after the first token", () => {
    const { clock, call, heard } = rig();
    clock.advance(5);
    call.text("a");
    clock.advance(29);
    call.text("b");
    clock.advance(29);
    assert.equal(call.isCancelled, false);
    clock.advance(1);
    assert.deepEqual(heard, ["text-delta", "text-delta", "model_timeout tokenGapMs"]);
  });

  test("thought counts as work: it ends the wait for the first token and begins the gap anew", () => {
    const { clock, call, heard } = rig();
    for (let i = 0; i < 10; i++) {
      clock.advance(29);
      call.reasoning();
    }
    call.text("a");
    call.finish();
    assert.equal(heard.at(-1), "end");
  });

  test("a ping or empty text is no work", () => {
    const { clock, call, heard } = rig();
    clock.advance(50);
    call.part({ type: "ping" });
    call.text("");
    clock.advance(10);
    assert.equal(heard.at(-1), "model_timeout firstTokenMs");
  });

  test("the whole has a limit, however busy the model is", () => {
    const { clock, call, heard } = rig();
    for (let i = 0; i < 60; i++) {
      clock.advance(10);
      call.text("a");
    }
    assert.equal(heard.at(-1), "model_timeout generationMs");
  });

  test("a first token that is late is not tried again, and the limit holds over the retries", () => {
    const { clock, calls, call, heard } = rig();
    clock.advance(10);
    call.fail(statusFailure(503, 30));
    clock.advance(30);
    assert.equal(calls.length, 2);
    clock.advance(20);
    assert.deepEqual(heard, ["model_timeout firstTokenMs"]);
    assert.equal(calls.at(-1)?.isCancelled, true);
    clock.advance(10_000);
    assert.equal(calls.length, 2);
  });

  test("a model that dawdles after its finish mark has answered", () => {
    const { clock, call, heard } = rig();
    call.text("a");
    call.part({ type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage: {} as never });
    clock.advance(30);
    assert.deepEqual(heard, ["text-delta", "finish", "end"]);
    assert.equal(call.isCancelled, true);
  });

  test("holds one timer at most, and none after the end or a cancel", () => {
    const finished = rig();
    for (let i = 0; i < 5; i++) finished.call.text("a");
    assert.equal(finished.clock.pending(), 1);
    finished.call.finish();
    assert.equal(finished.clock.pending(), 0);
    const cancelled = rig();
    cancelled.cancel();
    assert.equal(cancelled.clock.pending(), 0);
    assert.equal(cancelled.call.isCancelled, true);
  });

  test("gives up at the very time that the limits say, whatever the rhythm of the tokens", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 40 }), (pauses) => {
        const { clock, call } = rig();
        let due = 60;
        for (const pause of pauses) {
          clock.advance(pause);
          assert.equal(call.isCancelled, clock.now() >= due);
          if (call.isCancelled) return;
          call.text("a");
          due = Math.min(clock.now() + 30, 600);
        }
        clock.advance(due - clock.now() - 1);
        assert.equal(call.isCancelled, false);
        clock.advance(1);
        assert.equal(call.isCancelled, true);
        assert.equal(clock.pending(), 0);
      }),
    );
  });
});
