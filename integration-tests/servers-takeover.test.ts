import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { StreamEvent } from "../src/protocol/events.ts";
import { LEASE_MS, sharedThrough, startFleet } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { startModelServer } from "../testing/model-server.ts";
import { startProgram } from "../testing/program.ts";
import { startSeverablePort } from "../testing/severable-port.ts";
import { type Received, requestJson, resumeStream, startStream, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// A server that dies, or that is taken for dead: another one goes on with what it wrote (R-LEASE, R-TAKEOVER).

const skip = unlessInstalled("redis-server", "--version");
const STORY = { message: "Tell me a long story", max_tokens: 200 };

/** What may be wrong with a stream that was read in several pieces. */
type Faults = { lost: number; doubled: number; reordered: number; foreign: number; hung: number };

/** Compares what was received, over all connections, with the text that the whole answer has. */
function check(faults: Faults, received: readonly Received[], streamId: string, text: string): void {
  const seqs = received.map(({ seq }) => seq);
  const sorted = [...new Set(seqs)].sort((one, other) => one - other);
  faults.doubled += seqs.length - sorted.length;
  faults.reordered += seqs.filter((seq, index) => index > 0 && seq < (seqs[index - 1] ?? 0)).length;
  faults.lost += sorted.filter((seq, index) => seq !== index + 1).length > 0 ? 1 : 0;
  faults.foreign += received.filter(({ id }) => !id.startsWith(`${streamId}.0.`)).length;
  if (textOf(received) !== text) faults.lost++;
  const end = received.find(({ type }) => type === "message_end") as (StreamEvent & { content: string }) | undefined;
  if (end?.content !== text) faults.lost++;
  if (received.at(-1)?.type !== "done") faults.hung++;
}

const NONE: Faults = { lost: 0, doubled: 0, reordered: 0, foreign: 0, hung: 0 };

/** Reads on after what was received, from wherever it can be had. */
async function readOn(url: string, received: Received[]): Promise<Received[]> {
  const connection = await resumeStream(url, received.at(-1)?.id ?? "");
  return [...received, ...(await connection.rest())];
}

describe("a server that dies", { skip }, () => {
  test("R-TAKEOVER kill -9 under 40 live streams: each is continued on the other with exactly its text", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "40" });
    const [a, b] = servers;
    assert.ok(a && b);
    const messages = Array.from({ length: 40 }, (_, n) => ({
      message: `Tell me a long story about ${n} ducks`,
      max_tokens: 200 + n,
    }));
    const streams = await Promise.all(messages.map((body) => startStream(a.url, body)));
    // Some of them have a reader on the other server.
    const ids = await Promise.all(streams.map(async (stream) => (await stream.take(1))[0]?.id.split(".")[0] ?? ""));
    const watchers = await Promise.all(ids.filter((_, n) => n % 4 === 0).map((id) => resumeStream(b.url, `${id}.0.1`)));
    await until(() => streams.every(({ events }) => events.length > 8), "all of them speak");
    a.signal("SIGKILL");
    await Promise.all(streams.map(({ closed }) => closed));
    const begun = performance.now();
    const faults = { ...NONE };
    const whole = await Promise.all(streams.map(({ events }) => readOn(b.url, [...events])));
    const ms = performance.now() - begun;
    for (const [n, received] of whole.entries()) {
      // Nobody is told of another text than the one which a server that lives gives at the same time.
      const end = received.find((event) => event.type === "message_end");
      check(faults, received, ids[n] ?? "", end?.type === "message_end" ? end.content : "?");
    }
    assert.deepEqual(faults, NONE);
    const uncut = await Promise.all(messages.map((body) => requestJson(`${b.url}/chat/wait`, { body })));
    for (const [n, { body }] of uncut.entries()) assert.equal(textOf(whole[n] ?? []), body.message.content);
    for (const [n, watcher] of watchers.entries()) {
      await watcher.closed;
      assert.deepEqual(watcher.events, whole[n * 4]?.slice(1), "who read elsewhere all along is cut by nothing");
    }
    assert.match((await requestJson(`${b.url}/metrics`)).text, /^chatwait_takeovers_total 40$/m);
    t.diagnostic(`continued and whole after ${Math.round(ms)} ms`);
  });

  test("R-TAKEOVER a model that cannot go on ends as lost within 10 s, and its key is free again", async (t) => {
    const model = await startModelServer(async (call) => {
      call.push("Hel");
      if (call.index === 0) return call.cancelled;
      call.push("lo");
      call.finish();
    });
    t.after(() => model.close());
    const env = { CHATWAIT_MODEL: "openai-compatible:m", CHATWAIT_BASE_URL: model.url };
    const { servers } = await startFleet(t, 2, env);
    const [a, b] = servers;
    assert.ok(a && b);
    const key = { "idempotency-key": "one" };
    const stream = await startStream(a.url, { message: "Hi" }, key);
    await stream.take(3);
    a.signal("SIGKILL");
    await stream.closed;
    const begun = performance.now();
    const received = await readOn(b.url, [...stream.events]);
    assert.ok(performance.now() - begun < 10_000);
    const [end, error] = received.slice(-2);
    assert.ok(end?.type === "message_end" && error?.type === "error");
    assert.deepEqual(
      [end.content, end.reason, error.error_code, error.retryable],
      ["Hel", "error", "generation_lost", true],
    );
    const again = await startStream(b.url, { message: "Hi" }, key);
    assert.equal(textOf(await again.rest()), "Hello");
    assert.equal(model.calls.length, 2);
  });

  test("R-ANY a stop reaches whoever goes on, also where the writer has just died", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "5" });
    const [a, b] = servers;
    assert.ok(a && b);
    const stream = await startStream(a.url, STORY);
    const [start] = await stream.take(5);
    assert.ok(start?.type === "start");
    a.signal("SIGKILL");
    await stream.closed;
    const stopped = await requestJson(`${b.url}/chat/streaming/${start.stream_id}`, { method: "DELETE" });
    assert.deepEqual([stopped.status, stopped.body.status], [200, "cancelled"]);
    assert.equal(textOf(await readOn(b.url, [...stream.events])), stopped.body.messages[0].content);
  });

  test("R-LEASE a server that slept past its lease is fenced: no zombie writes, and its readers get the other's text", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "30" });
    const [a, b] = servers;
    assert.ok(a && b);
    const streams = await Promise.all(Array.from({ length: 5 }, () => startStream(a.url, STORY)));
    await until(() => streams.every(({ events }) => events.length > 8), "all of them speak");
    a.signal("SIGSTOP");
    await sleep(LEASE_MS);
    await until(
      async () => /^chatwait_takeovers_total 5$/m.test((await requestJson(`${b.url}/metrics`)).text),
      "they are taken over",
    );
    a.signal("SIGCONT");
    const whole = await Promise.all(streams.map((stream) => stream.rest().then(() => [...stream.events])));
    const uncut = (await requestJson(`${b.url}/chat/wait`, { body: STORY })).body.message.content;
    const faults = { ...NONE };
    for (const received of whole) check(faults, received, received[0]?.id.split(".")[0] ?? "", uncut);
    assert.deepEqual(faults, NONE);
    for (const received of whole) {
      const elsewhere = await resumeStream(b.url, received[0]?.id ?? "");
      assert.deepEqual(await elsewhere.rest(), received.slice(1));
    }
    assert.match((await requestJson(`${a.url}/metrics`)).text, /^chatwait_streams_fenced_total 5$/m);
  });

  test("R-LEASE a server that is cut off from the store is taken for dead; mended, its readers get the other's text", async (t) => {
    const env = { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "20" };
    const { redis, servers } = await startFleet(t, 1, env);
    const line = await startSeverablePort(redis.port);
    t.after(() => line.close());
    const a = await startProgram(t, { ...env, ...sharedThrough(`redis://127.0.0.1:${line.port}`) });
    const [b] = servers;
    assert.ok(b);
    const stream = await startStream(a.url, STORY);
    await stream.take(10);
    line.sever();
    await until(async () => (await metric(b.url, "chatwait_takeovers_total")) === 1, "it is taken over");
    const seen = stream.events.length;
    assert.equal((await requestJson(`${a.url}/chat/wait`, { body: { message: "Hi" } })).status, 503);
    assert.equal(stream.events.length, seen, "its readers see nothing that is not in the store");
    line.mend();
    const rest = await stream.rest();
    const uncut = (await requestJson(`${b.url}/chat/wait`, { body: STORY })).body.message.content;
    const faults = { ...NONE };
    const received = [...stream.events];
    check(faults, received, received[0]?.id.split(".")[0] ?? "", uncut);
    assert.deepEqual([faults, rest.at(-1)?.type], [NONE, "done"]);
    assert.equal(await metric(a.url, "chatwait_streams_fenced_total"), 1);
    await until(async () => (await requestJson(`${a.url}/chat/wait`, { body: { message: "Hi" } })).status === 200);
  });

  test("R-TAKEOVER kill -9 again and again, a new server each time: no token is lost, doubled, reordered or foreign", async (t) => {
    const env = { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "60" };
    const { redis, servers } = await startFleet(t, 2, env);
    const faults = { ...NONE };
    const expected = new Map<number, string>();
    for (let round = 0; round < 3; round++) {
      const [a, b] = servers;
      assert.ok(a && b);
      const bodies = Array.from({ length: 20 }, (_, n) => ({
        message: "Tell me a long story",
        max_tokens: 60 + n * 5,
      }));
      const streams = await Promise.all(bodies.map((body, n) => startStream((n % 2 ? a : b).url, body)));
      await until(() => streams.every(({ events }) => events.length > 5 + round * 10), "all of them speak");
      a.signal("SIGKILL");
      const whole = await Promise.all(
        streams.map(async (stream, n) => {
          await stream.closed;
          return n % 2 ? readOn(b.url, [...stream.events]) : [...stream.events];
        }),
      );
      for (const [n, received] of whole.entries()) {
        const body = bodies[n];
        const text = expected.get(n) ?? (await requestJson(`${b.url}/chat/wait`, { body })).body.message.content;
        expected.set(n, text);
        check(faults, received, received[0]?.id.split(".")[0] ?? "", text);
      }
      servers.shift();
      servers.push(await startProgram(t, { ...env, ...sharedThrough(redis.url) }));
    }
    assert.deepEqual(faults, NONE);
  });

  test("R-TAKEOVER a stream is taken over twice at most", async (t) => {
    const { servers } = await startFleet(t, 4, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "2" });
    const stream = await startStream(servers[0]?.url ?? "", STORY);
    const [first] = await stream.take(3);
    const id = first?.id.split(".")[0] ?? "";
    const alive = [...servers];
    for (let deaths = 1; deaths <= 3; deaths++) {
      const writer = await writerOf(alive);
      writer.signal("SIGKILL");
      alive.splice(alive.indexOf(writer), 1);
      if (deaths < 3) await until(async () => (await takeovers(alive)) === deaths, `takeover ${deaths}`);
    }
    const [last] = alive;
    const received = await (await resumeStream(last?.url ?? "", `${id}.0.1`)).rest();
    const error = received.at(-1);
    assert.ok(error?.type === "error");
    assert.equal(error.error_code, "generation_lost");
  });
});

type Servers = Awaited<ReturnType<typeof startFleet>>["servers"];

const metric = async (url: string, name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\d+)$`, "m").exec((await requestJson(`${url}/metrics`)).text)?.[1]);

async function writerOf(servers: Servers) {
  const running = await Promise.all(servers.map(({ url }) => metric(url, "chatwait_streams_running")));
  const writer = servers[running.indexOf(1)];
  assert.ok(writer, "somebody writes it");
  return writer;
}

/** How often those that live have taken over, and those that took over and died since. */
async function takeovers(servers: Servers): Promise<number> {
  const counts = await Promise.all(servers.map(({ url }) => metric(url, "chatwait_takeovers_total")));
  return counts.reduce((sum, count) => sum + count, 0) + (3 - servers.length);
}
