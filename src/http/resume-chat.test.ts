import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { looseLog } from "../../testing/log-environment.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { type ScriptedCall, scriptedModel } from "../../testing/scripted-model.ts";
import type { TakenOver } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { createBuiltin } from "../models/builtin.ts";
import { modelFailure } from "../models/failure.ts";
import type { OfferedModel, Registry } from "../models/registry.ts";
import type { OpenDraft, StreamEvent } from "../protocol/events.ts";
import { parseChatStart } from "../protocol/requests.ts";
import { canResumeChat, chatResumer } from "./resume-chat.ts";
import type { ChatResume } from "./start-chat.ts";

const LIMITS = { firstTokenMs: 60_000, tokenGapMs: 30_000, generationMs: 600_000 };
const UNOBSERVED = { token() {}, firstToken() {}, failed() {}, ended() {} };

/** A server that takes over what it is given; it offers one model. */
function survivor(model: OfferedModel["model"], clock = manualClock(), some: Partial<OfferedModel> = {}) {
  const offered: OfferedModel = { id: "m", model, contextWindow: 1000, ...some };
  const registry: Registry = {
    defaultId: "m",
    get: (id) => (id === "m" ? offered : undefined),
    list: () => [],
    close: async () => {},
  };
  const call = { clock, random: () => 0, limits: LIMITS };
  return { clock, resume: chatResumer({ registry, clock, call, observe: UNOBSERVED }) };
}

const resumeOf = (body: object, modelId = "m"): ChatResume => ({
  start: parseChatStart({ message: "Hi", ...body }, 32_000),
  modelId,
  messageId: "m1",
  instructions: undefined,
});

const taken = (log: StreamLog, resume: unknown): TakenOver => ({ log, resume, setCancel() {} });

const eventsOf = (log: StreamLog): StreamEvent[] =>
  Array.from({ length: log.lastSeq }, (_, index) => log.event(index + 1));

function logWith(events: readonly StreamEvent[], kind: StreamLog["kind"] = "chat"): StreamLog {
  const log = looseLog(kind);
  for (const { seq: _, ...draft } of events) log.append(draft as OpenDraft);
  return log;
}

/** The whole answer of the built-in model after what is in the log already. */
function answered(begun: readonly StreamEvent[], body: object): StreamEvent[] {
  const clock = manualClock();
  const { resume } = survivor(createBuiltin({ clock, wordsPerSecond: 0 }), clock);
  const log = logWith(begun);
  resume(taken(log, resumeOf(body)));
  while (!log.sealed) clock.advance(1);
  return eventsOf(log);
}

const told = (events: readonly StreamEvent[]) =>
  events.map((event) => ("timestamp" in event ? { ...event, timestamp: "" } : event));

test("R-TAKEOVER the built-in model goes on with exactly what is left, wherever its server died", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("Hello!", "Tell me a long story", "Write a table", "What is 2+2?", "Say something with 😀 in it"),
      fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (message, max_tokens, share) => {
        const body = max_tokens === undefined ? { message } : { message, max_tokens };
        const uncut = answered([], body);
        const cut = Math.floor(share * (uncut.length - 2));
        assert.deepEqual(told(answered(uncut.slice(0, cut), body)), told(uncut));
      },
    ),
    { numRuns: 300 },
  );
});

test("R-TAKEOVER each cut point of one answer leads to the same events", () => {
  const uncut = answered([], { message: "Hello!" });
  for (let cut = 0; cut <= uncut.length - 2; cut++) {
    assert.deepEqual(told(answered(uncut.slice(0, cut), { message: "Hello!" })), told(uncut), `cut after ${cut}`);
  }
});

const START: StreamEvent[] = [
  { type: "start", seq: 1, stream_id: "abc", kind: "chat", created_at: "2026-01-02T03:04:05.000Z", model: "m" },
];
const SPOKEN: StreamEvent[] = [
  ...START,
  { type: "message_start", seq: 2, message_id: "m1", sender: "assistant", role: "assistant" },
  { type: "token", seq: 3, message_id: "m1", text: "Hel" },
];

function assertLost(log: StreamLog, content: string | undefined) {
  const events = eventsOf(log);
  const error = events.at(-1);
  assert.ok(log.sealed && error?.type === "error");
  assert.deepEqual([error.error_code, error.retryable], ["generation_lost", true]);
  const ends = events.filter((event) => event.type === "message_end");
  assert.deepEqual(
    ends.map((end) => [end.content, end.reason, end.error_code]),
    content === undefined ? [] : [[content, "error", "generation_lost"]],
  );
}

test("R-TAKEOVER a model that cannot go on with a text leaves it lost, with the text so far", () => {
  const { model, calls } = scriptedModel();
  const log = logWith(SPOKEN);
  survivor(model).resume(taken(log, resumeOf({})));
  assertLost(log, "Hel");
  assert.equal(calls.length, 0, "it is not asked again");
});

