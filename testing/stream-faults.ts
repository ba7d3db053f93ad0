import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { StreamEvent } from "../src/protocol/events.ts";
import { textOf } from "./sse-client.ts";

/** What may be wrong with streams that were read over several connections. */
export type StreamFaults = { lost: number; doubled: number; reordered: number; foreign: number; hung: number };

export const NO_FAULTS: Readonly<StreamFaults> = { lost: 0, doubled: 0, reordered: 0, foreign: 0, hung: 0 };

/** Events as they came over all connections, in that order; the id of each where it is known. */
export type ReadEvents = readonly (StreamEvent & { id?: string })[];

/** What a stream should have been: its id, and its text where it is not stopped, else the text that it is a beginning of. */
export type Expected = { id: string; text: string; stopped?: boolean };

export type StreamChecker = {
  check(events: ReadEvents, expected: Expected): void;
  /** States the five numbers, and fails unless all are 0. */
  assertNone(t: TestContext, of: string): void;
};

/** Counts what is wrong with many streams. */
export function streamChecker(): StreamChecker {
  const faults = { ...NO_FAULTS };
  const broken: string[] = [];
  let streams = 0;
  return {
    check(events, expected) {
      const found = faultsIn(events, expected);
      streams++;
      for (const name of Object.keys(faults) as (keyof StreamFaults)[]) faults[name] += found[name];
      if (Object.values(found).some((count) => count > 0)) broken.push(story(events, expected, found));
    },
    assertNone(t, of) {
      const numbers = Object.entries(faults).map(([name, count]) => `${count} ${name}`);
      t.diagnostic(`${streams} streams ${of}: ${numbers.join(", ")}`);
      assert.deepEqual(faults, NO_FAULTS, `first of ${broken.length}: ${broken[0]}`);
    },
  };
}

/** What is wrong with one stream. */
export function faultsIn(events: ReadEvents, { id, text, stopped = false }: Expected): StreamFaults {
  const seqs = events.map(({ seq }) => seq);
  const different = new Set(seqs).size;
  const end = events.at(-1)?.type;
  const hung = end === "done" || end === "error" ? 0 : 1;
  const faults = {
    lost: Math.max(0, ...seqs) - different,
    doubled: seqs.length - different,
    reordered: seqs.filter((seq, index) => seq < (seqs[index - 1] ?? 0)).length,
    foreign: events.filter((event) => event.id !== undefined && event.id !== `${id}.0.${event.seq}`).length,
    hung,
  };
  if (hung) return faults;
  if (end !== "done") faults.lost++;
  const message = events.find(({ type }) => type === "message_end");
  const told = [textOf(events), message?.type === "message_end" ? message.content : undefined];
  const isWhole = (content: string | undefined) =>
    stopped ? content !== undefined && text.startsWith(content) && content === told[0] : content === text;
  if (told.every(isWhole)) return faults;
  if (told.every((content) => text.startsWith(content ?? ""))) faults.lost++;
  else faults.foreign++;
  return faults;
}

function story(events: ReadEvents, { id, text }: Expected, found: StreamFaults): string {
  const seqs = events.map(({ seq }) => seq).join(",");
  return `${id} ${JSON.stringify(found)}\nseq ${seqs}\nends ${JSON.stringify(events.slice(-3))}\nexpected ${JSON.stringify(text)}`;
}
