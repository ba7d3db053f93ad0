import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createClient } from "../client/index.ts";
import type { ChatWaitError, Client, Stream, StreamEvent, WaitReply } from "../client/types.ts";
import { reply as storyFor } from "../src/models/builtin/reply.ts";
import { startFront } from "../testing/compose-several.ts";
import { sharedThrough } from "../testing/fleet.ts";
import { unlessInstalled } from "../testing/installed.ts";
import { type Program, startProgram } from "../testing/program.ts";
import { startRedis } from "../testing/redis-server.ts";
import { requestJson, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

// A new version, one server after the other, while people read (R-DRAIN).

const skip = unlessInstalled("redis-server", "--version") || unlessInstalled("nginx", "-v");

const STREAMS = 200;
/** Far longer than all of it takes. */
const HANGS_MS = 120_000;
/** Far shorter than what the answers would take, or a drain may. */
const PROMPT_MS = 15_000;
/** Every fourth answer ends by itself meanwhile; the others are stopped when all is over. */
const SHORT = 40;

const MESSAGE = "Tell me a long story";
const STORY = storyFor({ instructions: "", messages: [{ role: "user", content: MESSAGE }], createdAt: "" });

/** One who asks and reads along; every other one has a companion who waits for the whole of the same answer. */
type Life = { stream: Stream; isShort: boolean; events: StreamEvent[]; reply?: WaitReply; over: Promise<unknown> };
/** What may be wrong with what a client has been given. */
type Faults = { lost: number; doubled: number; reordered: number; foreign: number; hung: number; errors: string[] };

test("R-DRAIN 200 live streams while three servers are restarted one after the other behind nginx: nobody notices", {
  skip,
}, async (t) => {
  const redis = await startRedis();
  t.after(() => redis.close());
  const env = {
    ...sharedThrough(redis.url),
    ...{ CHATWAIT_TRUST_PROXY: "1", CHATWAIT_RATE_LIMIT: "0", CHATWAIT_BUILTIN_WORDS_PER_SECOND: "4" },
  };
  const servers = await Promise.all([1, 2, 3].map(() => startProgram(t, env)));
  const client = createClient({ baseUrl: await startFront(t, urlsOf(servers)) });
  const faults: Faults = { lost: 0, doubled: 0, reordered: 0, foreign: 0, hung: 0, errors: [] };
  let reconnects = 0;
  const lives = Array.from({ length: STREAMS }, (_, n) => live(client, n, faults, () => void reconnects++));
  await until(() => lives.every(({ events }) => events.length > 3), "all of them speak");

  const times: number[] = [];
  for (const server of servers) times.push(await restart(t, server, env));
  await Promise.all(lives.filter(({ isShort }) => !isShort).map(({ stream }) => stream.stop()));
  await Promise.all(lives.map(({ over }) => over));
  for (const life of lives) await check(client, life, faults);

  assert.deepEqual(faults, { lost: 0, doubled: 0, reordered: 0, foreign: 0, hung: 0, errors: [] });
  t.diagnostic(`${reconnects} reconnects; the servers ended within ${times.map(Math.round).join(", ")} ms`);
  assert.ok(reconnects >= STREAMS / 2, "their servers went");
  assert.ok(Math.max(...times) < PROMPT_MS, "nothing is left to wait for");
  for (const url of urlsOf(servers)) {
    const { text } = await requestJson(`${url}/metrics`);
    assert.match(text, /^chatwait_takeovers_total 0$/m, "nobody was taken for dead");
  }
});

const urlsOf = (servers: readonly Program[]) => servers.map(({ url }) => url);

/** Ends a server as a deploy does, starts it again in its place, and returns how long its end took; ms. */
async function restart(t: TestContext, server: Program, env: Record<string, string>): Promise<number> {
  const begun = performance.now();
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0, server.stderr);
  const took = performance.now() - begun;
  await startProgram(t, { ...env, PORT: new URL(server.url).port });
  return took;
}

function live(client: Client, n: number, faults: Faults, reconnects: () => void): Life {
  const isShort = n % 4 === 0;
  const body = isShort ? { message: MESSAGE, max_tokens: SHORT } : { message: MESSAGE };
  const asking = { idempotencyKey: `roll ${n}`, signal: AbortSignal.timeout(HANGS_MS) };
  const stream = client.chat.stream(body, {
    ...asking,
    onConnection: ({ status }) => status === "waiting" && reconnects(),
  });
  const life: Life = { stream, isShort, events: [], over: Promise.resolve() };
  const read = async () => {
    for await (const event of stream) life.events.push(event);
  };
  const wait = async () => {
    life.reply = await client.chat.wait(body, asking);
  };
  const fail = ({ code, message }: ChatWaitError) => {
    if (code === "aborted") faults.hung++;
    else faults.errors.push(`${code} ${message}`);
  };
  life.over = Promise.all([read().catch(fail), n % 2 === 0 ? wait().catch(fail) : undefined]);
  return life;
}

/** Compares what came, over all connections, with what the servers have kept, and with the story. */
async function check(client: Client, { stream, isShort, events, reply }: Life, faults: Faults): Promise<void> {
  const { id = "" } = stream;
  const seqs = events.map(({ seq }) => seq);
  const distinct = new Set(seqs);
  faults.doubled += seqs.length - distinct.size;
  faults.reordered += seqs.filter((seq, index) => index > 0 && seq < (seqs[index - 1] ?? 0)).length;
  const kept = new Map<number, string>();
  for await (const event of client.chat.resume(id)) kept.set(event.seq, JSON.stringify(event));
  faults.lost += [...kept.keys()].filter((seq) => !distinct.has(seq)).length;
  faults.foreign += events.filter((event) => kept.get(event.seq) !== JSON.stringify(event)).length;
  const text = textOf(events);
  const end = events.at(-1);
  if (!STORY.startsWith(text) || end?.type !== "done") faults.lost++;
  if (isShort && events.filter(({ type }) => type === "token").length !== SHORT) faults.lost++;
  if (end?.type === "done" && end.reason !== (isShort ? "length" : "cancelled")) faults.foreign++;
  if (reply && (reply.stream_id !== id || reply.message.content !== text)) faults.foreign++;
}
