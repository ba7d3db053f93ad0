import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { readConfig } from "../src/config.ts";
import { siteText, startFront } from "../testing/compose-several.ts";
import { freePort } from "../testing/free-port.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { checkMetricsShut, checkRefusals } from "../testing/nginx-refusals.ts";
import { requestJson } from "../testing/sse-client.ts";

/** deploy/nginx-several.conf: whom nginx asks, and whom next. Behind it stand servers that do what the test says. */

const skip = unlessInstalled("nginx", "-v");

type Doing = "answers" | "refuses" | "breaks";
type Standin = { url: string; does: Doing; asked: number; keys: unknown[]; clients: unknown[] };

/** A server that answers, refuses with 503, or reads a request and closes the connection without an answer. */
async function standin(t: TestContext, does: Doing): Promise<Standin> {
  const server = createServer((request, response) => {
    if (request.url === "/healthz") return void response.end("{}");
    one.asked++;
    one.keys.push(request.headers["idempotency-key"]);
    one.clients.push(request.headers["x-forwarded-for"]);
    request.resume().once("end", () => {
      if (one.does === "breaks") return void response.destroy();
      response.writeHead(one.does === "answers" ? 200 : 503, { "content-type": "application/json" });
      response.end(JSON.stringify({ by: one.does }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const one: Standin = { url, does, asked: 0, keys: [], clients: [] };
  return one;
}

const urlsOf = (servers: readonly Standin[]) => servers.map(({ url }) => url);
const askedOf = (servers: readonly Standin[]) => servers.reduce((sum, { asked }) => sum + asked, 0);

const ask = { body: { message: "Hi" } };
const keyed = { ...ask, headers: { "idempotency-key": "one" } };

/** Asks often enough for each of three to be asked first by chance. */
async function askAll(url: string, outgoing: object, path = "/chat/streaming"): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < 6; n++) statuses.push((await requestJson(url + path, outgoing)).status);
  return statuses;
}

test("R-DRAIN nginx asks another server where one refuses or is gone: for what has a key, and for what starts nothing", {
  skip,
}, async (t) => {
  const [refusing, answering] = [await standin(t, "refuses"), await standin(t, "answers")];
  const gone = `http://127.0.0.1:${await freePort()}`;
  const front = await startFront(t, [refusing.url, answering.url, gone]);
  assert.deepEqual(await askAll(front, keyed), Array(6).fill(200));
  assert.deepEqual(await askAll(front, {}), Array(6).fill(200));
  assert.ok(refusing.asked > 0);
  assert.equal(answering.asked, 12);
});

test("R-IDEMPOTENT nginx passes on a 503 that may be the model's, which another server would ask anew", {
  skip,
}, async (t) => {
  const servers = await Promise.all([1, 2, 3].map(() => standin(t, "refuses")));
  const front = await startFront(t, urlsOf(servers));
  for (const path of ["/chat/wait", "/v1/chat/wait", "/worlds/default/chat"]) {
    const before = askedOf(servers);
    const { status, body } = await requestJson(front + path, keyed);
    assert.deepEqual([status, body, askedOf(servers) - before], [503, { by: "refuses" }, 1], path);
  }
});

test("R-IDEMPOTENT nginx gives a GET that may start something a key, the same for every server that it asks", {
  skip,
}, async (t) => {
  const servers = await Promise.all([1, 2, 3].map(() => standin(t, "breaks")));
  const front = await startFront(t, urlsOf(servers));
  const keysOf = async (path: string, headers: Record<string, string> = {}) => {
    await requestJson(front + path, { headers });
    return servers.flatMap(({ keys }) => keys.splice(0));
  };
  const [first, ...others] = await keysOf("/chat/streaming?message=Hi");
  assert.match(String(first), /^[0-9a-f]{32}$/);
  assert.deepEqual(others, [first, first]);
  const again = await keysOf("/v1/chat/streaming?m%65ssage=Hi");
  assert.equal(new Set(again).size, 1);
  assert.notEqual(again[0], first, "each start has its own");
  assert.deepEqual(
    new Set(await keysOf("/chat/streaming?message=Hi", { "idempotency-key": "mine" })),
    new Set(["mine"]),
  );
  assert.deepEqual(await keysOf("/models"), [undefined, undefined, undefined]);
});

test("R-IDEMPOTENT nginx sends what may have started something on only where it has a key", { skip }, async (t) => {
  const servers = [await standin(t, "breaks"), await standin(t, "breaks"), await standin(t, "breaks")];
  const front = await startFront(t, urlsOf(servers));
  await requestJson(`${front}/chat/wait`, ask);
  assert.equal(askedOf(servers), 1, "a start without a key");
  await requestJson(`${front}/chat/wait`, keyed);
  assert.equal(askedOf(servers), 4, "one with a key");
});

test("nginx says in ChatWait's form that nobody answers, and asks again at once when somebody does", {
  skip,
}, async (t) => {
  const one = await standin(t, "breaks");
  const front = await startFront(t, [one.url, one.url, one.url]);
  for (const outgoing of [keyed, ask, {}]) {
    const { status, headers, body } = await requestJson(`${front}/chat/wait`, outgoing);
    assert.deepEqual([status, headers["retry-after"], body.error_code], [503, "2", "overloaded"]);
    assert.match(body.request_id, /./);
  }
  one.does = "answers";
  assert.deepEqual(await askAll(front, keyed), Array(6).fill(200));
});

test("nginx passes a 503 on that all servers give, with its own text, and forgets it", { skip }, async (t) => {
  const servers = [await standin(t, "refuses"), await standin(t, "refuses"), await standin(t, "refuses")];
  const front = await startFront(t, urlsOf(servers));
  const { status, body } = await requestJson(`${front}/chat/streaming`, keyed);
  assert.deepEqual([status, body, askedOf(servers)], [503, { by: "refuses" }, 3]);
  for (const one of servers) one.does = "answers";
  assert.deepEqual(await askAll(front, ask), Array(6).fill(200), "no server is left out for what it answered");
});

test("nginx tells servers who asks, so that each client has a rate limit of its own, and waits for as long as they do", {
  skip,
}, async (t) => {
  const one = await standin(t, "answers");
  const front = await startFront(t, [one.url, one.url, one.url]);
  for (const outgoing of [keyed, ask]) await requestJson(`${front}/chat/wait`, outgoing);
  assert.deepEqual(one.clients, ["127.0.0.1", "127.0.0.1"]);
  const minutes = Number(/^ *proxy_read_timeout (\d+)m;$/m.exec(siteText())?.[1]);
  assert.ok(minutes * 60_000 > readConfig({}).patience.generationMs);
});

test("nginx lets nobody wonder what was too large, with a key and without", { skip }, async (t) => {
  const one = await standin(t, "answers");
  const front = await startFront(t, [one.url, one.url, one.url]);
  for (const { headers = {} } of [keyed, { ...ask, headers: {} }]) {
    const { status, body } = await requestJson(`${front}/chat/wait`, {
      headers,
      body: { message: "x".repeat(1_100_000) },
    });
    assert.deepEqual([status, body.error_code], [413, "payload_too_large"]);
  }
  assert.equal(one.asked, 0);
});

test("nginx tells in ChatWait's form what it refuses itself, and keeps metrics from the world", { skip }, async (t) => {
  const one = await standin(t, "answers");
  const front = await startFront(t, [one.url, one.url, one.url]);
  await checkRefusals(front);
  await checkMetricsShut(front);
  assert.equal(one.asked, 0);
});
