import assert from "node:assert/strict";
import { channel } from "node:diagnostics_channel";
import type { IncomingMessage, Server } from "node:http";
import { type TestContext, test } from "node:test";
import type { ErrorCode } from "../src/protocol/errors.ts";
import { offer } from "../testing/app.ts";
import { drivenServer, serverFor } from "../testing/driven-server.ts";
import { assertProblem } from "../testing/problem.ts";
import { head, jsonPost, openRaw, type RawConnection, type RawResponse } from "../testing/raw-http.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { requestJson } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// What no HTTP client sends, and what several requests on one connection must not do to each other.

const models = [offer("test:instant", instantModel(["Hello"]))];
const asAnswer = ({ status, headers, json }: RawResponse) => ({ status, headers, body: json });

async function rawServer(t: TestContext) {
  const app = await serverFor(t, { models });
  return { app, raw: await connected(t, app.url) };
}

async function connected(t: TestContext, url: string): Promise<RawConnection> {
  const raw = await openRaw(url);
  t.after(() => raw.destroy());
  return raw;
}

const LONG = "x".repeat(100_000);

const broken: [name: string, bytes: string, code: ErrorCode][] = [
  ["a line of garbage", "\x01\x02\x03 garbage\r\n\r\n", "invalid_request"],
  ["the first bytes of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "invalid_request"],
  ["a method that is none", head("BREW /chat/wait HTTP/1.1", "Host: localhost"), "invalid_request"],
  ["a header without a colon", head("GET /healthz HTTP/1.1", "Host: localhost", "nonsense"), "invalid_request"],
  ["a control character in a header", head("GET /healthz HTTP/1.1", "Host: localhost", "X: a\x00b"), "invalid_request"],
  [
    "a Content-Length that is none",
    head("POST /chat/wait HTTP/1.1", "Host: localhost", "Content-Length: x"),
    "invalid_request",
  ],
  [
    "two lengths that differ",
    head("POST /chat/wait HTTP/1.1", "Host: localhost", "Content-Length: 1", "Content-Length: 2"),
    "invalid_request",
  ],
  [
    "both a length and chunks",
    head("POST /chat/wait HTTP/1.1", "Host: localhost", "Content-Length: 4", "Transfer-Encoding: chunked"),
    "invalid_request",
  ],
  [
    "a transfer coding after chunked",
    head("POST /chat/wait HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked, identity"),
    "invalid_request",
  ],
  ["a version of HTTP that is none", head("GET /healthz HTTP/7.3", "Host: localhost"), "invalid_request"],
  ["no Host", head("GET /healthz HTTP/1.1"), "invalid_request"],
  ["no Host in HTTP/1.0", head("GET /healthz HTTP/1.0"), "invalid_request"],
  ["two Hosts", head("GET /healthz HTTP/1.1", "Host: localhost", "Host: example.org"), "invalid_request"],
  [
    "an Expect that is no 100-continue",
    head("GET /healthz HTTP/1.1", "Host: localhost", "Expect: cake"),
    "invalid_request",
  ],
  ["CONNECT", head("CONNECT evil.example:443 HTTP/1.1", "Host: evil.example:443"), "method_not_allowed"],
  ["headers of 100 KB", head("GET /healthz HTTP/1.1", "Host: localhost", `X: ${LONG}`), "headers_too_large"],
  [
    "headers just over 16 KiB",
    head("GET /healthz HTTP/1.1", "Host: localhost", `X: ${LONG.slice(0, 16_384)}`),
    "headers_too_large",
  ],
  [
    "many small headers",
    head("GET /healthz HTTP/1.1", "Host: localhost", ...Array(3000).fill("X: 1234567890")),
    "headers_too_large",
  ],
  ["a URL of 100 KB", head(`GET /chat/streaming?message=${LONG} HTTP/1.1`, "Host: localhost"), "uri_too_long"],
  ["a URL just over 8 KiB", head(`GET /healthz?${LONG.slice(0, 8192)} HTTP/1.1`, "Host: localhost"), "uri_too_long"],
  ["chunk extensions of 100 KB", `${jsonHead("Transfer-Encoding: chunked")}1;${LONG}\r\n{\r\n`, "payload_too_large"],
];

function jsonHead(...lines: string[]): string {
  return head("POST /chat/wait HTTP/1.1", "Host: localhost", "Content-Type: application/json", ...lines);
}

for (const [name, bytes, code] of broken) {
  test(`${name}: ${code}, as JSON`, async (t) => {
    const { app, raw } = await rawServer(t);
    raw.send(Buffer.from(bytes, "latin1"));
    const answer = await raw.response();
    assertProblem(asAnswer(answer), code);
    const keeps = ["headers just over 16 KiB", "a URL just over 8 KiB"].includes(name);
    if (!keeps) await raw.closed;
    assert.equal((await requestJson(`${app.url}/healthz`)).status, 200, "and the server lives");
    assert.equal(app.shelf.counts().kept, 0);
  });
}

test("a request without Host is refused and its connection closes", async (t) => {
  const { raw } = await rawServer(t);
  raw.send(head("GET /healthz HTTP/1.1"));
  assertProblem(asAnswer(await raw.response()), "invalid_request", /"Host" is missing/);
  await raw.closed;
});

test("an Expect of 100-continue is met before the body is sent", async (t) => {
  const { raw } = await rawServer(t);
  const body = '{"message":"Hi"}';
  raw.send(jsonHead("Expect: 100-continue", `Content-Length: ${body.length}`));
  await raw.seen(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
  raw.send(body);
  assert.equal((await raw.response()).json.message.content, "Hello");
});

const MEGABYTE = "x".repeat(2 ** 20);

test("413 can be read while the client still sends 20 MB under a Content-Length", async (t) => {
  const { raw } = await rawServer(t);
  raw.send(jsonHead(`Content-Length: ${20 * 2 ** 20}`));
  for (let sent = 0; sent < 20; sent++) raw.send(MEGABYTE);
  assertProblem(asAnswer(await raw.response()), "payload_too_large", /1 MiB/);
});

test("413 can be read while the client still sends 20 MB in chunks", async (t) => {
  const { raw } = await rawServer(t);
  raw.send(jsonHead("Transfer-Encoding: chunked"));
  for (let sent = 0; sent < 20; sent++) raw.send(`${(2 ** 20).toString(16)}\r\n`, MEGABYTE, "\r\n");
  assertProblem(asAnswer(await raw.response()), "payload_too_large", /1 MiB/);
});

test("a body that stops half-way starts nothing", async (t) => {
  const { app, raw } = await rawServer(t);
  raw.send(jsonHead("Content-Length: 16"), '{"messa');
  raw.socket.end();
  await raw.closed;
  assert.equal(app.shelf.counts().kept, 0);
  assert.equal((await requestJson(`${app.url}/healthz`)).status, 200);
});

/** The server of an app, as Node tells of it when a request comes. */
async function nodeServerOf(url: string): Promise<Server> {
  const requests = channel("http.server.request.start");
  const { promise, resolve } = Promise.withResolvers<Server>();
  const port = new URL(url).port;
  const found = (message: unknown) => {
    const { request, server } = message as { request: IncomingMessage; server: Server };
    if (String(request.socket.localPort) === port) resolve(server);
  };
  requests.subscribe(found);
  await requestJson(`${url}/healthz`);
  requests.unsubscribe(found);
  return promise;
}

test("headers may take 10 s and a whole request 30 s", async (t) => {
  const { app } = await rawServer(t);
  const server = await nodeServerOf(app.url);
  assert.deepEqual([server.headersTimeout, server.requestTimeout], [10_000, 30_000]);
});

for (const slow of ["headers", "body"] as const) {
  test(`a client that is slow with its ${slow} gets 408 as JSON, and its connection closes`, async (t) => {
    const { app, raw } = await rawServer(t);
    const server = await nodeServerOf(app.url);
    // The time itself is Node's, and is not waited for here.
    server.headersTimeout = 1;
    server.requestTimeout = 1;
    raw.send(slow === "headers" ? "GET /healthz HTTP/1.1\r\nHost: loc" : `${jsonHead("Content-Length: 16")}{"m`);
    const answer = await raw.response();
    assertProblem(asAnswer(answer), "request_timeout", /Send it again/);
    await raw.closed;
    assert.equal(app.shelf.counts().kept, 0);
  });
}

test("two starts sent at once over one connection are answered one after the other", async (t) => {
  const { app, raw } = await rawServer(t);
  raw.send(jsonPost("/chat/wait", { message: "one" }) + jsonPost("/chat/wait", { message: "two" }));
  const [first, second] = [await raw.response(), await raw.response()];
  assert.deepEqual([first.json.message.content, second.json.message.content], ["Hello", "Hello"]);
  assert.notEqual(first.json.stream_id, second.json.stream_id);
  assert.equal(app.shelf.counts().kept, 2);
});

test("a request sent behind one that streams waits for its end: no bytes are mixed", async (t) => {
  const { app, model } = await drivenServer(t);
  const raw = await connected(t, app.url);
  raw.send(jsonPost("/chat/streaming", { message: "one" }) + jsonPost("/chat/streaming", { message: "two" }));
  const [first, second] = [await model.call(0), await model.call(1)];
  second.text("two ", "two");
  second.finish();
  await until(() => app.shelf.counts().running === 1);
  first.text("one ");
  await raw.seen(/"one "/);
  assert.doesNotMatch(raw.text, /two/);
  first.text("one");
  first.finish();
  const bodies = [await raw.response(), await raw.response()].map(({ body }) => body);
  assert.match(bodies[0] ?? "", /"content":"one one"[\s\S]*event: done\ndata: .*\n\n$/);
  assert.match(bodies[1] ?? "", /"content":"two two"[\s\S]*event: done\ndata: .*\n\n$/);
  assert.doesNotMatch(bodies[0] ?? "", /"two/);
  assert.doesNotMatch(bodies[1] ?? "", /"one/);
});

test("three streams at once over one connection each come whole, whichever grows first", async (t) => {
  const { app, model } = await drivenServer(t);
  const raw = await connected(t, app.url);
  for (const name of ["a", "b", "c"]) raw.send(jsonPost("/chat/streaming", { message: name }));
  const calls = [await model.call(0), await model.call(1), await model.call(2)];
  for (let round = 0; round < 50; round++) for (const [index, call] of calls.entries()) call.text(`${index}${round} `);
  for (const call of calls.reverse()) call.finish();
  for (const name of ["0", "1", "2"]) {
    const { body } = await raw.response();
    const said = [...body.matchAll(/"text":"(\d)(\d+) "/g)];
    assert.deepEqual([...new Set(said.map(([, who]) => who))], [name]);
    assert.deepEqual(
      said.map(([, , round]) => Number(round)),
      [...Array(50).keys()],
    );
  }
});

test("garbage sent behind a request that streams closes the connection, and nothing is written into the stream", async (t) => {
  const { app, model, readers } = await drivenServer(t);
  const raw = await connected(t, app.url);
  raw.send(jsonPost("/chat/streaming", { message: "Hi" }));
  const call = await model.call();
  call.text("Hel");
  await raw.seen(/"Hel"/);
  raw.send("garbage\r\n\r\n");
  await raw.closed;
  assert.equal(raw.text.match(/HTTP\/1\.1/g)?.length, 1);
  assert.doesNotMatch(raw.text, /error_code/);
  await readers(0);
  assert.equal(call.isCancelled, false, "R-DETACH: the answer goes on");
});

test("a stream over HTTP/1.0 ends with its connection, and has no chunks", async (t) => {
  const { app, model } = await drivenServer(t);
  const raw = await connected(t, app.url);
  raw.send(jsonPost("/chat/streaming", { message: "Hi" }).replace("HTTP/1.1", "HTTP/1.0"));
  const call = await model.call();
  call.text("Hel", "lo");
  await raw.seen(/"lo"/);
  call.finish();
  await raw.closed;
  const { headers, body } = await raw.response();
  assert.equal(headers["transfer-encoding"], undefined);
  assert.match(body, /^retry: 1000\n\nid: [\s\S]*"content":"Hello"[\s\S]*event: done\ndata: .*\n\n$/);
  assert.doesNotMatch(body, /\r/);
});

test("a client that leaves in the middle of a body or of an answer leaves nothing behind", async (t) => {
  const { app, model, readers } = await drivenServer(t);
  const sending = await connected(t, app.url);
  sending.send(jsonHead("Content-Length: 16"), '{"messa');
  const waiting = await connected(t, app.url);
  waiting.send(jsonPost("/chat/wait", { message: "Hi" }));
  await model.call();
  await readers(1);
  sending.destroy();
  waiting.destroy();
  await readers(0);
  await until(() => app.logs.filter(({ cut }) => cut === true).length === 2, "both are logged as cut");
});
