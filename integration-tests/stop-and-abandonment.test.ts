import assert from "node:assert/strict";
import { test } from "node:test";
import { begunStream, type DrivenServer, drivenServer, serverFor } from "../testing/driven-server.ts";
import { startModelServer } from "../testing/model-server.ts";
import { openStream, requestJson, startStream, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

const MINUTE = 60_000;

const snapshotOf = (origin: string, id: string) =>
  requestJson(`${origin}/chat/streaming/${id}`, { headers: { accept: "application/json" } });
const stop = (origin: string, id: string) => requestJson(`${origin}/chat/streaming/${id}`, { method: "DELETE" });
const codeAt = async (url: string) => {
  const { status, body } = await requestJson(url);
  return [status, body?.error_code];
};

test("DELETE before the first token closes the call to the model, and ends the stream as cancelled", async (t) => {
  const upstream = await startModelServer(() => {});
  t.after(() => upstream.close());
  const app = await serverFor(t, { env: { CHATWAIT_MODEL: "openai-compatible:m", CHATWAIT_BASE_URL: upstream.url } });
  const stream = await startStream(app.url, { message: "Hi" });
  const id = (await stream.take(1))[0]?.id.split(".")[0] ?? "";
  const call = await upstream.call();
  const stopped = await stop(app.url, id);
  await call.cancelled;
  assert.deepEqual([stopped.status, stopped.body.status, stopped.body.reason], [200, "cancelled", "cancelled"]);
  const events = await stream.rest();
  assert.deepEqual(
    events.map(({ type }) => type),
    ["message_start", "message_end", "done"],
  );
  const done = events.at(-1);
  assert.ok(done?.type === "done" && done.reason === "cancelled");
  assert.equal(upstream.calls.length, 1);
});

test("DELETE in the middle closes the call to the model, and the text so far stays readable", async (t) => {
  const upstream = await startModelServer((call) => call.push("Hello"));
  t.after(() => upstream.close());
  const app = await serverFor(t, { env: { CHATWAIT_MODEL: "openai-compatible:m", CHATWAIT_BASE_URL: upstream.url } });
  const stream = await startStream(app.url, { message: "Hi" });
  const [start] = await stream.take(3);
  const id = start?.id.split(".")[0] ?? "";
  const call = await upstream.call();
  await stop(app.url, id);
  await call.cancelled;
  await stream.rest();
  const waited = await requestJson(`${app.url}/chat/wait/${id}`);
  assert.deepEqual([waited.body.message.content, waited.body.reason], ["Hello", "cancelled"]);
  assert.equal(textOf(await (await openStream(`${app.url}/chat/streaming/${id}`)).rest()), "Hello");
  assert.equal((await snapshotOf(app.url, id)).body.messages[0].content, "Hello");
});

for (const version of ["", "/v1"]) {
  test(`DELETE ${version}/chat/streaming/{stream_id} is idempotent, and leaves what has ended as it ended`, async (t) => {
    const server = await drivenServer(t);
    const [running, ended] = [await begunStream(server), await begunStream(server)];
    ended.call.text("Hello");
    ended.call.finish();
    await ended.stream.rest();
    const first = await stop(server.url + version, running.id);
    const second = await stop(server.url + version, running.id);
    assert.deepEqual([first.status, second.status, first.body.status], [200, 200, "cancelled"]);
    assert.deepEqual(second.body, first.body);
    const late = await stop(server.url + version, ended.id);
    assert.deepEqual([late.status, late.body.status, late.body.reason], [200, "completed", "stop"]);
    assert.equal(running.call.isCancelled, true);
    await running.stream.rest();
  });
}

test("a stop of one stream leaves the others alone", async (t) => {
  const server = await drivenServer(t);
  const [one, other] = [await begunStream(server), await begunStream(server)];
  await stop(server.url, one.id);
  assert.deepEqual([one.call.isCancelled, other.call.isCancelled], [true, false]);
  other.call.text("Hello");
  other.call.finish();
  assert.equal(textOf(await other.stream.rest()), "Hello");
});

test("to stop what never was is 404, and what is forgotten 410", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, id } = await begunStream(server);
  call.finish();
  await stream.rest();
  await server.readers(0);
  server.clock.advance(5 * MINUTE);
  const [gone, never] = [await stop(server.url, id), await stop(server.url, "B".repeat(22))];
  assert.deepEqual([gone.status, gone.body.error_code], [410, "stream_expired"]);
  assert.deepEqual([never.status, never.body.error_code], [404, "stream_not_found"]);
});
/** Keeps the model talking, for its own limits are shorter than those of a stream. */
function talkFor(server: DrivenServer, ms: number, call: { text(token: string): void }) {
  for (let passed = 0; passed < ms; passed += 10_000) {
    call.text(".");
    server.clock.advance(Math.min(10_000, ms - passed));
  }
}

