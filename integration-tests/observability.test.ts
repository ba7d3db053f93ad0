import assert from "node:assert/strict";
import { test } from "node:test";
import { modelFailure } from "../src/models/failure.ts";
import { drivenServer } from "../testing/driven-server.ts";
import { openRaw } from "../testing/raw-http.ts";
import { openStream, requestJson, startStream } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// What an operator sees, and what they must not see.

/** The samples of /metrics by name and labels. */
async function metricsOf(url: string): Promise<(sample: string) => number | undefined> {
  const { status, headers, text } = await requestJson(`${url}/metrics`);
  assert.equal(status, 200);
  assert.match(String(headers["content-type"]), /^text\/plain; version=0\.0\.4/);
  const samples = new Map(
    text.split("\n").flatMap((line): [string, number][] => {
      const at = line.lastIndexOf(" ");
      return line.startsWith("#") || at < 0 ? [] : [[line.slice(0, at), Number(line.slice(at + 1))]];
    }),
  );
  return (sample) => samples.get(sample);
}

test("each metric is there from the beginning, event-loop delay among them", async (t) => {
  const { url } = await drivenServer(t);
  const metric = await metricsOf(url);
  for (const name of [
    "chatwait_streams_running",
    "chatwait_streams_kept",
    "chatwait_readers",
    "chatwait_log_bytes",
    "chatwait_tokens_total",
    "chatwait_first_token_seconds_count",
    "chatwait_resumes_total",
    "chatwait_replayed_events_total",
    "chatwait_rooms_open",
    "chatwait_turns_running",
    "chatwait_turn_timers",
    "chatwait_world_subscriptions",
    "chatwait_feed_readers",
    "late_events_total",
  ]) {
    assert.equal(metric(name), 0, name);
  }
  assert.notEqual(metric("nodejs_eventloop_lag_seconds"), undefined);
  assert.notEqual(metric("process_resident_memory_bytes"), undefined);
});

test("the metrics move with what happens", async (t) => {
  const { url, clock, model, readers } = await drivenServer(t);
  const stream = await startStream(url, { message: "Hi" });
  const [start] = await stream.take(1);
  const call = await model.call();
  clock.advance(250);
  call.text("Hel", "lo");
  await stream.take(3);
  const during = await metricsOf(url);
  assert.equal(during("chatwait_streams_running"), 1);
  assert.equal(during("chatwait_streams_kept"), 1);
  assert.equal(during("chatwait_readers"), 1);
  assert.equal(during("chatwait_tokens_total"), 2);
  assert.equal(during("chatwait_first_token_seconds_count"), 1);
  assert.equal(during("chatwait_first_token_seconds_sum"), 0.25);
  assert.ok((during("chatwait_log_bytes") ?? 0) > 0);

  clock.advance(750);
  call.finish();
  await stream.rest();
  await readers(0);
  const resumed = await openStream(`${url}/chat/streaming`, { headers: { "last-event-id": start?.id ?? "" } });
  await resumed.rest();
  const waiting = requestJson(`${url}/chat/wait`, { body: { message: "Ho" } });
  const cut = await model.call(1);
  cut.text("Hel");
  cut.cut();
  await waiting;
  await requestJson(`${url}/chat/wait`, { body: {} });
  const raw = await openRaw(url);
  raw.send("garbage\r\n\r\n");
  await raw.closed;

  await readers(0);
  const after = await metricsOf(url);
  assert.equal(after("chatwait_streams_running"), 0);
  assert.equal(after("chatwait_streams_kept"), 2);
  assert.equal(after("chatwait_readers"), 0);
  assert.equal(after("chatwait_resumes_total"), 1);
  assert.equal(after("chatwait_replayed_events_total"), 5);
  assert.equal(after('chatwait_generation_seconds_count{outcome="stop"}'), 1);
  assert.equal(after('chatwait_generation_seconds_sum{outcome="stop"}'), 1);
  assert.equal(after('chatwait_generation_seconds_count{outcome="model_cut"}'), 1);
  assert.equal(after('chatwait_upstream_calls_total{outcome="ok"}'), 1);
  assert.equal(after('chatwait_upstream_calls_total{outcome="model_cut"}'), 1);
  assert.equal(after('chatwait_refusals_total{error_code="message_required"}'), 1);
  assert.equal(after('chatwait_refusals_total{error_code="model_cut"}'), 1);
  assert.equal(after('chatwait_refusals_total{error_code="invalid_request"}'), 1, "also those that HTTP itself raised");
});

