import assert from "node:assert/strict";
import { test } from "node:test";
import { offer } from "../testing/app.ts";
import { drivenServer, serverFor } from "../testing/driven-server.ts";
import { instantModel, type ScriptedFinish } from "../testing/scripted-model.ts";
import { openStream, requestJson, startStream } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

const answering = (tokens: readonly string[], finish?: ScriptedFinish) => [
  offer("test:instant", instantModel(tokens, finish)),
];

/** Whether a promise has settled by the time the server has answered another request. */
async function isSettled(app: { url: string }, promise: Promise<unknown>) {
  let settled = false;
  promise.finally(() => {
    settled = true;
  });
  await requestJson(`${app.url}/healthz`);
  return settled;
}

test("POST /chat/wait answers with the whole message, its reason, its model and its usage", async (t) => {
  const app = await serverFor(t, { models: answering(["Hello", " ", "there"], { usage: { input: 31, output: 2 } }) });
  const { status, headers, body } = await requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" } });
  assert.equal(status, 200);
  assert.equal(headers["content-type"], "application/json; charset=utf-8");
  const { stream_id, message_id } = body;
  const { timestamp } = body.message;
  assert.match(stream_id, /^[A-Za-z0-9]{22,40}$/);
  assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assert.deepEqual(body, {
    stream_id,
    message_id,
    message: { role: "assistant", content: "Hello there", timestamp },
    reason: "stop",
    model: "test:instant",
    usage: { input_tokens: 31, output_tokens: 2 },
  });
});

test("usage is absent where the model gives none", async (t) => {
  const app = await serverFor(t, { models: answering(["Hello"]) });
  const { body } = await requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" } });
  assert.ok(!("usage" in body), JSON.stringify(body));
});

test("a model that says nothing gives an empty message, not an error", async (t) => {
  const app = await serverFor(t, { models: answering([]) });
  const { status, body } = await requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" } });
  assert.equal(status, 200);
  assert.deepEqual([body.message.content, body.reason], ["", "stop"]);
});

for (const reason of ["length", "content-filter"] as const) {
  test(`the reason of an answer that ended for ${reason} is told`, async (t) => {
    const app = await serverFor(t, { models: answering(["Hel"], { reason }) });
    const { body } = await requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" } });
    assert.deepEqual([body.message.content, body.reason], ["Hel", reason.replace("-", "_")]);
  });
}

test("the model is the one that the request names, else the server's own", async (t) => {
  const models = [offer("test:a", instantModel(["A"])), offer("test:b", instantModel(["B"]))];
  const app = await serverFor(t, { models });
  const ask = async (body: object) => (await requestJson(`${app.url}/chat/wait`, { body })).body;
  const first = await ask({ message: "Hi" });
  const second = await ask({ message: "Hi", model: "test:b" });
  assert.deepEqual([first.model, first.message.content], ["test:a", "A"]);
  assert.deepEqual([second.model, second.message.content], ["test:b", "B"]);
});

for (const version of ["", "/v1"]) {
  test(`R-PREFER: ${version}/chat/wait answers 202 after wait=N seconds, not before, and says where to wait on`, async (t) => {
    const { app, clock, model, readers } = await drivenServer(t);
    const waiting = requestJson(`${app.url}${version}/chat/wait`, {
      body: { message: "Hi" },
      headers: { prefer: "wait=2" },
    });
    await readers(1);
    clock.advance(1999);
    assert.equal(await isSettled(app, waiting), false);
    clock.advance(1);
    const { status, headers, body } = await waiting;
    assert.equal(status, 202);
    assert.deepEqual(body, { stream_id: body.stream_id, status: "running" });
    assert.equal(headers.location, `${version}/chat/wait/${body.stream_id}`);

    const later = requestJson(app.url + headers.location);
    await readers(1);
    const call = await model.call();
    call.text("Hello");
    call.finish();
    const whole = await later;
    assert.equal(whole.status, 200);
    assert.deepEqual([whole.body.stream_id, whole.body.message.content], [body.stream_id, "Hello"]);
  });
}

test("R-PREFER: an answer that is complete in time is a 200", async (t) => {
  const { app, clock, model, readers } = await drivenServer(t);
  const waiting = requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" }, headers: { prefer: "wait=2" } });
  await readers(1);
  clock.advance(1999);
  (await model.call()).finish();
  assert.equal((await waiting).status, 200);
  await until(() => app.shelf.counts().readers === 0);
});

