import assert from "node:assert/strict";
import { test } from "node:test";
import { Redis } from "ioredis";
import { sharedThrough } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { type Program, startProgram } from "../testing/program.ts";
import { startRedis } from "../testing/redis-server.ts";
import { startStream } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// What whoever runs the servers is told of their store, in the log.

const skip = unlessInstalled("redis-server", "--version");
const STREAMS = 3;
const STORY = { message: "Tell me a long story" };

type Line = { level: number; msg: string; reason?: string; streams?: number; after_ms?: number };

test("the log says what happens to the store and to streams between servers, one line each", { skip }, async (t) => {
  let redis = await startRedis();
  t.after(() => redis.close());
  const { port, url } = redis;
  const direct = new Redis(url);
  direct.on("error", () => {});
  t.after(() => direct.disconnect());
  const env = {
    ...sharedThrough(url),
    ...{ CHATWAIT_BUILTIN_WORDS_PER_SECOND: "4", CHATWAIT_DRAIN_MS: "5000" },
  };
  const a = await startProgram(t, env);
  await direct.config("SET", "maxmemory-policy", "allkeys-lru");
  const b = await startProgram(t, env);
  await direct.config("SET", "maxmemory-policy", "noeviction");

  const said = ({ stdout }: Program, words: RegExp): Line[] =>
    stdout
      .split("\n")
      .filter((line) => line.endsWith("}"))
      .map((line): Line => JSON.parse(line))
      .filter(({ msg }) => words.test(msg));
  const streamsOf = (lines: Line[]) => lines.reduce((sum, { streams = 0 }) => sum + streams, 0);
  const hears = (server: Program, words: RegExp, times: number) =>
    until(() => said(server, words).length === times, `it says ${words} for the ${times}. time`);

  await hears(b, /the policy noeviction/, 1);
  assert.equal(said(a, /the policy noeviction/).length, 0);

  const streams = await Promise.all(Array.from({ length: STREAMS }, () => startStream(a.url, STORY)));
  const ids = await Promise.all(streams.map(async (stream) => (await stream.take(3))[0]?.id.split(".")[0] ?? ""));
  a.signal("SIGKILL");
  await until(() => streamsOf(said(b, /^took over/)) === STREAMS, "it says how many it took over");

  await direct.config("SET", "maxmemory", "1");
  await hears(b, /the store cannot be used/, 1);
  await direct.config("SET", "maxmemory", "0");
  await hears(b, /the store is back/, 1);
  await redis.close();
  await hears(b, /the store cannot be used/, 2);
  redis = await startRedis(port);
  await hears(b, /the store is back/, 2);
  const [full, away] = said(b, /the store cannot be used/);
  assert.deepEqual([full?.reason, full?.level], ["OOM", 40]);
  assert.match(away?.reason ?? "", /^(ECONN|away)/);
  for (const { after_ms, level } of said(b, /the store is back/)) assert.ok(after_ms && after_ms > 0 && level === 30);

  const c = await startProgram(t, env);
  b.signal("SIGTERM");
  await b.exited;
  assert.equal(streamsOf(said(b, /^handed/)), STREAMS);
  for (const { stdout } of [b, c]) assert.ok(!ids.some((id) => stdout.includes(id)));
});
