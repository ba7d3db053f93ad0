import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../testing/manual-clock.ts";
import { answerOf, type ScriptedStream, scriptedStream } from "../../testing/scripted-stream.ts";
import { type AnswerSettings, readAnswer } from "./answer.ts";

const FRAME_MS = 16;

function reading(settings: Partial<AnswerSettings> = {}, saved?: Parameters<typeof scriptedStream>[0]) {
  const clock = manualClock();
  let stream: ScriptedStream | undefined;
  const frame = (run: () => void) => clock.after(FRAME_MS, run);
  const answer = readAnswer(
    (onConnection) => {
      stream = scriptedStream({ ...saved, onConnection });
      return stream;
    },
    { now: clock.now, frame, ...settings },
  );
  assert.ok(stream);
  return { answer, clock, stream };
}

const EVENTS = answerOf(["Hel", "lo ", "there"]);

test("An answer is shown once a frame, however many events come in it", async () => {
  const { answer, clock, stream } = reading();
  let shown = 0;
  answer.messages.subscribe(() => shown++);
  await stream.say(...EVENTS.slice(0, 5));
  assert.equal(shown, 1);
  clock.advance(FRAME_MS);
  assert.equal(shown, 2);
  assert.equal(answer.messages.value[0]?.content, "Hello there");
  assert.equal(answer.status.value, "writing");
});

test("An answer that ends well is done, exact and no timer's owner", async () => {
  const { answer, clock, stream } = reading();
  await stream.say(...EVENTS);
  await stream.end();
  await answer.finished;
  assert.deepEqual([answer.status.value, answer.reason.value, answer.exact.value], ["done", "stop", true]);
  assert.equal(answer.messages.value[0]?.content, "Hello there");
  assert.equal(clock.pending(), 0);
});

test("A text that is not its pieces put together is called inexact", async () => {
  const { answer, stream } = reading();
  await stream.say(...EVENTS.filter(({ seq }) => seq !== 4));
  assert.equal(answer.exact.value, false);
});

test("An error event and a thrown error both are the answer's failure", async () => {
  const ended = reading();
  await ended.stream.say({ type: "error", seq: 2, error_code: "model_cut", message: "It was cut.", retryable: true });
  await ended.stream.end();
  await ended.answer.finished;
  assert.deepEqual(ended.answer.failure.value, { code: "model_cut", message: "It was cut.", retryable: true });
  const refused = reading();
  const error = { name: "ChatWaitError", code: "rate_limited", retryable: true, retryAfterMs: 60_000, requestId: "r" };
  await refused.stream.end(Object.assign(new Error("Wait."), error));
  await refused.answer.finished;
  assert.equal(refused.answer.status.value, "failed");
  assert.deepEqual(refused.answer.failure.value, {
    code: "rate_limited",
    message: "Wait.",
    retryable: true,
    retryAfterMs: 60_000,
    requestId: "r",
  });
});

test("An answer that the server has forgotten is told in words for people, with what arrived", async () => {
  const { answer, stream } = reading();
  await stream.say(...EVENTS.slice(0, 3));
  const error = { name: "ChatWaitError", code: "stream_not_found", retryable: false };
  await stream.end(Object.assign(new Error("There is no such stream. Check the id."), error));
  await answer.finished;
  assert.match(answer.failure.value?.message ?? "", /What has arrived stays/);
  assert.equal(answer.messages.value[0]?.content, "Hel");
});

test("A drop is told from a loss, and its resume reports position, replay and gap", async () => {
  const { answer, stream } = reading();
  stream.connect({ status: "open" });
  await stream.say(...EVENTS.slice(0, 3));
  answer.drop();
  assert.deepEqual([stream.asked, answer.dropped.value], [["drop"], true]);
  stream.connect({ status: "waiting", attempt: 1, retryInMs: 200, cause: "The connection was cut." });
  stream.connect({ status: "open", resumed: { after: 3, replayed: 2, gapMs: 340 } });
  stream.connect({ status: "waiting", attempt: 1, retryInMs: 200, cause: "The connection was cut." });
  stream.connect({ status: "open", resumed: { after: 5, replayed: 0, gapMs: 2400 } });
  assert.deepEqual(
    answer.resumes.value.map(({ cause, text }) => [cause, text]),
    [
      ["dropped", "Resumed at event 3, 2 events replayed, 340 ms"],
      ["lost", "Resumed at event 5, nothing to replay, 2.4 s"],
    ],
  );
  assert.deepEqual(
    answer.trace.lines().map(({ seq, type }) => seq ?? type),
    [1, 2, 3, "cut", "resumed", "cut", "resumed"],
  );
});

test("Neither the pause of a cut nor what was replayed counts as the model's pace", async () => {
  const { answer, clock, stream } = reading();
  clock.advance(100);
  await stream.say(...EVENTS.slice(0, 3));
  stream.connect({ status: "waiting", attempt: 1, retryInMs: 0, cause: "cut" });
  clock.advance(5000);
  stream.connect({ status: "open", resumed: { after: 3, replayed: 1, gapMs: 5000 } });
  await stream.say(...EVENTS.slice(3, 5));
  const { firstTokenMs, longestGapMs, tokens } = answer.latency();
  assert.deepEqual({ firstTokenMs, longestGapMs, tokens }, { firstTokenMs: 100, longestGapMs: undefined, tokens: 3 });
});

test("After a reload the text so far is there at once, the gap counts from what was written down, and the whole is exact", async () => {
  const messages = [{ message_id: "m", sender: "assistant", role: "assistant", content: "Hello " } as const];
  const saved = {
    v: 1,
    path: "/chat/streaming/stream",
    lastEventId: "stream.0.4",
    seq: 4,
    messages: [...messages],
  } as const;
  const { answer, stream } = reading(
    { restored: { savedMsAgo: 700 } },
    { saved: { ...saved, messages: [...messages] } },
  );
  assert.deepEqual([answer.messages.value[0]?.content, answer.status.value], ["Hello ", "writing"]);
  stream.connect({ status: "open", resumed: { after: 4, replayed: 1, gapMs: 40 } });
  await stream.say(...EVENTS.slice(4));
  assert.deepEqual([answer.resumes.value[0]?.cause, answer.resumes.value[0]?.gapMs], ["reload", 740]);
  assert.equal(answer.exact.value, true);
  assert.equal(answer.latency().firstTokenMs, undefined);
});

test("Figures of pace are renewed a few times a second, and once more at the end", async () => {
  const { answer, clock, stream } = reading();
  for (const event of EVENTS) {
    await stream.say(event);
    clock.advance(100);
  }
  const pulses = answer.pulse.value;
  assert.ok(pulses >= 1 && pulses <= 3, String(pulses));
  await stream.end();
  await answer.finished;
  assert.equal(answer.pulse.value, pulses + 1);
});

test("A notice stands until the next text", async () => {
  const { answer, stream } = reading();
  await stream.say({ type: "system", seq: 2, code: "thinking", message: "The model is thinking." });
  assert.equal(answer.notice.value?.code, "thinking");
  await stream.say({ type: "token", seq: 3, message_id: "m", text: "Hi" });
  assert.equal(answer.notice.value, undefined);
});

test("A message that did not change stays the same object", async () => {
  const { answer, clock, stream } = reading();
  await stream.say(...EVENTS.slice(0, 3));
  clock.advance(FRAME_MS);
  const before = answer.messages.value[0];
  await stream.say({ type: "system", seq: 6, code: "waiting", message: "Waiting." });
  clock.advance(FRAME_MS);
  assert.equal(answer.messages.value[0], before);
});