test("R-PREFER: GET /chat/wait/{stream_id} keeps to it too", async (t) => {
  const { app, clock, readers } = await drivenServer(t);
  const stream = await startStream(app.url, { message: "Hi" });
  const id = (await stream.take(1))[0]?.id.split(".")[0];
  const waiting = requestJson(`${app.url}/chat/wait/${id}`, { headers: { prefer: "respond-async, wait=10" } });
  await readers(2);
  clock.advance(10_000);
  const { status, headers } = await waiting;
  assert.deepEqual([status, headers.location], [202, `/chat/wait/${id}`]);
  stream.cut();
});

test("R-PREFER: a preference that cannot be read is none", async (t) => {
  const { app, clock, model, readers } = await drivenServer(t);
  const waiting = requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" }, headers: { prefer: "wait=soon" } });
  await readers(1);
  clock.advance(50_000);
  assert.equal(await isSettled(app, waiting), false);
  (await model.call()).finish();
  assert.equal((await waiting).status, 200);
});

test("GET /chat/wait/{stream_id} waits for a stream that was started in the other mode", async (t) => {
  const { app, model, readers } = await drivenServer(t);
  const stream = await startStream(app.url, { message: "Hi" });
  const id = (await stream.take(1))[0]?.id.split(".")[0];
  const waiting = requestJson(`${app.url}/chat/wait/${id}`);
  await readers(2);
  const call = await model.call();
  call.text("Hel", "lo");
  call.finish({ usage: { input: 1, output: 2 } });
  const { status, body } = await waiting;
  assert.deepEqual([status, body.message.content, body.usage?.output_tokens], [200, "Hello", 2]);
  assert.deepEqual(
    (await requestJson(`${app.url}/chat/wait/${id}`)).body,
    body,
    "the same once more, now that it ended",
  );
  assert.equal(model.calls.length, 1);
  await stream.rest();
});

test("a stream that was started by waiting can be streamed from its beginning", async (t) => {
  const app = await serverFor(t, { models: answering(["Hel", "lo"]) });
  const { body } = await requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" } });
  const events = await (await openStream(`${app.url}/chat/streaming/${body.stream_id}`)).rest();
  assert.deepEqual(
    events.map(({ type }) => type),
    ["start", "message_start", "token", "token", "message_end", "done"],
  );
});

test("R-DETACH: a client that leaves its wait does not stop the answer", async (t) => {
  const { app, model, readers } = await drivenServer(t);
  const start = { body: { message: "Hi" }, headers: { "idempotency-key": "k" } };
  const leaving = new AbortController();
  const waiting = requestJson(`${app.url}/chat/wait`, { ...start, signal: leaving.signal });
  const call = await model.call();
  await readers(1);
  call.text("Hel");
  leaving.abort();
  await assert.rejects(waiting);
  await readers(0);
  assert.equal(call.isCancelled, false);
  call.text("lo");
  call.finish();
  const { body } = await requestJson(`${app.url}/chat/wait`, start);
  assert.equal(body.message.content, "Hello");
  assert.equal(model.calls.length, 1);
});

test("a failed answer is an error with the id of its stream, whose text so far can be read", async (t) => {
  const { app, model } = await drivenServer(t);
  const waiting = requestJson(`${app.url}/chat/wait`, { body: { message: "Hi" } });
  const call = await model.call();
  call.text("Hel");
  call.cut();
  const { status, headers, body } = await waiting;
  const { stream_id, message, request_id } = body;
  assert.equal(status, 502);
  assert.deepEqual(body, { error_code: "model_cut", message, request_id, stream_id, retryable: true });
  assert.equal(headers["x-request-id"], request_id);
  const json = { headers: { accept: "application/json" } };
  const snapshot = await requestJson(`${app.url}/chat/streaming/${stream_id}`, json);
  assert.equal(snapshot.body.messages[0].content, "Hel");
  const again = await requestJson(`${app.url}/chat/wait/${stream_id}`);
  assert.deepEqual([again.status, again.body.error_code, again.body.stream_id], [502, "model_cut", stream_id]);
});
