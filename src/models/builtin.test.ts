import assert from "node:assert/strict";
import { test } from "node:test";
import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import { type ManualClock, manualClock } from "../../testing/manual-clock.ts";
import { reply } from "./builtin/reply.ts";
import { createBuiltin } from "./builtin.ts";
import type { CallOptions, Part } from "./model.ts";

const user = (text: string): LanguageModelV4Prompt[number] => ({ role: "user", content: [{ type: "text", text }] });

type Run = { parts: Part[]; texts(): string[]; ended: unknown[]; cancel(): void };

function run(clock: ManualClock, wordsPerSecond: number, options: CallOptions): Run {
  const parts: Part[] = [];
  const ended: unknown[] = [];
  const cancel = createBuiltin({ clock, wordsPerSecond }).push(options, {
    part: (part) => parts.push(part),
    end: (error) => ended.push(error),
  });
  const texts = () => parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : []));
  return { parts, texts, ended, cancel };
}

const finishOf = ({ parts }: Run) => {
  const last = parts.at(-1);
  assert.ok(last?.type === "finish", `the last part is ${last?.type}`);
  return last;
};

test("nothing is sent before push has returned, and the end comes once, after the finish part", () => {
  const clock = manualClock();
  const call = run(clock, 0, { prompt: [user("Hello")] });
  assert.equal(call.parts.length, 0);
  clock.advance(0);
  assert.deepEqual(call.parts[0], { type: "stream-start", warnings: [] });
  assert.equal(finishOf(call).finishReason.unified, "stop");
  assert.deepEqual(call.ended, [undefined]);
  assert.equal(clock.pending(), 0);
});

test("the tokens joined are the reply", () => {
  const clock = manualClock();
  const call = run(clock, 0, { prompt: [{ role: "system", content: "You are Vera." }, user("Tell me a long story")] });
  clock.advance(0);
  const request = {
    instructions: "You are Vera.",
    messages: [{ role: "user" as const, content: "Tell me a long story" }],
    createdAt: new Date(clock.wall()).toISOString(),
  };
  assert.equal(call.texts().join(""), reply(request));
  assert.ok(call.texts().length > 500);
});

test("30 words a second are kept over a long answer, without drift", () => {
  const clock = manualClock();
  const call = run(clock, 30, { prompt: [user("Count to 2000")] });
  clock.advance(0);
  assert.equal(call.texts().length, 1);
  clock.advance(1001);
  assert.equal(call.texts().length, 31);
  clock.advance(59_000);
  assert.equal(call.texts().length, 1801);
  clock.advance(10_000);
  assert.deepEqual(call.ended, [undefined]);
  assert.equal(clock.pending(), 0);
});

test("words that fell due together are sent together, so that a late timer costs no pace", () => {
  const inner = manualClock();
  // Every timer fires 400 ms late.
  const late: ManualClock = { ...inner, after: (ms, action) => inner.after(ms + 400, action) };
  const call = run(late, 30, { prompt: [user("Count to 300")] });
  inner.advance(10_400);
  assert.ok(call.texts().length >= 285, `${call.texts().length} words in 10 s`);
});

test("cancel stops at once: neither parts nor an end follow, and no timer is left", () => {
  const clock = manualClock();
  const call = run(clock, 30, { prompt: [user("Count to 200")] });
  clock.advance(1000);
  const sent = call.parts.length;
  call.cancel();
  clock.advance(60_000);
  assert.equal(call.parts.length, sent);
  assert.deepEqual(call.ended, []);
  assert.equal(clock.pending(), 0);
});

test("cancel before the first token sends nothing at all", () => {
  const clock = manualClock();
  const call = run(clock, 0, { prompt: [user("Hello")] });
  call.cancel();
  clock.advance(1000);
  assert.deepEqual([call.parts, call.ended], [[], []]);
});

