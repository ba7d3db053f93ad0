import assert from "node:assert/strict";
import { channel } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { offer, type TestApp } from "../testing/app.ts";
import { drivenServer, serverFor } from "../testing/driven-server.ts";
import { assertProblem } from "../testing/problem.ts";
import { head, openRaw } from "../testing/raw-http.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { openStream, requestJson, startStream, textOf } from "../testing/sse-client.ts";

// Every limit of section 8 has an outcome with a name.

const models = [offer("test:instant", instantModel(["Hello"]))];
const ask = (app: { url: string }, headers: Record<string, string> = {}, message = "Hi") =>
  requestJson(`${app.url}/chat/wait`, { body: { message }, headers });
const serverWith = (t: TestContext, env: Record<string, string>) => serverFor(t, { models, env });

test("the rate limit: the start that is one too many is 429 with Retry-After, and RateLimit headers count down before", async (t) => {
  const app = await serverWith(t, { CHATWAIT_RATE_LIMIT: "3" });
  for (const left of [2, 1, 0]) {
    const { status, headers } = await ask(app);
    assert.equal(status, 200);
    assert.equal(headers["ratelimit-policy"], '"starts";q=3;w=60');
    assert.match(String(headers["ratelimit"]), new RegExp(`^"starts";r=${left};t=\\d+$`));
  }
  for (const path of ["/chat/wait", "/chat/streaming", "/v1/chat/wait"]) {
    const refused = await requestJson(app.url + path, { body: { message: "Hi" } });
    assertProblem(refused, "rate_limited", /More than 3 answers .* Try again in \d+ s\./);
    const seconds = Number(refused.headers["retry-after"]);
    assert.ok(seconds >= 1 && seconds <= 60, `${seconds} s`);
    assert.match(String(refused.headers["ratelimit"]), /^"starts";r=0;t=\d+$/);
  }
  assertProblem(await requestJson(`${app.url}/chat/streaming?message=Hi`), "rate_limited");
});

test("the rate limit's headers are on a stream's response too", async (t) => {
  const app = await serverWith(t, { CHATWAIT_RATE_LIMIT: "3" });
  const stream = await startStream(app.url, { message: "Hi" });
  assert.match(String(stream.headers["ratelimit"]), /^"starts";r=2;t=\d+$/);
  await stream.rest();
});

test("the rate limit counts starts only: not resumes, looks, attaching by a key, refusals or other paths", async (t) => {
  const app = await serverWith(t, { CHATWAIT_RATE_LIMIT: "2" });
  const key = { "idempotency-key": "k" };
  const { body } = await ask(app, key);
  const id = body.stream_id as string;
  for (let round = 0; round < 3; round++) {
    const attached = await ask(app, key);
    assert.deepEqual([attached.status, attached.headers["idempotent-replayed"]], [200, "true"]);
    await (
      await openStream(`${app.url}/chat/streaming`, { headers: { "last-event-id": `${id}.0.1` }, body: {} })
    ).rest();
    await (await openStream(`${app.url}/chat/streaming/${id}`)).rest();
    assert.equal((await requestJson(`${app.url}/chat/wait/${id}`)).status, 200);
    assert.equal((await requestJson(`${app.url}/chat/streaming/${id}`, { method: "DELETE" })).status, 200);
    assertProblem(await ask(app, {}, " "), "message_required");
    assert.equal((await requestJson(`${app.url}/models`)).status, 200);
  }
  assert.equal((await ask(app)).status, 200, "the second start");
  assertProblem(await ask(app), "rate_limited");
});

test("a start that the rate limit refused binds no key", async (t) => {
  const app = await serverWith(t, { CHATWAIT_RATE_LIMIT: "1" });
  await ask(app);
  assertProblem(await ask(app, { "idempotency-key": "k" }), "rate_limited");
  assertProblem(await ask(app, { "idempotency-key": "k" }, "another body"), "rate_limited");
});

