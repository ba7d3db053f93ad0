import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorCode } from "../src/protocol/errors.ts";
import { offer, type TestApp } from "../testing/app.ts";
import { drivenServer, serverFor } from "../testing/driven-server.ts";
import { assertProblem } from "../testing/problem.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { type Outgoing, openStream, requestJson, startStream } from "../testing/sse-client.ts";

// Section 5: every code that a client of chat can cause, as JSON, on every path, with a text that teaches.

const models = [offer("test:instant", instantModel(["Hello"]))];
const post = (body: unknown, headers: Record<string, string> = {}): Outgoing => ({ body, headers });
const json = { accept: "application/json" };
const UNKNOWN_ID = "A".repeat(22);

type Case = [name: string, path: string, request: Outgoing, code: ErrorCode, says: RegExp];

/** Bad bodies: what may start an answer refuses them alike in both modes. */
const bodies: [name: string, body: unknown, code: ErrorCode, says: RegExp][] = [
  ["JSON that stops too early", '{"message": "Hi"', "invalid_json", /not valid JSON/],
  ["JSON with a slip", '{"message":\n "Hi",}', "invalid_json", /line 2, column \d+/],
  ["text that is no JSON", "message=Hi", "invalid_json", /not valid JSON/],
  ["bytes that are no UTF-8", Buffer.from([0x22, 0xc3, 0x28, 0x22]), "invalid_json", /not valid UTF-8/],
  ["an array", [1], "invalid_request", /must be a JSON object like .*, not an array of 1/],
  ["null", "null", "invalid_request", /must be a JSON object like .*, not null/],
  ["a string", '"Hi"', "invalid_request", /must be a JSON object like .*not "Hi"/],
  ["no body", "", "message_required", /"message" is missing\. Send JSON like/],
  ["no message", {}, "message_required", /"message" is missing\. Send JSON like/],
  ["a message that is null", { message: null }, "message_required", /"message" is missing/],
  ["a blank message", { message: " \n\t\u3000" }, "message_required", /blank\. Write something/],
  ["a message that is a number", { message: 7 }, "invalid_request", /"message" must be a string, not 7/],
  ["a message that is a list", { message: [{ type: "text" }] }, "invalid_request", /must be a string, not an array/],
  ["a long message", { message: "x".repeat(32_001) }, "message_too_long", /32001 characters; at most 32000/],
  ["a misspelt field", { mesage: "Hi" }, "invalid_request", /Unknown field "mesage"\. Did you mean "message"\?/],
  ["an unknown field", { message: "Hi", zzz: 1 }, "invalid_request", /Unknown field "zzz"\. Known fields: message, /],
  ["a misspelt field within", { message: "Hi", context: { mesages: [] } }, "invalid_request", /"mesages" in "context"/],
  ["a role that is none", said({ role: "system", content: "x" }), "invalid_request", /messages\[0\]\.role.*"user" or/],
  ["a time that is none", said({ role: "user", content: "x", timestamp: "noon" }), "invalid_request", /RFC 3339/],
  ["a blank message of a user", said({ role: "user", content: " " }), "invalid_request", /only an assistant's message/],
  ["201 messages", said(...Array(201).fill({ role: "user", content: "x" })), "invalid_request", /at most 200/],
  ["a temperature of 3", { message: "Hi", temperature: 3 }, "invalid_request", /"temperature" must be at most 2/],
  ["0 tokens", { message: "Hi", max_tokens: 0 }, "invalid_request", /"max_tokens" must be at least 1/],
  ["a hasty on_disconnect", { message: "Hi", on_disconnect: "stop" }, "invalid_request", /"continue" or "cancel"/],
  ["a deep body", `{"message":${"[".repeat(40)}${"]".repeat(40)}}`, "invalid_request", /deeper than 32 levels/],
  ["a body of 200,000 levels", "[".repeat(200_000) + "]".repeat(200_000), "invalid_request", /must be a JSON object/],
  ["a model that is not offered", { message: "Hi", model: "a:b" }, "unknown_model", /"a:b".*GET \/models lists/],
  ["a body of over 1 MiB", { message: "x".repeat(2 ** 20) }, "payload_too_large", /larger than 1 MiB\. Send fewer/],
];

function said(...messages: unknown[]) {
  return { message: "Hi", context: { messages } };
}

const cases: Case[] = [
  ...bodies.flatMap(([name, body, code, says]): Case[] => [
    [`${name}, waiting`, "/chat/wait", post(body), code, says],
    [`${name}, streaming`, "/chat/streaming", post(body), code, says],
  ]),
  ["a GET without a message", "/chat/streaming", {}, "message_required", /"message" is missing/],
  ["a GET with an empty message", "/chat/streaming?message=", {}, "message_required", /blank/],
  ["a GET with two messages", "/chat/streaming?message=a&message=b", {}, "invalid_request", /must be a string/],
  [
    "a cursor that is none",
    "/chat/streaming",
    { headers: { "last-event-id": "7" } },
    "invalid_cursor",
    /Last-Event-ID/,
  ],
  ["a query cursor that is none", `/chat/streaming/${UNKNOWN_ID}?starting_after=x`, {}, "invalid_cursor", /position/],
  ["an empty query cursor", `/chat/streaming/${UNKNOWN_ID}?starting_after=`, {}, "invalid_cursor", /position/],
  [
    "two query cursors",
    `/chat/streaming/${UNKNOWN_ID}?starting_after=1&starting_after=2`,
    {},
    "invalid_cursor",
    /once/,
  ],
  [
    "an empty key",
    "/chat/wait",
    post({ message: "Hi" }, { "idempotency-key": "" }),
    "invalid_idempotency_key",
    /1 to 255/,
  ],
  [
    "a key that is too long",
    "/chat/streaming",
    post({ message: "Hi" }, { "idempotency-key": "k".repeat(256) }),
    "invalid_idempotency_key",
    /1 to 255 printable ASCII/,
  ],
  [
    "a key that is no ASCII",
    "/chat/wait",
    post({ message: "Hi" }, { "idempotency-key": "ü" }),
    "invalid_idempotency_key",
    /ASCII/,
  ],
  ["a path that is none", "/chat", {}, "not_found", /GET \/docs/],
  ["a path with a slash too many", "/chat/wait/", post({ message: "Hi" }), "not_found", /GET \/docs/],
  ["a path that climbs", "/%2e%2e/%2e%2e/etc/passwd", {}, "not_found", /GET \/docs/],
  ["a path with a broken escape", "/chat/wait/%zz", {}, "invalid_request", /%/],
  ["an unknown stream to wait for", `/chat/wait/${UNKNOWN_ID}`, {}, "stream_not_found", /Check the id/],
  ["an unknown stream to read", `/chat/streaming/${UNKNOWN_ID}`, {}, "stream_not_found", /Check the id/],
  [
    "an unknown stream to look at",
    `/chat/streaming/${UNKNOWN_ID}`,
    { headers: json },
    "stream_not_found",
    /Check the id/,
  ],
  [
    "an unknown stream to resume",
    "/chat/streaming",
    { headers: { "last-event-id": `${UNKNOWN_ID}.0.3` } },
    "stream_not_found",
    /Check/,
  ],
  ["an unknown stream to stop", `/chat/streaming/${UNKNOWN_ID}`, { method: "DELETE" }, "stream_not_found", /Check/],
  [
    "waiting for events",
    "/chat/wait",
    post({ message: "Hi" }, { accept: "text/event-stream" }),
    "not_acceptable",
    /application\/json/,
  ],
  [
    "streaming JSON",
    "/chat/streaming",
    post({ message: "Hi" }, { accept: "application/json" }),
    "not_acceptable",
    /text\/event-stream/,
  ],
  [
    "streaming HTML",
    `/chat/streaming/${UNKNOWN_ID}`,
    { headers: { accept: "text/html" } },
    "not_acceptable",
    /event-stream or application\/json/,
  ],
  [
    "stopping as a picture",
    `/chat/streaming/${UNKNOWN_ID}`,
    { method: "DELETE", headers: { accept: "image/png" } },
    "not_acceptable",
    /application\/json/,
  ],
  [
    "a form",
    "/chat/wait",
    post("message=Hi", { "content-type": "application/x-www-form-urlencoded" }),
    "unsupported_media_type",
    /Content-Type: application\/json/,
  ],
  [
    "plain text",
    "/chat/streaming",
    post('{"message":"Hi"}', { "content-type": "text/plain" }),
    "unsupported_media_type",
    /Content-Type: application\/json/,
  ],
  [
    "a compressed body",
    "/chat/wait",
    post("xx", { "content-encoding": "gzip" }),
    "unsupported_media_type",
    /without a Content-Encoding/,
  ],
  [
    "a URL of over 8 KiB",
    `/chat/streaming?message=${"x".repeat(8192)}`,
    {},
    "uri_too_long",
    /8 KiB\. Send the text in the body of a POST/,
  ],
  ["headers of over 16 KiB", "/healthz", { headers: { "x-long": "x".repeat(16_384) } }, "headers_too_large", /16 KiB/],
  [
    "a foreign origin",
    "/chat/wait",
    post({ message: "Hi" }, { origin: "https://evil.example" }),
    "origin_not_allowed",
    /CHATWAIT_CORS_ORIGINS/,
  ],
  [
    "a foreign host name",
    "/healthz",
    { headers: { host: "evil.example" } },
    "host_not_allowed",
    /CHATWAIT_ALLOWED_HOSTS/,
  ],
];

for (const version of ["", "/v1"]) {
  test(`each refusal under "${version}/" is JSON that names what was wrong`, async (t) => {
    const app = await serverFor(t, { models, env: { CHATWAIT_RATE_LIMIT: "0" } });
    for (const [name, path, request, code, says] of cases) {
      await t.test(`${name}: ${code}`, async () => {
        const answer = await requestJson(`${app.url}${version}${path}`, request);
        assertProblem(answer, code, says);
        assert.equal(answer.headers["x-request-id"], answer.body.request_id);
      });
    }
    assert.deepEqual(
      app.shelf.counts(),
      { running: 0, kept: 0, readers: 0, bytes: 0 },
      "none of them started anything",
    );
  });
}

const takes: [path: string, allow: string][] = [
  ["/chat/wait", "POST"],
  [`/chat/wait/${UNKNOWN_ID}`, "GET"],
  ["/chat/streaming", "GET, POST"],
  [`/chat/streaming/${UNKNOWN_ID}`, "DELETE, GET"],
  ...["/healthz", "/readyz", "/metrics", "/models", "/openapi.json", "/docs"].map((path): [string, string] => [
    path,
    "GET, HEAD",
  ]),
];

test("a method that a path does not take is 405 with the ones that it takes, on every path", async (t) => {
  const app = await serverFor(t, { models });
  const paths = [
    ...takes,
    ...takes.map(([path, allow]): [string, string] => [`/v1${path}`, allow]),
    ["/", "GET, HEAD"],
  ];
  for (const [path = "", allow = ""] of paths) {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((one) => !allow.includes(one))) {
      const answer = await requestJson(app.url + path, { method });
      assertProblem(answer, "method_not_allowed", new RegExp(`takes ${allow}, not ${method}`));
      assert.equal(answer.headers.allow, allow);
    }
  }
});

