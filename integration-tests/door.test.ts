import assert from "node:assert/strict";
import { test } from "node:test";
import { offer } from "../testing/app.ts";
import { serverFor } from "../testing/driven-server.ts";
import { assertProblem } from "../testing/problem.ts";
import { head, openRaw } from "../testing/raw-http.ts";
import { instantModel } from "../testing/scripted-model.ts";
import { openStream, requestJson } from "../testing/sse-client.ts";

// R-DOOR over HTTP: whose pages may use the server, and under which names. The whole table is in src/http/door.test.ts.

const models = [offer("test:instant", instantModel(["Hello"]))];
const ALLOWED = "https://chat.example";
const STARTS: [path: string, body: object | undefined][] = [
  ["/chat/wait", { message: "Hi" }],
  ["/chat/streaming", { message: "Hi" }],
  ["/chat/streaming?message=Hi", undefined],
  ["/v1/chat/wait", { message: "Hi" }],
];
const READS = ["/models", "/metrics", "/openapi.json", "/docs", "/", "/healthz", "/chat/wait/x", "/nothing"];

const keptOut: [name: string, headers: Record<string, string>][] = [
  ["a foreign origin", { origin: "https://evil.example" }],
  ["another port of this machine", { origin: "http://localhost:1" }],
  ["an origin that only begins like ours", { origin: "http://localhost.evil.example" }],
  ["the origin null of a sandboxed page", { origin: "null" }],
  ["an origin that is none", { origin: "evil" }],
  ["a foreign page without an origin", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
];

for (const [name, headers] of keptOut) {
  test(`R-DOOR: ${name} may not start or read anything`, async (t) => {
    const app = await serverFor(t, { models });
    for (const [path, body] of STARTS) {
      const answer = await requestJson(app.url + path, { headers, ...(body ? { body } : {}) });
      assertProblem(answer, "origin_not_allowed");
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
    }
    for (const path of READS) assertProblem(await requestJson(app.url + path, { headers }), "origin_not_allowed");
    assert.equal(app.shelf.counts().kept, 0);
  });
}

test("R-DOOR: our own page and programs without an origin may, and a link from elsewhere may open the page and /docs", async (t) => {
  const app = await serverFor(t, { models });
  const body = { message: "Hi" };
  const status = async (path: string, headers: Record<string, string>, body?: object) =>
    (await requestJson(app.url + path, { headers, ...(body ? { body } : {}) })).status;
  assert.equal(await status("/chat/wait", { origin: app.url, "sec-fetch-site": "same-origin" }, body), 200);
  assert.equal(await status("/chat/wait", { "sec-fetch-site": "none" }, body), 200);
  assert.equal(await status("/chat/wait", {}, body), 200);
  const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  for (const path of ["/", "/docs", "/v1/docs"]) assert.equal(await status(path, link), 200, path);
  assert.equal(await status("/chat/streaming?message=Hi", link), 403, "but not start something");
  assert.equal(await status("/models", link), 403);
});

test("R-DOOR: while bound to loopback a name that is none of this machine is refused, also for pages", async (t) => {
  const app = await serverFor(t, { models });
  const { port } = new URL(app.url);
  for (const host of [
    "evil.example",
    `evil.example:${port}`,
    "192.0.2.1",
    "localhost.evil.example",
    "[2001:db8::1]:80",
    "",
  ]) {
    const raw = await openRaw(app.url);
    raw.send(head("GET / HTTP/1.1", `Host: ${host}`));
    const { json, ...answer } = await raw.response();
    assertProblem({ ...answer, body: json }, "host_not_allowed", /CHATWAIT_ALLOWED_HOSTS/);
    raw.destroy();
  }
  for (const host of ["localhost", `LOCALHOST:${port}`, "127.0.0.1", "127.1.2.3:9", "[::1]:80", "chat.localhost"]) {
    assert.equal((await requestJson(`${app.url}/models`, { headers: { host } })).status, 200, host);
  }
});

test("R-DOOR: CHATWAIT_ALLOWED_HOSTS lets further names in, on any port", async (t) => {
  const app = await serverFor(t, { models, env: { CHATWAIT_ALLOWED_HOSTS: "chat.example,10.0.0.5" } });
  for (const host of ["chat.example", "Chat.Example:8080", "10.0.0.5:80", "localhost"]) {
    const headers = { host, origin: `http://${host}` };
    const { status } = await requestJson(`${app.url}/chat/wait`, { headers, body: { message: "Hi" } });
    assert.equal(status, 200, host);
  }
  assertProblem(await requestJson(`${app.url}/models`, { headers: { host: "other.example" } }), "host_not_allowed");
});

test("R-DOOR: behind a trusted proxy the host is the one that the client named", async (t) => {
  const env = { CHATWAIT_TRUST_PROXY: "1", CHATWAIT_ALLOWED_HOSTS: "chat.example" };
  const app = await serverFor(t, { models, env });
  const headers = {
    "x-forwarded-host": "chat.example",
    "x-forwarded-for": "192.0.2.1",
    origin: "https://chat.example",
  };
  assert.equal((await requestJson(`${app.url}/models`, { headers })).status, 200);
  const other = { ...headers, "x-forwarded-host": "evil.example" };
  assertProblem(await requestJson(`${app.url}/models`, { headers: other }), "host_not_allowed");
});

const EXPOSED = "Content-Location,Location,Retry-After,RateLimit,RateLimit-Policy,Idempotent-Replayed,X-Request-Id";
const words = (header: unknown) => String(header).split(/,\s*/).sort();

test("a preflight of an origin in CHATWAIT_CORS_ORIGINS names the methods and headers that are allowed, on every path", async (t) => {
  const app = await serverFor(t, { models, env: { CHATWAIT_CORS_ORIGINS: ALLOWED } });
  for (const path of ["/chat/wait", "/v1/chat/streaming", "/chat/streaming/x"]) {
    const { status, headers } = await requestJson(app.url + path, {
      method: "OPTIONS",
      headers: {
        origin: ALLOWED,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,last-event-id,idempotency-key,prefer",
      },
    });
    assert.equal(status, 204);
    assert.equal(headers["access-control-allow-origin"], ALLOWED);
    assert.deepEqual(
      words(headers["access-control-allow-headers"]),
      words("Last-Event-ID,Idempotency-Key,Prefer,Content-Type"),
    );
    for (const method of ["GET", "POST", "DELETE"]) {
      assert.ok(words(headers["access-control-allow-methods"]).includes(method));
    }
  }
  const foreign = { origin: "https://evil.example", "access-control-request-method": "POST" };
  assertProblem(
    await requestJson(`${app.url}/chat/wait`, { method: "OPTIONS", headers: foreign }),
    "origin_not_allowed",
  );
});

test("an allowed origin may read every answer and its headers: JSON, streams, errors, and nobody else may", async (t) => {
  const app = await serverFor(t, { models, env: { CHATWAIT_CORS_ORIGINS: ALLOWED } });
  const headers = { origin: ALLOWED, "sec-fetch-site": "cross-site" };
  const body = { message: "Hi" };
  const stream = await openStream(`${app.url}/chat/streaming`, { headers, body });
  await stream.rest();
  const answers = [
    stream.headers,
    (await requestJson(`${app.url}/chat/wait`, { headers, body })).headers,
    (await requestJson(`${app.url}/chat/wait`, { headers, body: {} })).headers,
    (await requestJson(`${app.url}/nothing`, { headers })).headers,
  ];
  for (const answer of answers) {
    assert.equal(answer["access-control-allow-origin"], ALLOWED);
    assert.deepEqual(words(answer["access-control-expose-headers"]), words(EXPOSED));
    assert.match(String(answer.vary), /origin/i);
    assert.equal(answer["access-control-allow-credentials"], undefined);
  }
  const { headers: own } = await requestJson(`${app.url}/models`);
  assert.notEqual(own["access-control-allow-origin"], "*");
});

test("a stream's response has the headers of security and of its request too", async (t) => {
  const app = await serverFor(t, { models });
  const stream = await openStream(`${app.url}/chat/streaming?message=Hi`);
  await stream.rest();
  assert.equal(stream.headers["x-content-type-options"], "nosniff");
  assert.match(String(stream.headers["x-request-id"]), /^\w+-\w+$/);
  assert.equal(stream.headers["cache-control"], "no-cache, no-transform");
});