test("CHATWAIT_RATE_LIMIT=0 is no limit, and no headers speak of one", async (t) => {
  const app = await serverWith(t, { CHATWAIT_RATE_LIMIT: "0" });
  for (let start = 0; start < 20; start++) {
    const { status, headers } = await ask(app);
    assert.equal(status, 200);
    assert.equal(headers["ratelimit"], undefined);
  }
});

const from = (address: string) => ({ "x-forwarded-for": address });

test("without CHATWAIT_TRUST_PROXY a forwarding header is not believed: the limit is the connection's", async (t) => {
  const app = await serverWith(t, { CHATWAIT_RATE_LIMIT: "1" });
  assert.equal((await ask(app, from("192.0.2.1"))).status, 200);
  assertProblem(await ask(app, from("192.0.2.2")), "rate_limited");
});

for (const trust of ["1", "loopback", "127.0.0.0/8"]) {
  test(`behind CHATWAIT_TRUST_PROXY=${trust} the rate limit is per client address, and only the last hop is believed`, async (t) => {
    const app = await serverWith(t, { CHATWAIT_RATE_LIMIT: "1", CHATWAIT_TRUST_PROXY: trust });
    assert.equal((await ask(app, from("192.0.2.1"))).status, 200);
    assertProblem(await ask(app, from("192.0.2.1")), "rate_limited");
    assert.equal((await ask(app, from("192.0.2.2"))).status, 200);
    assertProblem(await ask(app, from("198.51.100.7, 192.0.2.2")), "rate_limited");
    assert.equal((await ask(app, from("2001:db8::1"))).status, 200);
    assertProblem(await ask(app, from("2001:db8::2")), "rate_limited");
    assert.equal((await ask(app, from("2001:db8:0:1::1"))).status, 200, "another /64");
  });
}

test("CHATWAIT_MAX_STREAMS: one running stream too many is 503 overloaded with Retry-After, until one ends", async (t) => {
  const { app, model } = await drivenServer(t, { CHATWAIT_MAX_STREAMS: "2" });
  const streams = [await startStream(app.url, { message: "a" }), await startStream(app.url, { message: "b" })];
  for (const path of ["/chat/wait", "/chat/streaming"]) {
    const body = { message: "c" };
    assertProblem(
      await requestJson(app.url + path, { body, headers: { "idempotency-key": "k" } }),
      "overloaded",
      /limit/,
    );
  }
  assert.equal(model.calls.length, 2);
  (await model.call()).finish();
  await streams[0]?.rest();
  const again = await startStream(app.url, { message: "d" }, { "idempotency-key": "k" });
  assert.equal(again.headers["idempotent-replayed"], undefined, "the refused start bound no key");
  again.cut();
  streams[1]?.cut();
});

test("CHATWAIT_MAX_READERS: one reader too many is 503 overloaded, and those who read go on", async (t) => {
  const { app, model, readers } = await drivenServer(t, { CHATWAIT_MAX_READERS: "2" });
  const first = await startStream(app.url, { message: "a" });
  const [start] = await first.take(1);
  const id = start?.type === "start" ? start.stream_id : "";
  const waiting = requestJson(`${app.url}/chat/wait/${id}`);
  await readers(2);
  assertProblem(await requestJson(`${app.url}/chat/streaming/${id}`), "overloaded");
  assertProblem(await requestJson(`${app.url}/chat/wait/${id}`), "overloaded");
  assertProblem(await requestJson(`${app.url}/chat/wait`, { body: { message: "b" } }), "overloaded");
  assert.equal(model.calls.length, 1, "no model is asked for an answer that nobody could read");
  const call = await model.call();
  call.text("Hello");
  call.finish();
  assert.equal((await waiting).body.message.content, "Hello");
  assert.equal(textOf(await first.rest()), "Hello");
  await readers(0);
  assert.equal((await requestJson(`${app.url}/chat/wait/${id}`)).status, 200);
});

