import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { type CountingModel, startCountingModel } from "./counting-model.ts";
import { startFleet } from "./fleet.ts";
import type { Program } from "./program.ts";
import { patientRest, readOn } from "./read-on.ts";
import { type Received, resumeStream, type SseConnection, startStream } from "./sse-client.ts";
import type { StreamChecker } from "./stream-faults.ts";
import { until } from "./until.ts";

export type KillRounds = { rounds: number; streams: number; seed: number; checker: StreamChecker };

/** A kill comes so long after all of them speak, at most. */
const LONGEST_LIFE_MS = 200;

/** A stream that is to lose its server: its reader there, and one elsewhere that sees all of it. */
type Live = { message: string; id: string; reader: SseConnection; watcher: SseConnection | undefined };

/**
 * Kills the server that writes all streams, again and again, each time under streams that are in the middle, and reads them on
 * where another goes on with them. A quarter has a second reader there all along. Each round has a server that was never
 * used: the one that takes over is the next to be killed. Resolves with the number of streams that were gone on with.
 */
export async function killRounds(t: TestContext, { rounds, streams, seed, checker }: KillRounds): Promise<number> {
  let taken = 0;
  const model = await startCountingModel(t);
  const { servers, join } = await startFleet(t, 2, {
    ...{ CHATWAIT_MODEL: "openai-compatible:counting", CHATWAIT_CONTINUES: "openai-compatible:counting" },
    ...{ CHATWAIT_BASE_URL: model.url, CHATWAIT_RATE_LIMIT: "0" },
  });
  let [writer, heir] = servers as [Program, Program];
  const lives = fc.sample(fc.integer({ min: 0, max: LONGEST_LIFE_MS }), { seed, numRuns: rounds });
  for (const [round, lifeMs] of lives.entries()) {
    const next = join();
    // Whoever waits for it sees why it failed.
    next.catch(() => {});
    const endSoon = model.beginRound();
    const messages = Array.from({ length: streams }, (_, n) => `r${round}s${n}`);
    const live = await Promise.all(
      messages.map((message, n) => begin(message, writer, n % 4 === 0 ? heir : undefined)),
    );
    await until(() => live.every(({ reader }) => reader.events.length > 3), "all of them speak");
    await sleep(lifeMs);
    writer.signal("SIGKILL");
    await writer.exited;
    endSoon();
    await Promise.all(live.map((one) => check(one, heir, model, checker)));
    taken += messages.filter((message) => model.timesAsked(message) > 1).length;
    [writer, heir] = [heir, await next];
  }
  return taken;
}

async function begin(message: string, writer: Program, elsewhere: Program | undefined): Promise<Live> {
  const reader = await startStream(writer.url, { message });
  const [first] = await reader.take(1);
  assert.ok(first);
  const watcher = elsewhere && (await resumeStream(elsewhere.url, first.id));
  return { message, id: first.id.slice(0, first.id.indexOf(".")), reader, watcher };
}

async function check(live: Live, heir: Program, model: CountingModel, checker: StreamChecker): Promise<void> {
  const { message, id, reader, watcher } = live;
  const first = reader.events[0] as Received;
  const whole = await readOn(heir.url, reader);
  const watched = watcher && [first, ...(await patientRest(watcher))];
  const expected = { id, text: model.textOf(message) };
  for (const events of [whole, watched]) if (events) checker.check(events, expected);
}
