import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { startCountingModel } from "../testing/counting-model.ts";
import { sharedThrough } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { metrics } from "../testing/metric.ts";
import { type Program, startProgram } from "../testing/program.ts";
import { patientRest } from "../testing/read-on.ts";
import { startRedis } from "../testing/redis-server.ts";
import { type Received, requestJson, resumeStream, startStream } from "../testing/sse-client.ts";
import { streamChecker } from "../testing/stream-faults.ts";
import { until } from "../testing/until.ts";

// What may happen to a store under live streams, one after the other over the same two servers: neither is ever started again (R-STORE).

const STREAMS = 20;
const AWAY_MS = 1000;
const skip = unlessInstalled("redis-server", "--version");

test("R-STORE whatever happens to the store, streams go on whole, and who runs the servers is told", {
  skip,
}, async (t) => {
  const model = await startCountingModel(t);
  let redis = await startRedis();
  t.after(() => redis.close());
  const { port } = redis;
  const env = {
    ...{ CHATWAIT_MODEL: "openai-compatible:counting", CHATWAIT_BASE_URL: model.url, CHATWAIT_RATE_LIMIT: "0" },
    CHATWAIT_CONTINUES: "openai-compatible:counting",
  };
  const shared = { ...sharedThrough(redis.url), ...env };
  const servers = await Promise.all([startProgram(t, shared), startProgram(t, shared)]);
  const direct = new Redis(redis.url, { lazyConnect: true, maxRetriesPerRequest: null });
  direct.on("error", () => {});
  await direct.connect();
  t.after(() => direct.disconnect());
  const checker = streamChecker();

  const statusOf = async (path: string) =>
    Promise.all(servers.map(async ({ url }) => (await requestJson(url + path)).status));
  const areReady = (ready: boolean) =>
    until(async () => (await statusOf("/readyz")).every((status) => status === (ready ? 200 : 503)), `ready: ${ready}`);

  /** Streams of both servers, each also read on the other, through something that happens to the store. */
  async function through(name: string, trouble: () => Promise<void>) {
    const endSoon = model.beginRound();
    const live = await Promise.all(
      Array.from({ length: STREAMS }, async (_, n) => {
        const [here, there] = (n % 2 ? servers : servers.toReversed()) as [Program, Program];
        const message = `${name}${n}`;
        const reader = await startStream(here.url, { message });
        const [first] = (await reader.take(1)) as [Received];
        const id = first.id.split(".")[0] ?? "";
        return { message, id, first, reader, copy: await resumeStream(there.url, first.id) };
      }),
    );
    await until(() => live.every(({ copy }) => copy.events.length > 2), "all of them speak");
    await trouble();
    endSoon();
    for (const { message, id, first, reader, copy } of live) {
      await Promise.all([patientRest(reader), patientRest(copy)]);
      const expected = { id, text: model.textOf(message) };
      checker.check(reader.events, expected);
      checker.check([first, ...copy.events], expected);
    }
    await areReady(true);
    assert.deepEqual(await metrics(servers, "chatwait_store_up"), [1, 1], name);
  }

  /** While it is away nothing starts, nothing of others is found, and everybody is told. */
  async function away() {
    await areReady(false);
    assert.deepEqual(await statusOf("/healthz"), [200, 200]);
    assert.deepEqual(await metrics(servers, "chatwait_store_up"), [0, 0]);
    const ask = async ({ url }: Program) => {
      assert.equal((await requestJson(`${url}/readyz`)).body.status, "store_unavailable");
      const [refused, unknown] = await Promise.all([
        requestJson(`${url}/chat/wait`, { body: { message: "Hi" } }),
        requestJson(`${url}/chat/streaming/nobodyknowsthisone`),
      ]);
      assert.deepEqual([refused.status, refused.body.error_code], [503, "store_unavailable"]);
      assert.ok(Number(refused.headers["retry-after"]) > 0);
      assert.deepEqual([unknown.status, unknown.body.error_code], [503, "store_unavailable"]);
    };
    const asked = performance.now();
    await Promise.all(servers.map(ask));
    assert.ok(performance.now() - asked < 10_000, "nobody waits for long");
    await sleep(AWAY_MS);
  }

  await through("slow", async () => {
    await direct.call("CLIENT", "PAUSE", "2000", "ALL");
    await sleep(AWAY_MS);
    assert.deepEqual(await statusOf("/healthz"), [200, 200]);
  });
  await through("stopped", async () => {
    redis.signal("SIGSTOP");
    await away();
    redis.signal("SIGCONT");
  });
  await through("empty", async () => {
    await redis.close();
    await away();
    redis = await startRedis(port);
  });
  await through("full", async () => {
    await direct.config("SET", "maxmemory", "1");
    const refused = await requestJson(`${servers[0]?.url}/chat/wait`, { body: { message: "Hi" } });
    assert.deepEqual([refused.status, refused.body.error_code], [503, "store_unavailable"]);
    await sleep(AWAY_MS);
    await direct.config("SET", "maxmemory", "0");
  });
  checker.assertNone(t, "through four troubles");
  assert.deepEqual(await metrics(servers, "chatwait_takeovers_total"), [0, 0], "nobody was taken for dead");
});