test("R-ACCEPT: HEAD starts nothing: 405 on chat paths, as GET elsewhere", async (t) => {
  const app = await serverFor(t, { models });
  for (const [path, allow] of [...takes, ["/chat/streaming?message=Hi", "GET, POST"], ["/", ""]] as typeof takes) {
    const response = await fetch(app.url + path, { method: "HEAD" });
    assert.equal(await response.text(), "");
    if (!path.startsWith("/chat")) assert.equal(response.status, 200, path);
    else assert.deepEqual([response.status, response.headers.get("allow")], [405, allow]);
  }
  assert.equal(app.shelf.counts().kept, 0);
});

test("all unknown fields are listed in details, each with its path", async (t) => {
  const app = await serverFor(t, { models });
  const body = { message: "Hi", modle: "x", context: { messages: [{ role: "user", content: "x", contnet: 1 }] } };
  const answer = await requestJson(`${app.url}/chat/wait`, { body });
  assertProblem(answer, "invalid_request");
  const details = answer.body.details as { path: string; message: string }[];
  assert.deepEqual(details.map(({ path }) => path).sort(), ["context.messages[0].contnet", "modle"]);
  assert.match(details.map(({ message }) => message).join(), /Did you mean "content"\?.*Did you mean "model"\?/);
});

test("a byte order mark before the JSON does no harm", async (t) => {
  const app = await serverFor(t, { models });
  const { status } = await requestJson(`${app.url}/chat/wait`, { body: '\ufeff{"message":"Hi"}' });
  assert.equal(status, 200);
});