test("R-ABANDON: a running stream without a reader for 5 minutes is cancelled upstream and forgotten at once", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, id } = await begunStream(server);
  talkFor(server, 4 * MINUTE, call);
  stream.cut();
  await server.readers(0);
  talkFor(server, 5 * MINUTE - 1, call);
  assert.equal(call.isCancelled, false);
  server.clock.advance(1);
  assert.equal(call.isCancelled, true);
  assert.deepEqual(await codeAt(`${server.url}/chat/streaming/${id}`), [410, "stream_expired"]);
  assert.deepEqual(await codeAt(`${server.url}/chat/wait/${id}`), [410, "stream_expired"]);
  const { kept, running, bytes } = server.app.shelf.counts();
  assert.deepEqual([kept, running, bytes], [0, 0, 0]);
});

test("R-ABANDON: what is read is not abandoned, however long it runs", async (t) => {
  const server = await drivenServer(t, { CHATWAIT_GENERATION_MS: String(60 * MINUTE) });
  const { stream, call } = await begunStream(server);
  talkFor(server, 30 * MINUTE, call);
  assert.equal(call.isCancelled, false);
  call.finish();
  assert.equal((await stream.rest()).at(-1)?.type, "done");
});

for (const [name, path, headers] of [
  ["polls snapshots", "/chat/streaming/", { accept: "application/json" }],
  ["waits for a moment", "/chat/wait/", { prefer: "wait=0" }],
] as const) {
  test(`R-ABANDON: a client that ${name} is a reader`, async (t) => {
    const server = await drivenServer(t);
    const { stream, call, id } = await begunStream(server);
    stream.cut();
    await server.readers(0);
    talkFor(server, 5 * MINUTE - 1, call);
    const polling = requestJson(server.url + path + id, { headers });
    await until(async () => {
      server.clock.advance(0);
      return Promise.race([polling.then(() => true), new Promise<false>((later) => setImmediate(later, false))]);
    });
    await server.readers(0);
    talkFor(server, 5 * MINUTE - 1, call);
    assert.equal(call.isCancelled, false);
    server.clock.advance(1);
    assert.equal(call.isCancelled, true);
  });
}

test("R-ABANDON: an ended stream is kept for 5 minutes after its end where nobody read it then", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, id } = await begunStream(server);
  stream.cut();
  await server.readers(0);
  talkFor(server, MINUTE, call);
  call.finish();
  server.clock.advance(5 * MINUTE - 1);
  assert.equal(server.app.shelf.counts().kept, 1);
  server.clock.advance(1);
  assert.deepEqual(await codeAt(`${server.url}/chat/streaming/${id}`), [410, "stream_expired"]);
});

test("R-ABANDON: an ended stream is kept for 5 minutes after its last reader", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, id } = await begunStream(server);
  call.finish();
  await stream.rest();
  await server.readers(0);
  for (let reads = 0; reads < 3; reads++) {
    server.clock.advance(5 * MINUTE - 1);
    assert.equal((await requestJson(`${server.url}/chat/wait/${id}`)).status, 200);
    await server.readers(0);
  }
  server.clock.advance(5 * MINUTE);
  assert.deepEqual(await codeAt(`${server.url}/chat/wait/${id}`), [410, "stream_expired"]);
});

test("R-ABANDON: a forgotten id is remembered as such for an hour", async (t) => {
  const server = await drivenServer(t);
  const { stream, call, id } = await begunStream(server);
  call.finish();
  await stream.rest();
  await server.readers(0);
  server.clock.advance(5 * MINUTE + 60 * MINUTE - 1);
  assert.deepEqual(await codeAt(`${server.url}/chat/streaming/${id}`), [410, "stream_expired"]);
  server.clock.advance(1);
  assert.deepEqual(await codeAt(`${server.url}/chat/streaming/${id}`), [404, "stream_not_found"]);
});

test("R-ABANDON: the times are CHATWAIT_ABANDON_MS and CHATWAIT_RETENTION_MS", async (t) => {
  const server = await drivenServer(t, { CHATWAIT_ABANDON_MS: "70", CHATWAIT_RETENTION_MS: "30" });
  const [left, ended] = [await begunStream(server), await begunStream(server)];
  ended.call.finish();
  await ended.stream.rest();
  left.stream.cut();
  await server.readers(0);
  server.clock.advance(30);
  assert.equal(server.app.shelf.counts().kept, 1);
  assert.deepEqual(await codeAt(`${server.url}/chat/wait/${ended.id}`), [410, "stream_expired"]);
  server.clock.advance(40);
  assert.equal(left.call.isCancelled, true);
  assert.equal(server.app.shelf.counts().kept, 0);
});