test("CHATWAIT_MAX_STREAM_BYTES: an answer that grows longer ends with stream_too_long, and its text can be read", async (t) => {
  const { app, model } = await drivenServer(t, { CHATWAIT_MAX_STREAM_BYTES: "5000" });
  const stream = await startStream(app.url, { message: "Hi" });
  const call = await model.call();
  for (let token = 0; token < 1000; token++) call.text("word ");
  await call.cancelled;
  const events = await stream.rest();
  const [end, last] = events.slice(-2);
  assert.ok(end?.type === "message_end" && last?.type === "error");
  assert.deepEqual(
    [end.reason, end.error_code, last.error_code, last.retryable],
    ["error", "stream_too_long", "stream_too_long", false],
  );
  assert.equal(end.content, textOf(events));
  assert.ok(end.content.length > 50 && end.content.length < 5000);
  const id = last.id.split(".")[0];
  const waited = await requestJson(`${app.url}/chat/wait/${id}`);
  assertProblem(waited, "stream_too_long", /longer than this server keeps/);
  const json = { headers: { accept: "application/json" } };
  const { body } = await requestJson(`${app.url}/chat/streaming/${id}`, json);
  assert.deepEqual(
    [body.status, body.error_code, body.messages[0].content],
    ["failed", "stream_too_long", end.content],
  );
});

test("CHATWAIT_MAX_LOG_BYTES: the oldest ended streams are forgotten first, then starts are 503 overloaded", async (t) => {
  const { app, model } = await drivenServer(t, { CHATWAIT_MAX_LOG_BYTES: "12000" });
  const ended: string[] = [];
  for (let index = 0; index < 2; index++) {
    const waiting = ask(app);
    const call = await model.call(index);
    call.text("x".repeat(1000));
    call.finish();
    ended.push((await waiting).body.stream_id);
  }
  const status = async (id = "") => (await requestJson(`${app.url}/chat/wait/${id}`)).status;
  assert.deepEqual([await status(ended[0]), await status(ended[1])], [200, 200]);
  const running = await startStream(app.url, { message: "long" });
  const call = await model.call(2);
  call.text("y".repeat(3500));
  await running.take(3);
  assert.deepEqual([await status(ended[0]), await status(ended[1])], [410, 200], "the older one had to go");
  call.text("y".repeat(3500));
  await running.take(1);
  assert.deepEqual([await status(ended[0]), await status(ended[1])], [410, 410]);
  call.text("y".repeat(12_000 - app.shelf.counts().bytes - 500));
  await running.take(1);
  assertProblem(await ask(app), "overloaded");
  assert.ok(app.shelf.counts().bytes <= 12_000);
  call.finish();
  assert.equal((await running.rest()).at(-1)?.type, "done");
});

test("CHATWAIT_MAX_MESSAGE_CHARS: a longer message is 400 with both numbers", async (t) => {
  const app = await serverWith(t, { CHATWAIT_MAX_MESSAGE_CHARS: "5" });
  assert.equal((await ask(app, {}, "12345")).status, 200);
  assertProblem(await ask(app, {}, "123456"), "message_too_long", /6 characters; at most 5/);
});

/** The server's ends of the connections on which streams were asked for. */
function watchSockets(t: TestContext, app: TestApp): Socket[] {
  const sockets: Socket[] = [];
  const requests = channel("http.server.request.start");
  const port = Number(new URL(app.url).port);
  const found = (message: unknown) => {
    const { socket } = (message as { request: IncomingMessage }).request;
    if (socket.localPort === port) sockets.push(socket);
  };
  requests.subscribe(found);
  t.after(() => requests.unsubscribe(found));
  return sockets;
}

const PIECE = "x".repeat(10_000);
const FLOOD = 1500;

