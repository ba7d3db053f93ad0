import { answerAsks, onParentGone } from "./child.ts";
import { outlive } from "./load-outlive.ts";
import { type Move, openStream, type StreamEnd } from "./load-stream.ts";
import { ROOMS, takeTurns } from "./load-turns.ts";
import { hammer } from "./load-wait.ts";
import { pause, within } from "./patience.ts";
import { type Spread, times } from "./statistics.ts";
import { monotonicUs } from "./token-scan.ts";

/** The bench's clients, in a process of their own. */

/** Clients that do alike. */
export type Group = {
  streams: number;
  /** `{n}` in it is replaced by the number of a room, so that streams are spread over all of them. */
  path: string;
  body: string;
  /** How many tokens each answer must have, in order. */
  tokens: number;
  /** The streams are opened evenly over this time, in ms. */
  rampMs: number;
  /** Each client begins its next stream when one has ended. */
  repeat?: boolean;
  /** Every other stream of a client is left after so many tokens. */
  cutAfter?: number;
  /** Each client's connection breaks after so many tokens, and it goes on at another server. */
  move?: Move;
  /** A client that reads no faster than this. Its tokens are not measured. */
  bytesPerSecond?: number;
};

/** `withinMs` is how long the heads of the answers may take. */
export type Plan = { port: number; groups: Group[]; withinMs: number };
export type Window = { ms: number; tokens: number; started: number; latency: Spread };
export type Outcome = {
  ended: number;
  cut: number;
  unfinished: number;
  firstToken: Spread;
  moved: Spread;
  faults: string[];
};

const latency = times();
const firstToken = times();
const moved = times();
/** What leaves each open stream, and whether that stream is measured. */
const live = new Map<() => void, boolean>();
const faults: string[] = [];
let tokens = 0;
let opened = 0;
let started = 0;
let answered = 0;
let ended = 0;
let cut = 0;
let windowStart = 0;
let stopping = false;

function fault(text: string) {
  if (faults.length < 10) faults.push(text);
}

function begin(port: number, group: Group, turn: number) {
  const cutAfter = turn % 2 === 1 ? group.cutAfter : undefined;
  const sentAt = monotonicUs();
  const measured = group.bytesPerSecond === undefined;
  started++;
  const leave = openStream({
    port,
    path: group.path.replace("{n}", String(opened++ % ROOMS)),
    body: group.body,
    bytesPerSecond: group.bytesPerSecond,
    cutAfter,
    move: group.move,
    onMoved: moved.add,
    onAnswer: () => answered++,
    onToken(stamp, index) {
      tokens++;
      if (!measured) return;
      const now = monotonicUs();
      latency.add(now - stamp);
      if (index === 0) firstToken.add(now - sentAt);
    },
    onEnd(end) {
      live.delete(leave);
      judge(end, group.tokens);
      if (group.repeat && !stopping) begin(port, group, turn + 1);
    },
  });
  live.set(leave, measured);
}

function judge(end: StreamEnd, expected: number) {
  if (stopping) return;
  if (end.fault !== undefined) fault(end.fault);
  else if (end.cut) cut++;
  else if (end.tokens !== expected) fault(`A stream ended after ${end.tokens} of ${expected} tokens: …${end.tail}`);
  else ended++;
}

/** Opens all streams; resolves when each has its answer's head, or after `withinMs`, with how many have. */
async function open({ port, groups, withinMs }: Plan): Promise<{ answered: number }> {
  const before = answered;
  let expected = 0;
  for (const group of groups) {
    const from = performance.now();
    for (let n = 0; n < group.streams; n++) {
      const due = from + (group.rampMs * n) / group.streams;
      if (due > performance.now()) await pause(due - performance.now());
      begin(port, group, n);
    }
    expected += group.streams;
  }
  await within(withinMs, () => answered - before >= expected || faults.length > 0);
  return { answered: answered - before };
}

function beginWindow() {
  latency.clear();
  tokens = 0;
  started = 0;
  windowStart = performance.now();
}

function endWindow(): Window {
  return { ms: performance.now() - windowStart, tokens, started, latency: latency.spread() };
}

/** Waits until every measured stream has ended, for `graceMs` at most, and leaves the rest. */
async function finish(graceMs: number): Promise<Outcome> {
  const unfinished = () => [...live.values()].filter((measured) => measured).length;
  await within(graceMs, () => unfinished() === 0 || faults.length > 0);
  stopping = true;
  const spreads = { firstToken: firstToken.spread(), moved: moved.spread() };
  const outcome = { ended, cut, unfinished: unfinished(), ...spreads, faults: [...faults] };
  for (const leave of live.keys()) leave();
  await within(5000, () => live.size === 0);
  forget();
  return outcome;
}

/** A warm-up leaves no trace in what is measured after it. */
function forget() {
  stopping = false;
  answered = ended = cut = 0;
  faults.length = 0;
  firstToken.clear();
  moved.clear();
}

onParentGone(() => process.exit());
answerAsks({ open, beginWindow, endWindow, finish, hammer, turns: takeTurns, outlive });
