import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { Redis } from "ioredis";
import { createClient } from "../client/index.ts";
import type { StreamEvent } from "../src/protocol/events.ts";
import { builtinText } from "../testing/builtin-text.ts";
import { sharedThrough } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { startProgram } from "../testing/program.ts";
import { NOTHING_ON_DISK, startRedis } from "../testing/redis-server.ts";
import { startSeverablePort } from "../testing/severable-port.ts";
import { requestJson, resumeStream, type SseConnection, startStream, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// A replica takes the place of a Redis before it has got the last writes (R-STORE).

const skip = unlessInstalled("redis-server", "--version");
const STORY = { message: "Tell me a long story", max_tokens: 120 };

/** A Redis with a replica, and one address for both, as a proxy or a name in the DNS gives it. */
async function startPair(t: TestContext) {
  const primary = await startRedis();
  const replication = await startSeverablePort(primary.port);
  const replica = await startRedis(undefined, [
    ...NOTHING_ON_DISK,
    ...["--replicaof", "127.0.0.1", String(replication.port)],
  ]);
  const address = await startSeverablePort(primary.port);
  t.after(() => Promise.all([primary, replica, replication, address].map((one) => one.close())));
  const asked = new Redis(replica.url);
  t.after(() => asked.disconnect());
  await until(async () => /master_link_status:up/.test(await asked.info("replication")), "it replicates");
  return {
    url: `redis://127.0.0.1:${address.port}`,
    loseWritesFromNow: () => replication.sever(),
    async failOver() {
      await primary.close();
      address.retarget(replica.port);
      await asked.call("REPLICAOF", "NO", "ONE");
    },
  };
}

async function start(url: string): Promise<{ id: string; stream: SseConnection }> {
  const stream = await startStream(url, STORY);
  const [first] = await stream.take(1);
  assert.ok(first?.type === "start");
  return { id: first.id.split(".")[0] ?? "", stream };
}

const shape = (events: readonly StreamEvent[]) => events.map(({ seq, type }) => `${seq} ${type}`);

describe("a failover that loses the last writes", { skip }, () => {
  test("R-STORE kill -9 of a writer with it: who has lost nothing reads on, who has is told so, and no text is mixed", async (t) => {
    const pair = await startPair(t);
    const env = { ...sharedThrough(pair.url), CHATWAIT_BUILTIN_WORDS_PER_SECOND: "20" };
    const [a, b] = await Promise.all([startProgram(t, env), startProgram(t, env)]);
    const [followed, alone, saved, living] = [
      await start(a.url),
      await start(a.url),
      await start(a.url),
      await start(b.url),
    ];
    const follower = await resumeStream(b.url, `${followed.id}.0.1`);
    const reading = createClient({ baseUrl: a.url }).chat.resume({ streamId: saved.id });
    const readByClient = (async () => {
      for await (const _event of reading);
    })().catch(() => {});
    const all = [follower, alone.stream, saved.stream, living.stream];
    await until(() => all.every(({ events }) => events.length > 5), "all of them speak");
    pair.loseWritesFromNow();
    const kept = alone.stream.events.length;
    await until(() => all.every(({ events }) => events.length > kept + 10), "they say what will be lost");
    a.signal("SIGKILL");
    await pair.failOver();
    const place = reading.save();
    reading.detach();
    await Promise.all([alone.stream.closed, readByClient]);
    const uncut = await builtinText(STORY);
    await until(async () => (await requestJson(`${b.url}/chat/wait`, { body: { message: "Hi" } })).status === 200);

    // Its writer lives: it is as if nothing had been.
    await living.stream.closed;
    const whole = living.stream.events;
    assert.equal(textOf(whole), uncut);
    assert.ok(whole.every(({ id }) => id.startsWith(`${living.id}.0.`)));

    // Its writer died, and another server had all of it.
    assert.equal(await follower.closed, "end");
    assert.equal(textOf(follower.events), uncut);
    assert.deepEqual(shape(follower.events), shape(whole.slice(1)));
    assert.equal(follower.events.at(-1)?.id.split(".")[1], "1");

    // Nobody has what its readers have seen.
    const seen = alone.stream.events.at(-1)?.id ?? "";
    const refused = await requestJson(`${b.url}/chat/streaming`, { headers: { "last-event-id": seen } });
    assert.deepEqual([refused.status, refused.body.error_code], [409, "cursor_void"]);
    const early = alone.stream.events[2]?.id ?? "";
    const again = [...alone.stream.events.slice(0, 3), ...(await (await resumeStream(b.url, early)).rest())];
    assert.equal(textOf(again), uncut);
    assert.deepEqual(shape(again), shape(whole));

    // A program with the client library is told, too, and reads it anew.
    const client = createClient({ baseUrl: b.url });
    assert.ok(place);
    await assert.rejects(client.restore(place).result(), { code: "cursor_void" });
    assert.equal((await client.chat.resume({ streamId: saved.id }).result()).content, uncut);
  });
});