const SECRET = "xyzzy-secret";

test("a line of the log per request, with its id, and never a message, a stream's id, a key, a query or a header", async (t) => {
  const { app, url, model } = await drivenServer(t);
  const headers = {
    "idempotency-key": `${SECRET}-key`,
    "x-forwarded-for": SECRET,
    cookie: SECRET,
    authorization: SECRET,
  };
  const body = { message: SECRET, instructions: SECRET, context: { messages: [{ role: "user", content: SECRET }] } };
  const stream = await openStream(`${url}/chat/streaming`, { headers, body });
  const [start] = await stream.take(1);
  const id = start?.type === "start" ? (start.stream_id ?? "") : "";
  const call = await model.call();
  call.text(SECRET);
  call.finish();
  await stream.rest();
  const paths = [
    `/chat/streaming/${id}?starting_after=1`,
    `/chat/wait/${id}`,
    `/v1/chat/wait/${id}?${SECRET}`,
    `/${SECRET}`,
  ];
  for (const path of paths) await requestJson(url + path);
  await requestJson(`${url}/chat/wait`, { body: { [SECRET]: 1 } });
  await requestJson(`${url}/chat/wait`, { body: { message: "Hi", model: SECRET } });
  await requestJson(`${url}/chat/streaming`, { headers: { "last-event-id": `${id}.0.2` } });
  await requestJson(`${url}/chat/streaming?message=%00${SECRET}`, { headers: { origin: `https://${SECRET}.example` } });
  await until(() => app.logs.filter(({ msg }) => msg === "request").length === 9, "nine lines");
  const all = JSON.stringify(app.logs);
  assert.doesNotMatch(all, new RegExp(SECRET));
  assert.doesNotMatch(all, new RegExp(id));
  const [first] = app.logs.filter(({ msg }) => msg === "request");
  assert.equal(first?.["reqId"], stream.headers["x-request-id"]);
  assert.deepEqual([first?.["method"], first?.["route"], first?.["status"]], ["POST", "/chat/streaming", 200]);
});

test("every answer has an x-request-id of its own, and an error's request_id is the same", async (t) => {
  const { app, url } = await drivenServer(t);
  const ids = new Set<unknown>();
  for (const path of ["/healthz", "/nothing", "/chat/wait/x", "/metrics"]) {
    const { headers, body } = await requestJson(url + path, { headers: { "x-request-id": "mine" } });
    if (body?.error_code) assert.equal(body.request_id, headers["x-request-id"]);
    ids.add(headers["x-request-id"]);
  }
  assert.equal(ids.size, 4);
  assert.ok(!ids.has("mine"), "what a client sends is not taken for it");
  await until(() => app.logs.filter(({ reqId }) => ids.has(reqId)).length === 4);
});

test("a proxy that nobody told us of is warned of, once", async (t) => {
  const { app, url } = await drivenServer(t);
  for (let round = 0; round < 3; round++)
    await requestJson(`${url}/healthz`, { headers: { "x-forwarded-for": "192.0.2.1" } });
  const warnings = app.logs.filter(({ level, msg }) => level === 40 && /CHATWAIT_TRUST_PROXY/.test(String(msg)));
  assert.equal(warnings.length, 1);
});

test("healthz and readyz answer with a status", async (t) => {
  const { url } = await drivenServer(t);
  for (const path of ["/healthz", "/readyz", "/v1/readyz"]) {
    const { status, body } = await requestJson(url + path);
    assert.deepEqual([status, body], [200, { status: "ok" }]);
  }
});

test("why a model did not answer is in the log, for whoever has to mend it", async (t) => {
  const { app, url, model } = await drivenServer(t);
  const asked = requestJson(`${url}/chat/wait`, { body: { message: "Hi" } });
  (await model.call()).fail(modelFailure("model_error", { cause: "status 401" }));
  assert.equal((await asked).status, 502);
  const line = app.logs.find(({ msg }) => msg === "generation failed");
  assert.deepEqual(
    { level: line?.["level"], model: line?.["model"], error_code: line?.["error_code"], cause: line?.["cause"] },
    { level: 40, model: "test:driven", error_code: "model_error", cause: "status 401" },
  );
});