test("a sink that cancels in the middle of a slice gets nothing more", () => {
  const clock = manualClock();
  const got: string[] = [];
  const cancel = createBuiltin({ clock, wordsPerSecond: 0 }).push(
    { prompt: [user("Count to 200")] },
    {
      part: (part) => {
        if (part.type === "text-delta") got.push(part.delta);
        if (got.length === 3) cancel();
      },
      end: () => got.push("END"),
    },
  );
  clock.advance(1000);
  assert.equal(got.length, 3);
});

test("at full speed a long answer is sent in slices with a turn of the event loop between them", () => {
  const clock = manualClock();
  let turns = 0;
  const counted: ManualClock["after"] = (ms, action) =>
    clock.after(ms, () => {
      turns++;
      action();
    });
  const counting: ManualClock = { ...clock, after: counted };
  const call = run(counting, 0, { prompt: [user("Count to 2000")] });
  clock.advance(0);
  assert.equal(call.texts().length, 2000);
  assert.ok(turns >= 4, `${turns} turns`);
});

test("maxOutputTokens cuts after so many pieces, with the reason length", () => {
  const clock = manualClock();
  const call = run(clock, 0, { prompt: [user("Count to 20")], maxOutputTokens: 5 });
  clock.advance(0);
  assert.equal(call.texts().join(""), "1, 2, 3, 4, 5,");
  const { finishReason, usage } = finishOf(call);
  assert.equal(finishReason.unified, "length");
  assert.equal(usage.outputTokens.total, 5);
  assert.equal(usage.inputTokens.total, 3);
});

test("for every k, the answer continued after k pieces is the rest, with the same finish", () => {
  const prompt = [user("Count to 40")];
  const clock = manualClock();
  const whole = run(clock, 0, { prompt, maxOutputTokens: 35 });
  clock.advance(0);
  const pieces = whole.texts();
  for (let k = 0; k <= pieces.length; k++) {
    const continueFrom = pieces.slice(0, k).join("");
    const rest = run(clock, 0, { prompt, maxOutputTokens: 35, providerOptions: { chatwait: { continueFrom } } });
    clock.advance(0);
    assert.deepEqual(rest.texts(), pieces.slice(k));
    assert.deepEqual(finishOf(rest), finishOf(whole));
  }
});

test("a text that is not the beginning of the answer is refused, never mixed with it", () => {
  const clock = manualClock();
  const call = run(clock, 0, {
    prompt: [user("Hello")],
    providerOptions: { chatwait: { continueFrom: "Quite another" } },
  });
  clock.advance(0);
  assert.deepEqual(call.parts, []);
  assert.equal(call.ended.length, 1);
  assert.ok(call.ended[0] instanceof Error);
});

test("the date comes from createdAt, and from the clock where that is absent or no date", () => {
  const clock = manualClock(Date.parse("2026-01-02T03:04:05Z"));
  const answerTo = (chatwait: Record<string, string>) => {
    const call = run(clock, 0, { prompt: [user("What day is it?")], providerOptions: { chatwait } });
    clock.advance(0);
    return call.texts().join("");
  };
  assert.match(answerTo({ createdAt: "2030-05-06T07:08:09Z" }), /6 May 2030/);
  assert.match(answerTo({}), /2 January 2026/);
  assert.match(answerTo({ createdAt: "yesterday" }), /2 January 2026/);
});

test("doStream and doGenerate give the same text", async () => {
  const immediate = {
    now: () => 0,
    wall: () => 0,
    after(_: number, action: () => void) {
      queueMicrotask(action);
      return () => {};
    },
  };
  const model = createBuiltin({ clock: immediate, wordsPerSecond: 0 });
  const prompt = [user("Say hello world")];
  const { content, finishReason } = await model.doGenerate({ prompt });
  assert.deepEqual(content, [{ type: "text", text: "hello world" }]);
  assert.equal(finishReason.unified, "stop");
  let streamed = "";
  for await (const part of (await model.doStream({ prompt })).stream)
    if (part.type === "text-delta") streamed += part.delta;
  assert.equal(streamed, "hello world");
});
