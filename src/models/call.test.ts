import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { manualClock } from "../../testing/manual-clock.ts";
import { instantModel, scriptedModel } from "../../testing/scripted-model.ts";
import { failure, isFailure } from "../protocol/errors.ts";
import { type CallOutcome, callModel } from "./call.ts";
import { modelFailure } from "./failure.ts";
import { type CallOptions, type Part, type PartSink, pushModel } from "./model.ts";

const limits = { firstTokenMs: 60_000, tokenGapMs: 30_000, generationMs: 600_000 };
const options: CallOptions = { prompt: [{ role: "user", content: [{ type: "text", text: "Hello" }] }] };

function rig(scripted = scriptedModel()) {
  const clock = manualClock();
  const outcomes: CallOutcome[] = [];
  const parts: Part[] = [];
  const ends: unknown[] = [];
  const sink: PartSink = { part: (part) => parts.push(part), end: (error) => ends.push(error) };
  const deps = { clock, random: () => 0.5, limits, onOutcome: (outcome: CallOutcome) => outcomes.push(outcome) };
  const call = (own: PartSink = sink) => callModel(scripted.model, options, deps, own);
  const text = () => parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("");
  const code = () => (isFailure(ends[0]) ? ends[0].code : undefined);
  return { scripted, clock, outcomes, parts, ends, deps, call, text, code };
}

const settle = () => new Promise<void>((done) => setImmediate(done));