test("a message of exactly 32,000 UTF-16 code units is taken, also as 16,000 emoji", async (t) => {
  const app = await serverFor(t, { models });
  for (const message of ["x".repeat(32_000), "😀".repeat(16_000)]) {
    assert.equal((await requestJson(`${app.url}/chat/wait`, { body: { message } })).status, 200);
  }
  const answer = await requestJson(`${app.url}/chat/wait`, { body: { message: `${"😀".repeat(16_000)}x` } });
  assertProblem(answer, "message_too_long");
});

test("unknown query parameters are ignored", async (t) => {
  const app = await serverFor(t, { models });
  const stream = await openStream(`${app.url}/chat/streaming?message=Hi&_=123`);
  assert.equal((await stream.rest()).at(-1)?.type, "done");
});

async function runningStream(app: Pick<TestApp, "url">) {
  const stream = await startStream(app.url, { message: "Hi" });
  const [first] = await stream.take(1);
  assert.ok(first?.type === "start");
  return { stream, id: first.stream_id };
}

test("R-HONEST: a cursor ahead of the log is 409 cursor_ahead with last_seq, one of another epoch 409 cursor_void", async (t) => {
  const { app } = await drivenServer(t);
  const { stream, id } = await runningStream(app);
  const ahead = await requestJson(`${app.url}/chat/streaming/${id}?starting_after=99`);
  assertProblem(ahead, "cursor_ahead", /is at event 1\. Resume after/);
  assert.equal(ahead.body.last_seq, 1);
  const voided = await requestJson(`${app.url}/chat/streaming`, { headers: { "last-event-id": `${id}.7.1` } });
  assertProblem(voided, "cursor_void", /Read the stream from its beginning/);
  stream.cut();
});

