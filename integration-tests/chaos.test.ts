import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { serverFor } from "../testing/driven-server.ts";
import { type ServerCall, startModelServer } from "../testing/model-server.ts";
import { RESUME_FORMS, type ResumeForm, resumeForm } from "../testing/resume-forms.ts";
import { openStream, type Received, requestJson, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";

const STREAMS = 300;
const CLIENTS = 24;
const FEWEST_CUTS = 2000;

/** One in so many streams is stopped by somebody else while it is read; and one is read by a second client at once. */
const STOPPED = 10;
const SHARED = 4;

type Random = { below(limit: number): number; pick<T>(from: readonly T[]): T };

/** mulberry32, by Tommy Ettinger (public domain): a seed tells the whole sequence. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return { below, pick: (from) => from[below(from.length)] as (typeof from)[number] };
}

const PIECES = [
  "Hel",
  "lo ",
  "é",
  "漢字",
  "😀",
  "👩‍🚀",
  "\n\n",
  "data: x",
  "\r",
  "\0",
  "\u2028",
  " and so on",
  "id: 1",
];

/** What the model says to the n-th message: known to both sides. */
function wordsOf(seed: number, n: number): string[] {
  const random = randomOf(seed + n * 7919);
  return Array.from({ length: 30 + random.below(60) }, () => random.pick(PIECES));
}

/** Says its words in bursts, with the network's own breaks between them. */
async function speak(seed: number, call: ServerCall) {
  const messages = call.body["messages"] as { content: string }[];
  const n = Number(messages.at(-1)?.content);
  const random = randomOf(seed ^ n);
  for (const word of wordsOf(seed, n)) {
    call.push(word);
    if (random.below(3) > 0) await call.pause(random.below(4));
  }
  call.finish();
}

/** Where a connection breaks: often within the first frames, now and then late. */
const cutPoint = (random: Random) => 1 + random.below(random.pick([40, 300, 1200, 4000]));

type Reading = { id: string; events: Received[]; connections: number };

const isEnded = (events: readonly Received[]) => ["done", "error"].includes(events.at(-1)?.type ?? "");

/** Reads a stream to its end over connections that break, each resumed by some form. Before the `stopAt`-th it is stopped. */
async function readThroughCuts(origin: string, random: Random, reading: Reading, stopAt = 0): Promise<void> {
  while (!isEnded(reading.events)) {
    if (++reading.connections === stopAt) {
      await requestJson(`${origin}/chat/streaming/${reading.id}`, { method: "DELETE" });
    }
    const form = random.pick(Object.values(RESUME_FORMS)) as ResumeForm;
    const { path, ...outgoing } = resumeForm(form, reading.id, reading.events.length);
    const connection = await openStream(origin + path, { ...outgoing, cutAfterBytes: cutPoint(random) });
    reading.events.push(...(await connection.rest()));
  }
}

async function start(origin: string, random: Random, n: number): Promise<Reading> {
  const body = { message: String(n) };
  if (random.below(4) === 0) {
    const { headers } = await requestJson(`${origin}/chat/wait`, { body, headers: { prefer: "wait=0" } });
    return { id: headers.location?.split("/").at(-1) ?? "", events: [], connections: 0 };
  }
  const connection = await openStream(`${origin}/chat/streaming`, { body, cutAfterBytes: cutPoint(random) });
  const id = connection.headers["content-location"]?.split("/").at(-1) ?? "";
  return { id, events: await connection.rest(), connections: 1 };
}

/** One client's whole experience with one stream; returns how often it was cut. */
async function live(origin: string, seed: number, n: number): Promise<number> {
  const random = randomOf(seed * 31 + n);
  const reading = await start(origin, random, n);
  const second: Reading = { id: reading.id, events: [], connections: 0 };
  const isStopped = n % STOPPED === 0;
  const readers = [readThroughCuts(origin, random, reading, isStopped ? 1 + random.below(8) : 0)];
  if (n % SHARED === 0) readers.push(readThroughCuts(origin, randomOf(seed + n), second));
  await Promise.all(readers);
  check(reading, wordsOf(seed, n).join(""), isStopped);
  if (n % SHARED === 0) assert.deepEqual(second.events, reading.events);
  const { body } = await requestJson(`${origin}/chat/wait/${reading.id}`);
  assert.equal(body.message.content, textOf(reading.events));
  const { path, ...outgoing } = resumeForm(
    random.pick(Object.values(RESUME_FORMS)) as ResumeForm,
    reading.id,
    reading.events.length,
  );
  assert.equal((await requestJson(origin + path, outgoing)).status, 204);
  // All connections but the last of each reader were cut.
  return Math.max(reading.connections - 1, 0) + Math.max(second.connections - 1, 0);
}

function check({ id, events }: Reading, said: string, isStopped: boolean) {
  for (const [index, event] of events.entries()) {
    assert.deepEqual([event.seq, event.id], [index + 1, `${id}.0.${index + 1}`]);
  }
  const [end, done] = [events.at(-2), events.at(-1)];
  assert.ok(end?.type === "message_end" && done?.type === "done", JSON.stringify(done));
  assert.equal(events.filter(({ type }) => type === "done" || type === "error").length, 1);
  const text = textOf(events);
  assert.equal(end.content, text);
  if (isStopped && done.reason === "cancelled") assert.ok(said.startsWith(text), text);
  else assert.deepEqual([done.reason, text], ["stop", said]);
}

test("R-CURSOR, R-SEQ, R-ONE, R-TEXT: hundreds of streams, cut thousands of times anywhere, arrive whole", async (t) => {
  const seed = Number(process.env["CHAOS_SEED"] ?? randomInt(2 ** 31));
  const upstream = await startModelServer((call) => speak(seed, call));
  t.after(() => upstream.close());
  const app = await serverFor(t, {
    env: {
      CHATWAIT_MODEL: "openai-compatible:chaos",
      CHATWAIT_BASE_URL: upstream.url,
      CHATWAIT_RATE_LIMIT: "0",
    },
  });
  let next = 0;
  let cuts = 0;
  const client = async () => {
    for (let n = ++next; n <= STREAMS; n = ++next) {
      const more = await live(app.url, seed, n).catch((cause) => {
        throw new Error(`Stream ${n} of CHAOS_SEED=${seed}: ${cause.message}`, { cause });
      });
      cuts += more;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  t.diagnostic(`CHAOS_SEED=${seed}: ${STREAMS} streams, ${cuts} cuts`);
  assert.ok(cuts >= FEWEST_CUTS, `${cuts} cuts`);
  const asked = upstream.calls.map(({ body }) => JSON.stringify(body["messages"]));
  assert.equal(new Set(asked).size, asked.length, "one call for each stream, however often it was resumed");
  await until(() => app.shelf.counts().readers === 0);
  const { running, kept } = app.shelf.counts();
  assert.deepEqual([running, kept], [0, STREAMS]);
});