describe("callModel", () => {
  test("passes the parts on in order and ends without an error after a finish part", async () => {
    const { call, scripted, text, ends, outcomes, clock, parts } = rig();
    call();
    const upstream = await scripted.call();
    upstream.text("Hel", "lo");
    upstream.finish({ usage: { input: 3, output: 2 } });
    assert.equal(text(), "Hello");
    assert.equal(parts.at(-1)?.type, "finish");
    assert.deepEqual(ends, [undefined]);
    assert.deepEqual(outcomes, ["ok"]);
    assert.equal(clock.pending(), 0);
  });

  test("an end without a finish part after text is model_cut, and is not retried", async () => {
    const { call, scripted, code, outcomes, text } = rig();
    call();
    (await scripted.call()).text("Hel");
    scripted.calls[0]?.cut();
    assert.equal(code(), "model_cut");
    assert.equal(text(), "Hel");
    assert.deepEqual(outcomes, ["model_cut"]);
    assert.equal(scripted.calls.length, 1);
  });

  test("a finish that says interrupted is model_cut, one that says error is model_error", async () => {
    for (const [reason, expected] of [
      ["interrupted", "model_cut"],
      ["error", "model_error"],
    ] as const) {
      const { call, scripted, code, parts } = rig();
      call();
      const upstream = await scripted.call();
      upstream.text("Hel");
      upstream.finish({ reason });
      assert.equal(code(), expected);
      assert.ok(parts.every((part) => part.type !== "finish"));
    }
  });

  test("an error part ends the call and closes it upstream", async () => {
    const { call, scripted, code, text } = rig();
    call();
    const upstream = await scripted.call();
    upstream.text("a");
    upstream.part({ type: "error", error: new Error("the secret of the provider") });
    await upstream.cancelled;
    upstream.text("b");
    assert.equal(code(), "model_error");
    assert.equal(text(), "a");
  });

  test("a fault after the finish part takes nothing from the answer", async () => {
    const { call, scripted, ends } = rig();
    call();
    const upstream = await scripted.call();
    upstream.text("a");
    upstream.part({
      type: "finish",
      finishReason: { unified: "stop", raw: "stop" },
      usage: { inputTokens: {}, outputTokens: {} } as never,
    });
    upstream.fail(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
    assert.deepEqual(ends, [undefined]);
  });

  test("nothing of an upstream error's text reaches the sink's failure", async () => {
    const { call, scripted, ends } = rig();
    call();
    const upstream = await scripted.call();
    upstream.text("a");
    upstream.fail(new Error("key sk-secret of http://10.0.0.1 was refused"));
    const [error] = ends;
    assert.ok(isFailure(error));
    assert.doesNotMatch(`${error.message} ${String(error.cause)} ${JSON.stringify(error)}`, /secret|10\.0/);
  });

  test("after a cancel nothing reaches the sink, the upstream call is closed and no timer is left", async () => {
    const { call, scripted, parts, ends, outcomes, clock } = rig();
    const cancel = call();
    const upstream = await scripted.call();
    upstream.text("a");
    cancel();
    cancel();
    await upstream.cancelled;
    upstream.text("b");
    upstream.finish();
    assert.equal(parts.length, 1);
    assert.deepEqual(ends, []);
    assert.deepEqual(outcomes, ["cancelled"]);
    assert.equal(clock.pending(), 0);
  });

  test("a call can be cancelled from within the sink", async () => {
    const { call, scripted, outcomes } = rig();
    const seen: string[] = [];
    const part = () => {
      seen.push("part");
      cancel();
    };
    const cancel = call({ part, end: () => seen.push("end") });
    const upstream = await scripted.call();
    upstream.text("a", "b");
    assert.deepEqual(seen, ["part"]);
    assert.deepEqual(outcomes, ["cancelled"]);
  });

  test("a sink that throws has its call closed and gets its own failure back, once", async () => {
    const { call, scripted, clock } = rig();
    const ends: unknown[] = [];
    const own = failure("stream_too_long");
    call({
      part: () => {
        throw own;
      },
      end: (error) => {
        ends.push(error);
        throw new Error("and again");
      },
    });
    const upstream = await scripted.call();
    upstream.text("a", "b");
    await upstream.cancelled;
    assert.deepEqual(ends, [own]);
    assert.equal(clock.pending(), 0);
  });

  test("a push that throws is a failed call", async () => {
    const { deps } = rig();
    const model = pushModel("test", "broken", () => {
      throw new TypeError("broken");
    });
    const ends: unknown[] = [];
    callModel(model, options, deps, { part: () => {}, end: (error) => ends.push(error) });
    assert.deepEqual(ends, []);
    await settle();
    assert.equal((ends as { code?: string }[])[0]?.code, "model_error");
  });

  test("a model that can only stream is pumped, and its cancel aborts it", async () => {
    const { deps } = rig();
    const { push: _, ...streaming } = instantModel(["a", "b"]);
    const parts: Part[] = [];
    const end = await new Promise((ended) =>
      callModel(streaming, options, deps, { part: (part) => parts.push(part), end: (error) => ended(error) }),
    );
    assert.equal(end, undefined);
    assert.deepEqual(
      parts.map((part) => part.type),
      ["text-delta", "text-delta", "finish"],
    );
    const aborted = new Promise((done) => {
      const endless = {
        ...streaming,
        doStream: async (given: CallOptions) => {
          given.abortSignal?.addEventListener("abort", done);
          return { stream: new ReadableStream<Part>() };
        },
      };
      callModel(endless, options, deps, { part: () => {}, end: () => assert.fail("ended") })();
    });
    await aborted;
  });

  test("a call waiting for its retry is counted once, and can be cancelled", async () => {
    const { call, scripted, clock, outcomes, ends } = rig();
    const cancel = call();
    (await scripted.call()).fail(modelFailure("model_unavailable", { retryable: true }));
    assert.equal(clock.pending(), 2);
    cancel();
    clock.advance(100_000);
    assert.equal(scripted.calls.length, 1);
    assert.deepEqual(outcomes, ["retried"]);
    assert.deepEqual(ends, []);
    assert.equal(clock.pending(), 0);
  });

  test("whatever the interleaving, the sink sees one end at most, nothing after it, and no timer or call stays", () => {
    const step = fc.oneof(
      fc.constantFrom("text", "reasoning", "ping", "finish", "cut", "refused", "overloaded", "error part", "cancel"),
      fc.integer({ min: 1, max: 40_000 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { call, scripted, clock, outcomes } = rig();
        const seen: string[] = [];
        let cancelled = false;
        const cancel = call({ part: (part) => seen.push(part.type), end: (e) => seen.push(e ? "failed" : "ended") });
        for (const step of [...steps, 700_000]) {
          const upstream = scripted.calls.at(-1);
          if (typeof step === "number") clock.advance(step);
          else if (step === "text") upstream?.text("a");
          else if (step === "reasoning") upstream?.reasoning();
          else if (step === "ping") upstream?.part({ type: "ping" });
          else if (step === "finish") upstream?.finish();
          else if (step === "cut") upstream?.cut();
          else if (step === "refused") upstream?.fail(modelFailure("model_error"));
          else if (step === "overloaded") upstream?.fail(modelFailure("model_unavailable", { retryable: true }));
          else if (step === "error part") upstream?.part({ type: "error", error: "no" });
          else {
            cancel();
            cancelled ||= !seen.includes("ended") && !seen.includes("failed");
          }
        }
        const ends = seen.filter((type) => type === "ended" || type === "failed");
        assert.equal(ends.length, cancelled ? 0 : 1);
        if (!cancelled) assert.ok(seen.at(-1) === ends[0]);
        if (ends[0] === "ended") assert.equal(seen.at(-2), "finish");
        assert.equal(clock.pending(), 0);
        assert.ok(scripted.calls.length <= 3);
        // Every call upstream has one outcome; a limit that ends the wait for a retry adds none.
        assert.equal(outcomes.length, scripted.calls.length);
        assert.ok(outcomes.slice(0, -1).every((outcome) => outcome === "retried"));
      }),
    );
  });
});