test("R-TAKEOVER a model that is marked goes on with a text: one message, and a usage that nobody counted is left out", () => {
  const { model, calls } = scriptedModel();
  const log = logWith(SPOKEN);
  survivor(model, manualClock(), { continues: "assistant" }).resume(taken(log, resumeOf({ max_tokens: 10 })));
  assert.deepEqual(calls[0]?.options.prompt.at(-1), { role: "assistant", content: [{ type: "text", text: "Hel" }] });
  assert.equal(calls[0]?.options.maxOutputTokens, 9);
  calls[0]?.text("lo", "!");
  calls[0]?.finish({ usage: { input: 5, output: 2 } });
  const events = eventsOf(log);
  assert.deepEqual(
    events.map(({ type }) => type),
    ["start", "message_start", "token", "token", "token", "message_end", "done"],
  );
  const end = events.at(-2);
  assert.ok(end?.type === "message_end");
  assert.deepEqual([end.content, end.reason, end.usage], ["Hello!", "stop", undefined]);
});

test("R-TAKEOVER a marked model that refuses, begins anew or thinks again leaves the text lost, and adds nothing to it", () => {
  for (const step of [
    (call: ScriptedCall) => call.fail(modelFailure("model_error")),
    (call: ScriptedCall) => call.text("Hello"),
    (call: ScriptedCall) => call.reasoning("Hm"),
  ]) {
    const { model, calls } = scriptedModel();
    const log = logWith(SPOKEN);
    survivor(model, manualClock(), { continues: "assistant" }).resume(taken(log, resumeOf({})));
    step(calls[0] ?? assert.fail("It is asked."));
    assertLost(log, "Hel");
  }
});

test("R-TAKEOVER a model that thought before it spoke is not gone on with", () => {
  const { model, calls } = scriptedModel();
  const [start, ...rest] = SPOKEN;
  assert.ok(start);
  const log = logWith([start, { type: "system", seq: 2, code: "thinking", message: "It thinks." }, ...rest]);
  survivor(model, manualClock(), { continues: "assistant" }).resume(taken(log, resumeOf({})));
  assertLost(log, "Hel");
  assert.equal(calls.length, 0);
});

test("R-DRAIN an answer is given away where another server could go on with it, and its model is stopped; else it goes on here", () => {
  const marked: Partial<OfferedModel> = { continues: "assistant" };
  const cases: [what: string, isGiven: boolean, some: Partial<OfferedModel>, step: (call: ScriptedCall) => void][] = [
    ["nothing was said", true, {}, () => {}],
    ["the model cannot go on", false, {}, (call) => call.text("Hel")],
    ["the model is marked", true, marked, (call) => call.text("Hel")],
    [
      "it thought before",
      false,
      marked,
      (call) => {
        call.reasoning("Hm");
        call.text("Hel");
      },
    ],
  ];
  for (const [what, isGiven, some, step] of cases) {
    const { model, calls } = scriptedModel();
    const log = logWith([]);
    let handOver = () => !isGiven;
    const setCancel: TakenOver["setCancel"] = (_cancel, given) => {
      handOver = given ?? handOver;
    };
    survivor(model, manualClock(), some).resume({ log, resume: resumeOf({}), setCancel });
    const [call] = calls;
    assert.ok(call);
    step(call);
    assert.deepEqual([handOver(), call.isCancelled, log.sealed], [isGiven, isGiven, false], what);
  }
});

test("R-TAKEOVER where nothing was said yet any model is asked anew", () => {
  const { model, calls } = scriptedModel();
  const log = logWith(START);
  survivor(model).resume(taken(log, resumeOf({})));
  calls[0]?.text("Hello");
  calls[0]?.finish();
  const types = eventsOf(log).map(({ type }) => type);
  assert.deepEqual(types, ["start", "message_start", "token", "message_end", "done"]);
});

test("R-TAKEOVER a text that the built-in model would not have said is not gone on with", () => {
  const clock = manualClock();
  const { resume } = survivor(createBuiltin({ clock, wordsPerSecond: 0 }), clock);
  const log = logWith([...SPOKEN.slice(0, 2), { type: "token", seq: 3, message_id: "m1", text: "Nobody says this" }]);
  resume(taken(log, resumeOf({})));
  for (let ms = 0; !log.sealed && ms < 60_000; ms += 100) clock.advance(100);
  assertLost(log, "Nobody says this");
});

test("R-DRAIN R-TAKEOVER a server takes what it offers a model for that can go on, and nothing else", () => {
  const { model } = scriptedModel();
  const canResume = (some: Partial<OfferedModel>, events: readonly StreamEvent[], resume: unknown = resumeOf({})) =>
    canResumeChat(
      { get: (id) => (id === "m" ? { id, model, contextWindow: 1000, ...some } : undefined) },
      { resume, events },
    );
  assert.equal(canResume({}, START), true);
  assert.equal(canResume({}, SPOKEN), false);
  assert.equal(canResume({ continues: "assistant" }, SPOKEN), true);
  assert.equal(canResume({ continues: "assistant" }, SPOKEN, resumeOf({}, "another")), false);
  assert.equal(canResume({}, START, null), false);
});

test("R-TAKEOVER what is not offered here, and the turn of a world, ends as lost", () => {
  const { model } = scriptedModel();
  const other = logWith(START);
  survivor(model).resume(taken(other, resumeOf({}, "another")));
  assertLost(other, undefined);
  const turn = logWith(SPOKEN, "world");
  survivor(model).resume(taken(turn, undefined));
  assertLost(turn, "Hel");
});

test("R-TAKEOVER what nothing can be made of, of a server of another version for one, is lost, and this server lives on", () => {
  const { model, calls } = scriptedModel();
  const log = logWith(SPOKEN);
  survivor(model).resume(taken(log, { modelId: "m", messageId: "m1" }));
  assertLost(log, "Hel");
  assert.equal(calls.length, 0);
});