/** A stream of some 15 MB, more than the kernel keeps for a reader that takes nothing, and such a reader. */
async function floodedServer(t: TestContext) {
  const server = await drivenServer(t, { CHATWAIT_MAX_STREAM_BYTES: String(64 * 2 ** 20) });
  const [ofReader, ofLazy] = [watchSockets(t, server.app), [] as Socket[]];
  const reader = await startStream(server.url, { message: "Hi" });
  const [start] = await reader.take(1);
  const id = start?.type === "start" ? start.stream_id : "";
  const lazy = await openRaw(server.url);
  t.after(() => lazy.destroy());
  lazy.socket.pause();
  lazy.send(head(`GET /chat/streaming/${id} HTTP/1.1`, "Host: localhost", "Connection: close"));
  await server.readers(2);
  ofLazy.push(...ofReader.slice(-1));
  const call = await server.model.call();
  async function flood(pieces = FLOOD) {
    for (let piece = 0; piece < pieces; piece++) {
      call.text(PIECE);
      if (piece % 10 === 9) await new Promise(setImmediate);
    }
  }
  const [lazySocket] = ofLazy;
  assert.ok(lazySocket);
  return { ...server, reader, lazy, lazySocket, call, flood, id };
}

test("R-SLOW: a reader that takes nothing costs a bounded buffer and slows nobody, and reads on from the log", async (t) => {
  const { reader, lazy, lazySocket, call, flood } = await floodedServer(t);
  await flood();
  await reader.take(FLOOD + 1);
  assert.ok(lazySocket.writableLength > 0, "it is behind");
  assert.ok(lazySocket.writableLength < 128 * 1024, `${lazySocket.writableLength} bytes are held for it`);
  call.finish();
  await reader.rest();
  lazy.socket.resume();
  await lazy.closed;
  const { body } = await lazy.response();
  assert.equal(body.split('"type":"token"').length - 1, FLOOD);
  const seqs = [...body.matchAll(/^data: \{"type":"\w+","seq":(\d+)/gm)].map(([, seq]) => Number(seq));
  assert.deepEqual(
    seqs,
    Array.from({ length: FLOOD + 4 }, (_, index) => index + 1),
  );
  assert.equal(textOf(reader.events).length, FLOOD * PIECE.length);
});

test("R-SLOW: a reader that takes nothing for 60 s is closed, not before, and may resume", async (t) => {
  const { url, reader, lazySocket, clock, call, flood, readers, id } = await floodedServer(t);
  await flood();
  await reader.take(FLOOD + 1);
  // The token gap ends the answer after 30 s; the model keeps talking.
  for (let passed = 0; passed < 59_000; passed += 29_500) {
    clock.advance(29_500);
    call.text("go on ");
  }
  assert.equal(lazySocket.destroyed, false);
  clock.advance(1000);
  await readers(1);
  assert.equal(lazySocket.destroyed, true);
  const resumed = await openStream(`${url}/chat/streaming/${id}?starting_after=2`);
  assert.equal((await resumed.take(1))[0]?.seq, 3);
  call.finish();
  assert.equal((await resumed.rest()).at(-1)?.type, "done");
  assert.equal((await reader.rest()).at(-1)?.type, "done");
});

test("R-SLOW whoever waits for an answer and then does not read it stays a reader, until its connection closes", async (t) => {
  const server = await drivenServer(t, { CHATWAIT_MAX_STREAM_BYTES: String(64 * 2 ** 20) });
  const started = requestJson(`${server.url}/chat/wait`, { body: { message: "Hi" } });
  const call = await server.model.call();
  call.text("x".repeat(16 * 2 ** 20));
  call.finish();
  const id = (await started).body.stream_id;
  await server.readers(0);
  for (const path of [`/chat/wait/${id}`, `/chat/streaming/${id}`]) {
    const idle = connect(Number(new URL(server.url).port), "127.0.0.1").pause();
    idle.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n`);
    await server.readers(1);
    await requestJson(`${server.url}/healthz`);
    assert.equal(server.app.shelf.counts().readers, 1, "it is one still after another request was answered");
    idle.destroy();
    await server.readers(0);
  }
});
