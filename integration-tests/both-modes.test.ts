import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { modelFailure } from "../src/models/failure.ts";
import { type ErrorCode, isRetryable, statusOf } from "../src/protocol/errors.ts";
import { type DrivenServer, drivenServer } from "../testing/driven-server.ts";
import type { ScriptedCall } from "../testing/scripted-model.ts";
import { openStream, requestJson, textOf } from "../testing/sse-client.ts";

// R-SAME: whatever becomes of an answer, both modes say the same of it.

/** What either mode tells of an answer. The text is undefined where nothing is kept to read it from. */
type Told = { text: string | undefined; reason?: string; usage?: unknown; error?: unknown };

type Case = {
  name: string;
  env?: Record<string, string>;
  drive(call: ScriptedCall, server: DrivenServer): void | Promise<void>;
  expected: Partial<Omit<Told, "error">> & { text: string; code?: ErrorCode };
};

const usage = { input: 31, output: 2 };
const counted = { input_tokens: 31, output_tokens: 2 };

const speak = (...texts: string[]) => ({ text: texts.join(""), say: (call: ScriptedCall) => call.text(...texts) });
const partial = speak("Hel", "lo 👩‍🚀");

const cases: Case[] = [
  ...(["stop", "length", "content-filter"] as const).map((reason): Case => {
    const drive = (call: ScriptedCall) => {
      partial.say(call);
      call.finish({ reason, usage });
    };
    return { name: reason, drive, expected: { text: partial.text, reason: reason.replace("-", "_"), usage: counted } };
  }),
  { name: "stop without usage", drive: (call) => call.finish(), expected: { text: "", reason: "stop" } },
  ...[speak(), partial].flatMap(({ text, say }): Case[] => {
    const after = text ? "after some text" : "before the first token";
    const failing = (code: ErrorCode, drive: Case["drive"], env?: Record<string, string>): Case => ({
      name: `${code} ${after}`,
      drive(call, server) {
        say(call);
        return drive(call, server);
      },
      expected: { text, code },
      ...(env ? { env } : {}),
    });
    return [
      failing("model_error", (call) => call.fail(new TypeError("SECRET"))),
      failing("model_error", (call) => call.part({ type: "error", error: "SECRET" })),
      failing("model_cut", (call) => call.fail(modelFailure("model_cut"))),
      failing("model_unavailable", (call) => call.fail(modelFailure("model_unavailable"))),
      failing("model_timeout", (_call, { clock }) => clock.advance(60_000)),
      failing("stream_too_long", (call) => call.text("x".repeat(10_000)), { CHATWAIT_MAX_STREAM_BYTES: "5000" }),
      failing("overloaded", (call) => call.text("x".repeat(10_000)), { CHATWAIT_MAX_LOG_BYTES: "5000" }),
      failing("shutting_down", (_call, { app }) => app.shelf.close("shutting_down")),
    ];
  }),
];

/** Asks by waiting. The text of what failed is read from the stream, as a client would. */
async function byWaiting(base: string, server: DrivenServer, drive: Case["drive"]): Promise<Told> {
  const waiting = requestJson(`${base}/chat/wait`, { body: { message: "Hi" } });
  const call = await server.model.call();
  await server.readers(1);
  await drive(call, server);
  const { status, body } = await waiting;
  if (status === 200) return { text: body.message.content, reason: body.reason, usage: body.usage };
  const { error_code, message, retryable, stream_id } = body;
  assert.equal(status, statusOf(error_code));
  const read = await requestJson(`${base}/chat/streaming/${stream_id}`, { headers: { accept: "application/json" } });
  // After a shutdown nothing is kept; its text was checked by the other mode.
  const text = read.status === 200 ? (read.body.messages[0]?.content ?? "") : undefined;
  return { text, error: { error_code, message, retryable } };
}

async function byStreaming(base: string, server: DrivenServer, drive: Case["drive"]): Promise<Told> {
  const stream = await openStream(`${base}/chat/streaming`, { body: { message: "Hi" } });
  await stream.take(1);
  await drive(await server.model.call(), server);
  const events = await stream.rest();
  const [end, terminal] = [events.at(-2), events.at(-1)];
  const text = textOf(events);
  if (end?.type === "message_end") assert.equal(end.content, text);
  else assert.equal(text, "");
  if (terminal?.type === "done") {
    assert.ok(end?.type === "message_end");
    assert.deepEqual([end.reason, end.usage], [terminal.reason, terminal.usage]);
    return { text, reason: terminal.reason, usage: terminal.usage };
  }
  assert.ok(terminal?.type === "error");
  const { error_code, message, retryable } = terminal;
  if (end?.type === "message_end") {
    assert.deepEqual([end.reason, end.error_code], [error_code === "model_timeout" ? "timeout" : "error", error_code]);
  }
  return { text, error: { error_code, message, retryable } };
}

/** A fresh server for each mode, so that one's limits are not used up by the other. */
async function inBothModes(t: TestContext, version: string, { drive, env, expected }: Case) {
  const answers: Told[] = [];
  for (const mode of [byWaiting, byStreaming]) {
    const server = await drivenServer(t, env);
    answers.push(await mode(server.url + version, server, drive));
  }
  const [waited, streamed] = answers as [Told, Told];
  assert.deepEqual({ ...waited, text: waited.text ?? streamed.text }, streamed);
  const { text, reason, code } = expected;
  assert.deepEqual([streamed.text, streamed.reason, streamed.usage], [text, reason, expected.usage]);
  const error = streamed.error as { error_code?: ErrorCode; retryable?: boolean } | undefined;
  assert.equal(error?.error_code, code);
  if (code) assert.equal(error?.retryable, isRetryable(code));
  assert.doesNotMatch(JSON.stringify(answers), /SECRET/);
}

for (const version of ["", "/v1"]) {
  for (const [index, outcome] of cases.entries()) {
    test(`R-SAME${version}: ${outcome.name} is told alike in both modes (${index})`, (t) =>
      inBothModes(t, version, outcome));
  }

  test(`R-SAME${version}: a stop is told alike in both modes, with the text so far`, async (t) => {
    const server = await drivenServer(t);
    const base = server.url + version;
    const stream = await openStream(`${base}/chat/streaming`, { body: { message: "Hi" } });
    const id = (await stream.take(1))[0]?.id.split(".")[0] ?? "";
    const waiting = requestJson(`${base}/chat/wait/${id}`);
    await server.readers(2);
    partial.say(await server.model.call());
    await requestJson(`${base}/chat/streaming/${id}`, { method: "DELETE" });
    const { status, body } = await waiting;
    const events = await stream.rest();
    const end = events.at(-2);
    assert.ok(end?.type === "message_end");
    assert.deepEqual([status, body.message.content, body.reason], [200, partial.text, "cancelled"]);
    assert.deepEqual([textOf(events), end.content, end.reason], [partial.text, partial.text, "cancelled"]);
    assert.deepEqual([body.message_id, body.message.timestamp], [end.message_id, end.timestamp]);
  });
}
