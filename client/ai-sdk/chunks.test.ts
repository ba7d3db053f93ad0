import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, StreamEvent } from "../types.ts";
import { chunkWriter } from "./chunks.ts";
import { senderOf } from "./metadata.ts";

const at = "2026-01-02T03:04:05Z";
const START: StreamEvent = { type: "start", seq: 1, stream_id: "KEY", kind: "chat", created_at: at, model: "test:a" };
const BEGIN: StreamEvent = { type: "message_start", seq: 2, message_id: "m", sender: "assistant", role: "assistant" };
const token = (text: string, message_id = "m"): StreamEvent => ({ type: "token", seq: 3, message_id, text });
const END: StreamEvent = {
  ...{ type: "message_end", seq: 4, message_id: "m", sender: "assistant", content: "Hello", timestamp: at },
  reason: "stop",
};
const usage = { input_tokens: 7, output_tokens: 2 };
const done = (reason: string): StreamEvent => ({ type: "done", seq: 5, reason, usage });

test("an answer becomes one message: start, a text, finish", () => {
  const writer = chunkWriter();
  const events = [START, BEGIN, token("Hel"), token("lo"), END, done("stop")];
  assert.deepEqual(events.flatMap(writer.of), [
    { type: "start", messageId: "m", messageMetadata: { model: "test:a" } },
    { type: "text-start", id: "m" },
    { type: "text-delta", id: "m", delta: "Hel" },
    { type: "text-delta", id: "m", delta: "lo" },
    { type: "text-end", id: "m" },
    {
      type: "finish",
      finishReason: "stop",
      messageMetadata: { reason: "stop", usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 } },
    },
  ]);
});

test("the key to the stream is in no chunk: messages are kept and passed on", () => {
  const writer = chunkWriter();
  const chunks = [START, BEGIN, token("Hello"), END, done("stop")].flatMap(writer.of);
  assert.ok(!JSON.stringify([chunks, writer.head]).includes("KEY"));
});

test("each reason is told in the words of the AI SDK", () => {
  const told = (reason: string) =>
    chunkWriter({ id: "m" })
      .of(done(reason))
      .flatMap((chunk) => (chunk.type === "finish" ? [chunk.finishReason] : []));
  const reasons = [
    "stop",
    "length",
    "content_filter",
    "cancelled",
    "completed",
    "silence",
    "turn_limit",
    "no_recipient",
  ];
  assert.deepEqual(reasons.flatMap(told), [
    "stop",
    "length",
    "content-filter",
    "interrupted",
    "stop",
    "stop",
    "other",
    "other",
  ]);
});

test("a notice goes to onData and into no message", () => {
  const notice: StreamEvent = { type: "system", seq: 2, code: "thinking", message: "The model is thinking." };
  assert.deepEqual(chunkWriter().of(notice), [
    { type: "data-notice", data: { code: "thinking", message: "The model is thinking." }, transient: true },
  ]);
});

test("a failure leaves the text so far as a whole part, and where nothing was said, nothing", () => {
  const failure: StreamEvent = {
    type: "error",
    seq: 4,
    error_code: "model_cut",
    message: "It broke.",
    retryable: true,
  };
  const writer = chunkWriter();
  [START, BEGIN, token("Hel")].flatMap(writer.of);
  assert.deepEqual(writer.of(failure), [
    { type: "text-end", id: "m" },
    { type: "finish", finishReason: "error", messageMetadata: { reason: "error" } },
  ]);
  const silent = chunkWriter();
  assert.deepEqual([START, failure].flatMap(silent.of), []);
});

test("events that are not known are left out", () => {
  assert.deepEqual(chunkWriter().of({ type: "later", seq: 2 } as never), []);
});

test("a resume begins with the text so far in one piece, and goes on in the same part", () => {
  const writer = chunkWriter({ id: "m", model: "test:a" });
  const message: Message = { message_id: "m", sender: "assistant", role: "assistant", content: "Hel" };
  assert.deepEqual(
    [...writer.begin([message]), ...[token("lo"), END].flatMap(writer.of)],
    [
      { type: "start", messageId: "m", messageMetadata: { model: "test:a" } },
      { type: "text-start", id: "m" },
      { type: "text-delta", id: "m", delta: "Hel" },
      { type: "text-delta", id: "m", delta: "lo" },
      { type: "text-end", id: "m" },
    ],
  );
});

test("a resume before anybody has spoken begins with nothing, and then as any answer", () => {
  const writer = chunkWriter({ model: "test:a" });
  assert.deepEqual(writer.begin([]), []);
  assert.deepEqual(writer.of(BEGIN)[0], { type: "start", messageId: "m", messageMetadata: { model: "test:a" } });
});

const voice = (name: string) => ({ message_id: `of-${name}`, sender: name });
const OPENING: StreamEvent = {
  type: "start",
  seq: 1,
  kind: "world",
  created_at: at,
  world: "kitchen",
  turn_id: "t",
  message_id: "q",
};
const opens = (name: string): StreamEvent => ({
  type: "message_start",
  seq: 2,
  role: "assistant",
  in_reply_to: "q",
  ...voice(name),
});

test("a turn of a world is one message with a part for each agent, under its name", () => {
  const writer = chunkWriter();
  const chunks = [OPENING, opens("Vera"), opens("Otto"), token("O", "of-Otto"), token("V", "of-Vera")].flatMap(
    writer.of,
  );
  assert.deepEqual(chunks[0], { type: "start", messageId: "t", messageMetadata: { world: "kitchen" } });
  assert.deepEqual(chunks.slice(1, 3), [
    { type: "text-start", id: "of-Vera", providerMetadata: { chatwait: { ...voice("Vera"), in_reply_to: "q" } } },
    { type: "text-start", id: "of-Otto", providerMetadata: { chatwait: { ...voice("Otto"), in_reply_to: "q" } } },
  ]);
  const ended: StreamEvent = {
    type: "message_end",
    seq: 6,
    content: "V",
    timestamp: at,
    reason: "timeout",
    error_code: "model_timeout",
    ...voice("Vera"),
  };
  assert.deepEqual(writer.of(ended), [
    {
      ...{ type: "text-end", id: "of-Vera" },
      providerMetadata: { chatwait: { ...voice("Vera"), reason: "timeout", error_code: "model_timeout" } },
    },
  ]);
  const agents = [{ agent: "Vera", outcome: "timed_out" as const }];
  assert.deepEqual(writer.of({ type: "done", seq: 7, reason: "completed", agents }).at(-1), {
    ...{ type: "finish", finishReason: "stop" },
    messageMetadata: { reason: "completed", agents },
  });
});

test("a message that comes in one piece is a whole part, live and in a resume", () => {
  const message = { ...voice("Vera"), role: "assistant" as const, content: "Tea.", timestamp: at };
  const live = chunkWriter({ id: "t", world: "kitchen" });
  const resumed = chunkWriter({ id: "t", world: "kitchen" });
  const types = ["start", "text-start", "text-delta", "text-end"];
  assert.deepEqual(
    live.of({ type: "message", seq: 2, ...message }).map(({ type }) => type),
    types,
  );
  assert.deepEqual(
    resumed.begin([message]).map(({ type }) => type),
    types,
  );
});

test("senderOf names the agent of a part, and nobody in a chat", () => {
  const providerMetadata = { chatwait: voice("Vera") };
  assert.equal(senderOf({ type: "text", text: "Tea.", providerMetadata }), "Vera");
  assert.equal(senderOf({ type: "text", text: "Tea." }), undefined);
  assert.equal(senderOf({ type: "step-start" }), undefined);
});
