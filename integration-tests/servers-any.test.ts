import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startFleet } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { startModelServer } from "../testing/model-server.ts";
import { openStream, requestJson, resumeStream, startStream, textOf } from "../testing/sse-client.ts";

// Two servers that share streams through Redis: whatever one of them writes, the other serves (R-ANY).

const LONG = { message: "Tell me a long story" };
const STORY = { ...LONG, max_tokens: 150 };
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

test("two servers", { skip }, async (t) => {
  const { servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "200", CHATWAIT_RATE_LIMIT: "0" });
  const [a, b] = servers.map(({ url }) => url) as [string, string];

  await t.test("R-ANY what one has answered the other finds, in each form", async () => {
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

  await t.test("R-ANY a stream of one is resumed on the other at every cursor, while it runs and after", async () => {
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

  await t.test(
    "R-ANY a stream is resumed on the other as soon as its first event has come, however many begin at once",
    async () => {
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
    },
  );

  await t.test("R-ANY the other stops what one writes", async () => {
    const stream = await startStream(a, LONG);
    const [start] = await stream.take(4);
    assert.ok(start?.type === "start");
    const stopped = await requestJson(`${b}/chat/streaming/${start.stream_id}`, { method: "DELETE" });
    assert.deepEqual([stopped.status, stopped.body.status, stopped.body.reason], [200, "cancelled", "cancelled"]);
    const rest = await stream.rest();
    assert.equal(rest.at(-1)?.type, "done");
    assert.equal(textOf(stream.events), stopped.body.messages[0].content);
  });

  await t.test("a world's turn can be read and stopped on the other", async () => {
    const stream = await openStream(`${a}/worlds/default/chat`, { body: LONG });
    const [start] = await stream.take(3);
    assert.ok(start?.type === "start");
    const copy = await openStream(`${b}/worlds/default/chat/${start.stream_id}`);
    await copy.take(3);
    const stopped = await requestJson(`${b}/worlds/default/chat/${start.stream_id}`, { method: "DELETE" });
    assert.equal(stopped.body.status, "cancelled");
    await Promise.all([stream.closed, copy.closed]);
    assert.deepEqual(copy.events, stream.events);
  });
});

test("R-IDEMPOTENT 50 equal starts over three servers make one call to the model, and all get its answer; starts are counted for all together", {
  skip,
}, async (t) => {
  const model = await startModelServer(async (call) => {
    call.push("Hel");
    await call.pause(300);
    call.push("lo");
    call.finish();
  });
  t.after(() => model.close());
  const env = {
    ...{ CHATWAIT_MODEL: "openai-compatible:m", CHATWAIT_BASE_URL: model.url },
    CHATWAIT_RATE_LIMIT: "4",
  };
  const { servers } = await startFleet(t, 3, env);
  const urlOf = (n: number) => servers[n % 3]?.url ?? "";
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, n) => {
      const outgoing = { body: { message: "Hi" }, headers: { "idempotency-key": "one" } };
      if (n % 4 < 2) return (await requestJson(`${urlOf(n)}/chat/wait`, outgoing)).body.message.content;
      const stream = await openStream(`${urlOf(n)}/chat/streaming`, outgoing);
      return textOf(await stream.rest());
    }),
  );
  assert.deepEqual(new Set(answers), new Set(["Hello"]));
  assert.equal(model.calls.length, 1);
  const statuses: number[] = [];
  for (let n = 0; n < 5; n++) {
    statuses.push((await requestJson(`${urlOf(n)}/chat/wait`, { body: { message: "Hi" } })).status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 429, 429], "all fifty were one start");
});