test("R-HONEST: a cursor of another stream than the path's is 400 invalid_cursor", async (t) => {
  const { app } = await drivenServer(t);
  const { stream, id } = await runningStream(app);
  const headers = { "last-event-id": `${UNKNOWN_ID}.0.1` };
  const answer = await requestJson(`${app.url}/chat/streaming/${id}`, { headers });
  assertProblem(answer, "invalid_cursor", /another stream/);
  stream.cut();
});

test("R-HONEST: a stream that was kept and is no more is 410 stream_expired on every path to it", async (t) => {
  const { app, clock, model, readers } = await drivenServer(t);
  const { stream, id } = await runningStream(app);
  (await model.call()).finish();
  await stream.rest();
  await readers(0);
  clock.advance(300_000);
  const attempts: [string, Outgoing][] = [
    [`/chat/wait/${id}`, {}],
    [`/chat/streaming/${id}`, {}],
    [`/chat/streaming/${id}`, { headers: json }],
    [`/chat/streaming/${id}`, { method: "DELETE" }],
    ["/chat/streaming", { headers: { "last-event-id": `${id}.0.1` } }],
  ];
  for (const [path, request] of attempts) {
    assertProblem(await requestJson(app.url + path, request), "stream_expired", /no longer kept\. Start a new one/);
  }
});

test("R-IDEMPOTENT: the same key with another body is 422, and the first stream is not disturbed", async (t) => {
  const { app, model } = await drivenServer(t);
  const key = { "idempotency-key": "one" };
  const stream = await startStream(app.url, { message: "Hi" }, key);
  await stream.take(1);
  const answer = await requestJson(`${app.url}/chat/wait`, { body: { message: "Ho" }, headers: key });
  assertProblem(answer, "idempotency_key_reused", /Use a new key/);
  (await model.call()).finish();
  assert.equal((await stream.rest()).at(-1)?.type, "done");
});

test("a fault that nobody foresaw is a 500 that says nothing of itself, and is logged under the same request id", async (t) => {
  const { app } = await drivenServer(t);
  app.shelf.find = async () => {
    throw new Error("SECRET /etc/shelf.ts:1:1");
  };
  const answer = await requestJson(`${app.url}/chat/wait/${UNKNOWN_ID}`);
  assertProblem(answer, "internal_error", /request_id/);
  const line = app.logs.find(({ msg }) => msg === "unexpected error");
  assert.equal(line?.["reqId"], answer.body.request_id);
});
