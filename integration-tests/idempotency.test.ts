import assert from "node:assert/strict";
import { test } from "node:test";
import { modelFailure } from "../src/models/failure.ts";
import { drivenServer } from "../testing/driven-server.ts";
import { type Outgoing, openStream, requestJson, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

const keyed = (body: unknown, key = "k"): Outgoing => ({ body, headers: { "idempotency-key": key } });
const hi = { message: "Hi" };

test("R-IDEMPOTENT: 50 equal starts at once, in both modes, make one call to the model and all get its answer", async (t) => {
  const { url, model, readers } = await drivenServer(t);
  const waiting = Array.from({ length: 25 }, () => requestJson(`${url}/chat/wait`, keyed(hi)));
  const streaming = Array.from({ length: 25 }, () => openStream(`${url}/v1/chat/streaming`, keyed(hi)));
  const call = await model.call();
  call.text("Hel");
  await readers(50);
  call.text("lo");
  call.finish();
  const waited = await Promise.all(waiting);
  const streamed = await Promise.all(streaming);
  const ids = new Set(waited.map(({ body }) => body.stream_id));
  assert.equal(ids.size, 1);
  for (const { status, body } of waited) assert.deepEqual([status, body.message.content], [200, "Hello"]);
  for (const stream of streamed) {
    const events = await stream.rest();
    assert.deepEqual([events[0]?.id, events.at(-1)?.type, textOf(events)], [`${[...ids][0]}.0.1`, "done", "Hello"]);
  }
  const replays = [...waited, ...streamed].filter(({ headers }) => headers["idempotent-replayed"] === "true");
  assert.equal(replays.length, 49, "all but the one that started it");
  assert.equal(model.calls.length, 1);
});

test("R-IDEMPOTENT: a start that comes again reads the answer from its beginning, while it runs and after", async (t) => {
  const { url, model } = await drivenServer(t);
  const first = await openStream(`${url}/chat/streaming`, keyed(hi));
  const call = await model.call();
  call.text("Hel");
  await first.take(3);
  const second = await openStream(`${url}/chat/streaming`, keyed(hi));
  assert.equal(first.headers["idempotent-replayed"], undefined);
  assert.equal(second.headers["idempotent-replayed"], "true");
  call.text("lo");
  call.finish();
  await first.rest();
  assert.deepEqual(await second.rest(), first.events);
  const third = await openStream(`${url}/chat/streaming`, keyed(hi));
  assert.deepEqual(await third.rest(), first.events);
  const waited = await requestJson(`${url}/chat/wait`, keyed(hi));
  assert.deepEqual([waited.headers["idempotent-replayed"], waited.body.message.content], ["true", "Hello"]);
  assert.equal(model.calls.length, 1);
});

test("R-IDEMPOTENT: the same JSON is the same body, whatever the order of its fields and its white space", async (t) => {
  const { url, model } = await drivenServer(t);
  const first = await openStream(
    `${url}/chat/streaming`,
    keyed('{"message":"Hi","context":{"messages":[{"role":"user","content":"a"}]},"max_tokens":5}'),
  );
  const second = await openStream(
    `${url}/chat/streaming`,
    keyed(
      '{ "max_tokens": 5.0,\n "context": {"messages": [{"content": "\\u0061", "role": "user"}]}, "message": "Hi" }',
    ),
  );
  (await model.call()).finish();
  assert.deepEqual(await second.rest(), await first.rest());
  assert.equal(model.calls.length, 1);
});

test("R-IDEMPOTENT: the same key with another body is 422, in either mode", async (t) => {
  const { url, model } = await drivenServer(t);
  const first = await openStream(`${url}/chat/streaming`, keyed(hi));
  for (const path of ["/chat/wait", "/chat/streaming", "/v1/chat/wait"]) {
    for (const body of [{ message: "Hi!" }, { message: "Hi", max_tokens: 5 }]) {
      const { status, body: problem } = await requestJson(url + path, keyed(body));
      assert.deepEqual([status, problem.error_code], [422, "idempotency_key_reused"]);
    }
  }
  (await model.call()).finish();
  await first.rest();
  assert.equal(model.calls.length, 1);
});

test("R-IDEMPOTENT: another key is another start", async (t) => {
  const { url, model } = await drivenServer(t);
  const streams = [];
  for (const key of ["k", "K", "k2", " ".repeat(3) + "~"]) {
    streams.push(await openStream(`${url}/chat/streaming`, keyed(hi, key)));
  }
  for (const call of model.calls) call.finish();
  for (const stream of streams) await stream.rest();
  assert.equal(model.calls.length, 4);
});

for (const path of ["/chat/wait", "/chat/streaming"]) {
  test(`R-IDEMPOTENT: a retryable error frees the key (${path})`, async (t) => {
    const { url, model } = await drivenServer(t);
    const failing = requestJson(`${url}/chat/wait`, keyed(hi));
    (await model.call(0)).fail(modelFailure("model_unavailable"));
    const failed = await failing;
    assert.deepEqual([failed.status, failed.body.retryable], [503, true]);
    const again = requestJson(url + path, keyed(hi));
    const call = await model.call(1);
    call.text("Hello");
    call.finish();
    const { status, headers, text } = await again;
    assert.deepEqual([status, headers["idempotent-replayed"]], [200, undefined]);
    assert.match(text, /Hello/);
  });
}

test("R-IDEMPOTENT: an error that is for good is replayed, and says so", async (t) => {
  const { url, model } = await drivenServer(t);
  const failing = requestJson(`${url}/chat/wait`, keyed(hi));
  const call = await model.call();
  call.text("Hel");
  call.fail(modelFailure("model_error"));
  const failed = await failing;
  assert.deepEqual([failed.status, failed.body.error_code, failed.body.retryable], [502, "model_error", false]);
  const again = await requestJson(`${url}/chat/wait`, keyed(hi));
  assert.equal(again.headers["idempotent-replayed"], "true");
  assert.deepEqual({ ...again.body, request_id: "" }, { ...failed.body, request_id: "" });
  const streamed = await openStream(`${url}/chat/streaming`, keyed(hi));
  assert.equal(streamed.headers["idempotent-replayed"], "true");
  const events = await streamed.rest();
  assert.deepEqual([textOf(events), events.at(-1)?.type], ["Hel", "error"]);
  assert.equal(model.calls.length, 1);
});

test("R-IDEMPOTENT: a stopped answer is replayed as what it is", async (t) => {
  const { url, model } = await drivenServer(t);
  const stream = await openStream(`${url}/chat/streaming`, keyed(hi));
  const id = (await stream.take(1))[0]?.id.split(".")[0];
  await requestJson(`${url}/chat/streaming/${id}`, { method: "DELETE" });
  const { body } = await requestJson(`${url}/chat/wait`, keyed(hi));
  assert.deepEqual([body.stream_id, body.reason], [id, "cancelled"]);
  assert.equal(model.calls.length, 1);
});

for (const [name, refused] of Object.entries({
  "is not valid": { message: "" },
  "names an unknown model": { message: "Hi", model: "test:none" },
})) {
  test(`R-IDEMPOTENT: a start that ${name} binds no key`, async (t) => {
    const { url, model } = await drivenServer(t);
    assert.equal((await requestJson(`${url}/chat/wait`, keyed(refused))).status, 400);
    const waiting = requestJson(`${url}/chat/wait`, keyed(hi));
    (await model.call()).finish();
    const { status, headers } = await waiting;
    assert.deepEqual([status, headers["idempotent-replayed"]], [200, undefined]);
  });
}

test("R-IDEMPOTENT: a start that the rate limit refuses binds no key, and attaching is no start", async (t) => {
  const { url, model } = await drivenServer(t, { CHATWAIT_RATE_LIMIT: "1" });
  const first = await openStream(`${url}/chat/streaming`, keyed(hi, "a"));
  const refused = await requestJson(`${url}/chat/wait`, keyed({ message: "One" }, "b"));
  assert.deepEqual([refused.status, refused.body.error_code], [429, "rate_limited"]);
  const other = await requestJson(`${url}/chat/wait`, keyed({ message: "Two" }, "b"));
  assert.deepEqual([other.status, other.body.error_code], [429, "rate_limited"], "not 422: the key is free");
  const attached = await openStream(`${url}/chat/streaming`, keyed(hi, "a"));
  assert.equal(attached.headers["idempotent-replayed"], "true");
  (await model.call()).finish();
  assert.deepEqual(await attached.rest(), await first.rest());
});

test("R-IDEMPOTENT: a key is bound as long as its stream is kept", async (t) => {
  const { app, url, clock, model } = await drivenServer(t);
  const first = requestJson(`${url}/chat/wait`, keyed(hi));
  (await model.call(0)).finish();
  const { body } = await first;
  await until(() => app.shelf.counts().readers === 0);
  clock.advance(299_999);
  assert.equal((await requestJson(`${url}/chat/wait`, keyed(hi))).body.stream_id, body.stream_id);
  await until(() => app.shelf.counts().readers === 0);
  clock.advance(300_000);
  const second = requestJson(`${url}/chat/wait`, keyed({ message: "Another" }));
  (await model.call(1)).finish();
  assert.notEqual((await second).body.stream_id, body.stream_id);
});

for (const [name, key] of Object.entries({
  empty: "",
  "256 characters long": "x".repeat(256),
  "not ASCII": "kéy",
  "with a control character": "a\tb",
})) {
  test(`R-IDEMPOTENT: a key that is ${name} is 400 invalid_idempotency_key`, async (t) => {
    const { url, model } = await drivenServer(t);
    for (const path of ["/chat/wait", "/chat/streaming"]) {
      const { status, body } = await requestJson(url + path, keyed(hi, key));
      assert.deepEqual([status, body.error_code], [400, "invalid_idempotency_key"]);
    }
    assert.equal(model.calls.length, 0);
  });
}

test("R-IDEMPOTENT: a key of 255 characters is one", async (t) => {
  const { url, model } = await drivenServer(t);
  const waiting = requestJson(`${url}/chat/wait`, keyed(hi, "x".repeat(255)));
  (await model.call()).finish();
  assert.equal((await waiting).status, 200);
});
