import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import fc from "fast-check";
import type { Stream, StreamEvent } from "../client/types.ts";
import { anyTreatment } from "./any-treatment.ts";
import type { Treatment } from "./cutting-proxy.ts";
import { hostileTexts } from "./model-server.ts";

/** Tells a whole run. The one that a failure has printed is given in the environment. */
export const CHAOS_SEED = Number(process.env["CHAOS_SEED"] ?? randomInt(2 ** 31));

/** What is done with a stream by its client, what the model says, and what the network does to it. Plain data. */
export type Scenario = {
  way: (typeof WAYS)[number];
  /** Where something is done in the middle: the number of events that there are by then. */
  at: number;
  words: string[];
  /** What happens to the client's requests, in their order. All that follow are passed on as they are. */
  treatments: Treatment[];
  /** Of the reconnects: what the client's `random` gives. */
  jitter: number;
};

export const WAYS = ["reads", "waits", "stops", "saves", "aborts", "drops", "leaves"] as const;

const PIECES = [...hostileTexts, "Hel", "lo ", "é", "漢字", "😀", "\n\n", "data: x", "\r", " and so on"];

/** What a model may say, in pieces; its characters are whole, for its server's JSON could not carry halves. */
export const anyWords: fc.Arbitrary<string[]> = fc.noBias(
  fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 60, size: "max" }),
);

/** What happens to the requests of one client. */
export const anyFate: fc.Arbitrary<Treatment[]> = fc.noBias(fc.array(anyTreatment, { maxLength: 12, size: "max" }));

export const anyScenario: fc.Arbitrary<Scenario> = fc.record(
  {
    way: fc.constantFrom(...WAYS),
    at: fc.oneof(fc.nat(5), fc.nat(60)),
    words: anyWords,
    treatments: anyFate,
    jitter: fc.double({ min: 0, max: 0.999, noNaN: true }),
  },
  { noNullPrototype: true },
);

/** All events of a stream; once there are `at` of them, or before the first, something is done. */
export async function collect(stream: Stream, at = -1, act = () => {}): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  // By then the stream has begun, and nothing of it has come.
  if (at === 0) queueMicrotask(act);
  for await (const event of stream) {
    events.push(event);
    assert.equal(stream.seq, event.seq);
    if (events.length === at) act();
  }
  assert.equal(stream.connection.status, "closed");
  return events;
}

/** Runs all, `width` at a time. */
export async function inParallel<T>(all: T[], width: number, run: (each: T) => Promise<void>): Promise<void> {
  const worker = async () => {
    for (let next = all.shift(); next !== undefined; next = all.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
