import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { startFleet } from "./fleet.ts";
import { type ModelServer, type ServerCall, startModelServer } from "./model-server.ts";
import type { Program } from "./program.ts";
import { readOn } from "./read-on.ts";
import { resumeStream, type SseConnection, startStream } from "./sse-client.ts";
import type { StreamChecker } from "./stream-faults.ts";
import { until } from "./until.ts";

export type KillRounds = { rounds: number; streams: number; seed: number; checker: StreamChecker };

/** Every so many milliseconds each stream that lives says a word. */
const WORD_MS = 40;
/** So much an answer still says after it was taken over. */
const LAST_WORDS = 5;
/** A kill comes so long after all of them speak, at most. */
const LONGEST_LIFE_MS = 200;

/**
 * Kills the server that writes all streams, again and again, each time under streams that are in the middle, and reads them on
 * where another goes on with them. A quarter has a second reader there all along. Each round has a server that was never
 * used: the one that takes over is the next to be killed.
 */
export async function killRounds(t: TestContext, { rounds, streams, seed, checker }: KillRounds): Promise<void> {
  const lives = fc.sample(fc.integer({ min: 0, max: LONGEST_LIFE_MS }), { seed, numRuns: rounds });
  const { model, textOf } = await startTeller(t);
  const { servers, join } = await startFleet(t, 2, {
    ...{ CHATWAIT_MODEL: "openai-compatible:teller", CHATWAIT_CONTINUES: "openai-compatible:teller" },
    ...{ CHATWAIT_BASE_URL: model.url, CHATWAIT_RATE_LIMIT: "0" },
  });
  let [writer, heir] = servers as [Program, Program];
  for (const [round, lifeMs] of lives.entries()) {
    const next = join();
    const names = Array.from({ length: streams }, (_, n) => `r${round}s${n}`);
    const live = await Promise.all(names.map((message) => startStream(writer.url, { message })));
    const ids = await Promise.all(live.map(idOf));
    const watched = ids.filter((_, n) => n % 4 === 0);
    const watchers = await Promise.all(watched.map((id) => resumeStream(heir.url, `${id}.0.1`)));
    await until(() => live.every(({ events }) => events.length > 3), "all of them speak");
    await sleep(lifeMs);
    assert.ok(
      live.every(({ events }) => events.at(-1)?.type === "token"),
      "all are in the middle",
    );
    writer.signal("SIGKILL");
    const whole = await Promise.all(live.map((stream) => readOn(heir.url, stream)));
    for (const [n, events] of whole.entries()) {
      checker.check(events, { id: ids[n] ?? "", text: textOf(names[n] ?? "") });
    }
    for (const [n, watcher] of watchers.entries()) {
      const [first, name] = [live[n * 4]?.events[0], names[n * 4] ?? ""];
      assert.ok(first);
      checker.check([first, ...(await watcher.rest())], { id: watched[n] ?? "", text: textOf(name) });
    }
    [writer, heir] = [heir, await next];
  }
}

const idOf = async (stream: SseConnection): Promise<string> => (await stream.take(1))[0]?.id.split(".")[0] ?? "";

/**
 * A model that counts for as long as somebody listens: whoever goes on with its text gets the numbers that follow, and then the
 * end. So each stream is in the middle however long a test takes, and no two have a word in common.
 */
async function startTeller(t: TestContext): Promise<{ model: ModelServer; textOf(message: string): string }> {
  const counted = new Map<string, number>();
  const speaking = new Set<() => void>();
  const model = await startModelServer((call) => {
    const { name, begun } = askedOf(call);
    let count = begun;
    const say = () => {
      call.push(wordOf(name, ++count));
      counted.set(name, count);
    };
    if (begun === 0) {
      speaking.add(say);
      void call.cancelled.then(() => speaking.delete(say));
      return;
    }
    while (count < begun + LAST_WORDS) say();
    call.finish();
  });
  const beat = setInterval(() => {
    for (const say of speaking) say();
  }, WORD_MS);
  t.after(async () => {
    clearInterval(beat);
    await model.close();
  });
  const textOf = (name: string) =>
    Array.from({ length: counted.get(name) ?? 0 }, (_, index) => wordOf(name, index + 1)).join("");
  return { model, textOf };
}

const wordOf = (name: string, count: number) => `${count === 1 ? "" : " "}${name}.${count}`;

/** What it is asked, and how far it is by what it is sent of its own text. */
function askedOf({ body }: ServerCall): { name: string; begun: number } {
  const messages = body["messages"] as { role: string; content: string }[];
  const said = messages.at(-1)?.role === "assistant" ? (messages.at(-1)?.content ?? "") : "";
  return { name: messages[0]?.content ?? "", begun: Number(/\.(\d+)$/.exec(said)?.[1] ?? 0) };
}
