import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { describe, test } from "node:test";
import { builtinText } from "../testing/builtin-text.ts";
import { sharedThrough, startFleet } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { killRounds } from "../testing/kill-rounds.ts";
import { metric, metrics } from "../testing/metric.ts";
import { startModelServer } from "../testing/model-server.ts";
import { startProgram } from "../testing/program.ts";
import { readOn } from "../testing/read-on.ts";
import { startSeverablePort } from "../testing/severable-port.ts";
import { type Received, requestJson, resumeStream, startStream, textOf } from "../testing/sse-client.ts";
import { streamChecker } from "../testing/stream-faults.ts";
import { until } from "../testing/until.ts";

// A server that dies, or that is taken for dead: another one goes on with what it wrote (R-LEASE, R-TAKEOVER).

const skip = unlessInstalled("redis-server", "--version");
const STORY = { message: "Tell me a long story", max_tokens: 200 };

const idOf = (events: readonly Received[]) => events[0]?.id.split(".")[0] ?? "";

test("R-TAKEOVER kill -9 of the writer under 100 live streams, 20 times, a new server each time", {
  skip,
}, async (t) => {
  const seed = Number(process.env["CHAOS_SEED"] ?? randomInt(2 ** 31));
  const checker = streamChecker();
  // Several at once: most of a round is waiting for a lease to run out.
  const parts = [7, 7, 6].map((rounds, part) => killRounds(t, { rounds, streams: 100, seed: seed + part, checker }));
  const taken = await Promise.all(parts);
  checker.assertNone(t, `over 20 kills, CHAOS_SEED=${seed}`);
  assert.deepEqual(taken, [700, 700, 600]);
});

// They wait for leases, too, and have nothing in common.
describe("a server that dies", { skip, concurrency: 3 }, () => {
  test("R-TAKEOVER kill -9 under 40 live streams: each is continued on the other with exactly its text", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "40" });
    const [a, b] = servers;
    assert.ok(a && b);
    const messages = Array.from({ length: 40 }, (_, n) => ({
      message: `Tell me a long story about ${n} ducks`,
      max_tokens: 100 + n,
    }));
    const streams = await Promise.all(messages.map((body) => startStream(a.url, body)));
    // Some of them have a reader on the other server.
    const ids = await Promise.all(streams.map(async (stream) => (await stream.take(1))[0]?.id.split(".")[0] ?? ""));
    const watchers = await Promise.all(ids.filter((_, n) => n % 4 === 0).map((id) => resumeStream(b.url, `${id}.0.1`)));
    await until(() => streams.every(({ events }) => events.length > 8), "all of them speak");
    a.signal("SIGKILL");
    const begun = performance.now();
    const checker = streamChecker();
    const whole = await Promise.all(streams.map((stream) => readOn(b.url, stream)));
    const ms = performance.now() - begun;
    const texts = await Promise.all(messages.map(builtinText));
    for (const [n, received] of whole.entries()) {
      checker.check(received, { id: ids[n] ?? "", text: texts[n] ?? "" });
    }
    for (const [n, watcher] of watchers.entries()) {
      await watcher.closed;
      assert.deepEqual(watcher.events, whole[n * 4]?.slice(1), "who read elsewhere all along is cut by nothing");
    }
    assert.match((await requestJson(`${b.url}/metrics`)).text, /^chatwait_takeovers_total 40$/m);
    checker.assertNone(t, `continued and whole after ${Math.round(ms)} ms`);
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
    const begun = performance.now();
    const received = await readOn(b.url, stream);
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
    assert.equal(textOf(await readOn(b.url, stream)), stopped.body.messages[0].content);
  });

  test("R-LEASE a server that slept past its lease is fenced: no zombie writes, and its readers get the other's text", async (t) => {
    const { servers } = await startFleet(t, 2, { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "50" });
    const [a, b] = servers;
    assert.ok(a && b);
    const streams = await Promise.all(Array.from({ length: 5 }, () => startStream(a.url, STORY)));
    await until(() => streams.every(({ events }) => events.length > 8), "all of them speak");
    a.signal("SIGSTOP");
    await until(
      async () => /^chatwait_takeovers_total 5$/m.test((await requestJson(`${b.url}/metrics`)).text),
      "they are taken over",
    );
    a.signal("SIGCONT");
    const whole = await Promise.all(streams.map((stream) => stream.rest().then(() => [...stream.events])));
    const checker = streamChecker();
    const text = await builtinText(STORY);
    for (const received of whole) checker.check(received, { id: idOf(received), text });
    checker.assertNone(t, "of a server that slept");
    for (const received of whole) {
      const elsewhere = await resumeStream(b.url, received[0]?.id ?? "");
      assert.deepEqual(await elsewhere.rest(), received.slice(1));
    }
    assert.match((await requestJson(`${a.url}/metrics`)).text, /^chatwait_streams_fenced_total 5$/m);
  });

  test("R-LEASE a server that is cut off from the store is taken for dead; mended, its readers get the other's text", async (t) => {
    const env = { CHATWAIT_BUILTIN_WORDS_PER_SECOND: "50" };
    const { redis, servers } = await startFleet(t, 1, env);
    const line = await startSeverablePort(redis.port);
    t.after(() => line.close());
    const a = await startProgram(t, { ...env, ...sharedThrough(`redis://127.0.0.1:${line.port}`) });
    const [b] = servers;
    assert.ok(b);
    const stream = await startStream(a.url, STORY);
    await stream.take(10);
    line.sever();
    const refused = requestJson(`${a.url}/chat/wait`, { body: { message: "Hi" } });
    await until(async () => (await metric(b.url, "chatwait_takeovers_total")) === 1, "it is taken over");
    const seen = stream.events.length;
    assert.equal((await refused).status, 503);
    assert.equal(stream.events.length, seen, "its readers see nothing that is not in the store");
    line.mend();
    const rest = await stream.rest();
    assert.equal(rest.at(-1)?.type, "done");
    const checker = streamChecker();
    checker.check(stream.events, { id: idOf(stream.events), text: await builtinText(STORY) });
    checker.assertNone(t, "of a server that was cut off");
    assert.equal(await metric(a.url, "chatwait_streams_fenced_total"), 1);
    await until(async () => (await requestJson(`${a.url}/chat/wait`, { body: { message: "Hi" } })).status === 200);
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

async function writerOf(servers: Servers) {
  const running = await metrics(servers, "chatwait_streams_running");
  const writer = servers[running.indexOf(1)];
  assert.ok(writer, "somebody writes it");
  return writer;
}

/** How often those that live have taken over, and those that took over and died since. */
async function takeovers(servers: Servers): Promise<number> {
  const counts = await metrics(servers, "chatwait_takeovers_total");
  return counts.reduce((sum, count) => sum + count, 0) + (3 - servers.length);
}
