import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startFleet } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { startModelServer } from "../testing/model-server.ts";
import { openStream, requestJson, resumeStream, startStream, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// Two servers that share streams through Redis: whatever one of them writes, the other serves (R-ANY).

const STORY = { message: "Tell me a long story", max_tokens: 150 };
const skip = unlessInstalled("redis-server", "--version");

test("without a store nothing of what servers share is loaded", () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ resolve(name, context, next) { const found = next(name, context); loaded.push(found.url); return found; } });
    const { startTestApp } = await import("./testing/app.ts");
    const app = await startTestApp();
    await app.close();
    console.log(JSON.stringify(loaded.filter((url) => /ioredis|log.redis|shared-streams/.test(url))), loaded.length > 100);
  `;
  const root = fileURLToPath(new URL("..", import.meta.url));
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root, encoding: "utf8" });
  assert.equal(output, "[] true\n");
});

describe("two servers", { skip }, () => {
  test("R-ANY what one has answered the other finds, in each form", async (t) => {
    const { servers } = await startFleet(t, 2);
    const [a, b] = servers.map(({ url }) => url) as [string, string];
    const waited = await requestJson(`${a}/chat/wait`, { body: { message: "Hello!" } });
    assert.equal(waited.status, 200);
    const id = waited.body.stream_id;
    const again = await requestJson(`${b}/chat/wait/${id}`);
    assert.deepEqual([again.status, again.body], [200, waited.body]);
    const snapshots = await Promise.all(
      [a, b].map((url) => requestJson(`${url}/chat/streaming/${id}`, { headers: { accept: "application/json" } })),
    );
    assert.deepEqual(snapshots[0]?.body, snapshots[1]?.body);
    assert.equal(snapshots[1]?.body.messages[0].content, waited.body.message.content);
    assert.equal((await requestJson(`${b}/chat/streaming/nobodyknowsthisone`)).status, 404);
  });

  test("R-ANY a stream of one is resumed on the other at every cursor, while it runs and after", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "300" });
    const [a, b] = servers.map(({ url }) => url) as [string, string];
    const stream = await startStream(a, STORY);
    const resumed: { after: number; rest: Promise<{ id: string }[]> }[] = [];
    for (let event = await stream.next(); event && event.type !== "done"; event = await stream.next()) {
      const connection = await resumeStream(b, event.id);
      resumed.push({ after: event.seq, rest: connection.rest() });
    }
    await stream.closed;
    assert.ok(resumed.length > 20);
    for (const { after, rest } of resumed) {
      assert.deepEqual(await rest, stream.events.slice(after), `resumed after ${after}`);
    }
    for (const { id, seq, type } of stream.events) {
      if (type === "done") continue;
      const late = await resumeStream(b, id);
      assert.deepEqual(await late.rest(), stream.events.slice(seq));
    }
    const last = stream.events.at(-1)?.id ?? "";
    assert.equal((await requestJson(`${b}/chat/streaming`, { headers: { "last-event-id": last } })).status, 204);
  });

  test("R-ANY a stream is resumed on the other as soon as its first event has come, however many begin at once", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_RATE_LIMIT: "0" });
    const [a, b] = servers.map(({ url }) => url) as [string, string];
    for (let round = 0; round < 10; round++) {
      const begun = Array.from({ length: 25 }, async () => {
        const stream = await startStream(a, { ...STORY, max_tokens: 3 });
        const [first] = await stream.take(1);
        const copy = await resumeStream(b, first?.id ?? "");
        await stream.closed;
        assert.deepEqual(await copy.rest(), stream.events.slice(1));
      });
      await Promise.all(begun);
    }
  });

  test("R-ANY the other stops what one writes", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "5" });
    const [a, b] = servers.map(({ url }) => url) as [string, string];
    const stream = await startStream(a, STORY);
    const [start] = await stream.take(4);
    assert.ok(start?.type === "start");
    const stopped = await requestJson(`${b}/chat/streaming/${start.stream_id}`, { method: "DELETE" });
    assert.deepEqual([stopped.status, stopped.body.status, stopped.body.reason], [200, "cancelled", "cancelled"]);
    const rest = await stream.rest();
    assert.equal(rest.at(-1)?.type, "done");
    assert.equal(textOf(stream.events), stopped.body.messages[0].content);
  });

  test("R-IDEMPOTENT 50 equal starts over three servers make one call to the model, and all get its answer", async (t) => {
    const model = await startModelServer(async (call) => {
      call.push("Hel");
      await call.pause(300);
      call.push("lo");
      call.finish();
    });
    t.after(() => model.close());
    const env = { CHATWAIT_MODEL: "openai-compatible:m", CHATWAIT_BASE_URL: model.url };
    const { servers } = await startFleet(t, 3, env);
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const url = servers[n % 3]?.url ?? "";
        const outgoing = { body: { message: "Hi" }, headers: { "idempotency-key": "one" } };
        if (n % 4 < 2) return (await requestJson(`${url}/chat/wait`, outgoing)).body.message.content;
        const stream = await openStream(`${url}/chat/streaming`, outgoing);
        return textOf(await stream.rest());
      }),
    );
    assert.deepEqual(new Set(answers), new Set(["Hello"]));
    assert.equal(model.calls.length, 1);
  });

  test("starts are counted for both together", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_RATE_LIMIT: "4" });
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) {
      const { status } = await requestJson(`${servers[n % 2]?.url}/chat/wait`, { body: { message: "Hi" } });
      statuses.push(status);
    }
    assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429]);
  });

  test("a world's turn can be read and stopped on the other", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "20" });
    const [a, b] = servers.map(({ url }) => url) as [string, string];
    const stream = await openStream(`${a}/worlds/default/chat`, { body: { message: "Hello, everybody!" } });
    const [start] = await stream.take(3);
    assert.ok(start?.type === "start");
    const copy = await openStream(`${b}/worlds/default/chat/${start.stream_id}`);
    await copy.take(3);
    const stopped = await requestJson(`${b}/worlds/default/chat/${start.stream_id}`, { method: "DELETE" });
    assert.equal(stopped.body.status, "cancelled");
    await Promise.all([stream.closed, copy.closed]);
    assert.deepEqual(copy.events, stream.events);
  });

  test("R-STORE while the store is away starts are refused, readiness and metrics tell, and it goes on when it is back", async (t) => {
    const { redis, servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "50" });
    const [a, b] = servers.map(({ url }) => url) as [string, string];
    const whole = await requestJson(`${a}/chat/wait`, { body: STORY });
    const stream = await startStream(a, STORY);
    const copy = await resumeStream(b, (await stream.take(5)).at(-1)?.id ?? "");
    redis.signal("SIGSTOP");
    await until(async () => (await requestJson(`${a}/readyz`)).status === 503, "it is not ready");
    const before = performance.now();
    const refused = await requestJson(`${a}/chat/wait`, { body: { message: "Hi" } });
    assert.deepEqual([refused.status, refused.body.error_code], [503, "store_unavailable"]);
    assert.ok(Number(refused.headers["retry-after"]) > 0);
    assert.ok(performance.now() - before < 10_000, "nobody waits for long");
    assert.equal((await requestJson(`${a}/readyz`)).body.status, "store_unavailable");
    assert.match((await requestJson(`${a}/metrics`)).text, /^chatwait_store_up 0$/m);
    assert.equal((await requestJson(`${a}/healthz`)).status, 200);
    const elsewhere = await requestJson(`${b}/chat/streaming/nobodyknowsthisone`);
    assert.deepEqual([elsewhere.status, elsewhere.body.error_code], [503, "store_unavailable"]);
    redis.signal("SIGCONT");
    await Promise.all([stream.closed, copy.closed]);
    assert.deepEqual(copy.events, stream.events.slice(5));
    assert.equal(textOf(stream.events), whole.body.message.content);
    await until(async () => (await requestJson(`${a}/readyz`)).status === 200, "it is ready again");
    assert.match((await requestJson(`${a}/metrics`)).text, /^chatwait_store_up 1$/m);
  });
});
