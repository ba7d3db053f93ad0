import { createHash } from "node:crypto";
import { createMemoryLog } from "../src/log/memory-log.ts";
import type { StreamLog } from "../src/log/stream-log.ts";
import { type PartSink, pushModel } from "../src/models/model.ts";
import type { OpenDraft, StreamEvent } from "../src/protocol/events.ts";
import type { Line } from "../src/worlds/memory.ts";
import { resumeTurn } from "../src/worlds/resumed-turn.ts";
import { beginTurn, type Turn, type TurnDeps, type TurnSpec } from "../src/worlds/turn.ts";
import type { TurnRecord } from "../src/worlds/turn-record.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { finishPart } from "./scripted-model.ts";
import { eventsOf } from "./turn-fixture.ts";

/**
 * A turn that plays by itself: what an agent says is a function of what it is told, and what happens next of how long the log is.
 * So whoever goes on with it from any place comes to the same end.
 */
export type Play = {
  seed: number;
  /** Names; one that begins with `Q` is not streamed, one with `X` cannot go on with a text, one with `S` is often silent. */
  agents: readonly string[];
  turnLimit: number;
  /** How many messages people may add. */
  added?: number;
  /** After how many events it is stopped. */
  stopAt?: number;
};

export type Played = { turn: Turn; log: StreamLog; clock: ManualClock; ended: Line[][]; told: StreamEvent[] };

type Call = { agent: string; lines: readonly Line[]; left: string[]; sink: PartSink };

const TIMING = { stall: 500, completion: 2000, response: 3000, long_operation: 8000 };

/** Plays a turn from its beginning to its end. */
export function play(how: Play): Promise<Played> {
  return stage(how, []);
}

/** Goes on with a turn of which this is the log, to its end. */
export function playOn(how: Play, events: readonly StreamEvent[]): Promise<Played> {
  return stage(how, events);
}

async function stage(how: Play, events: readonly StreamEvent[]): Promise<Played> {
  const clock = manualClock();
  const calls = new Set<Call>();
  const log = logWith(events);
  const ended: Line[][] = [];
  const told: StreamEvent[] = [];
  const record = recordOf(how);
  const spec: TurnSpec = {
    ...{ id: record.turnId, log, world: "kitchen", turnLimit: how.turnLimit, respond: "everyone" },
    ...{ timing: TIMING, earlier: record.earlier, isShared: true },
  };
  const deps = depsOf(how, { clock, calls, ended, told, from: events.length });
  const agentsNow = deps.agents();
  const resumption = { record, agentsNow, isDeleted: false, mayBeUnpublished: false };
  const turn = events.length > 0 ? resumeTurn(spec, deps, resumption) : beginTurn(spec, deps, record.first);
  await turn.published;
  while (!turn.isOver) step(how, { turn, log, clock, calls });
  return { turn, log, clock, ended, told };
}

/** A number that is always the same for the same. */
function chance(...of: unknown[]): number {
  return createHash("sha256").update(JSON.stringify(of)).digest().readUInt32BE(0);
}

type Stage = { turn: Turn; log: StreamLog; clock: ManualClock; calls: Set<Call> };

function step({ seed, added = 0, stopAt }: Play, { turn, log, clock, calls }: Stage) {
  const at = log.lastSeq;
  const last = log.event(at);
  // It was cut within what happens at once.
  const within = last.type === "message_start" && [...calls].find(({ agent }) => agent === last.sender);
  if (within) return goOn(within, calls);
  if (stopAt !== undefined && at >= stopAt) return turn.cancel("stopped");
  const adding = chance(seed, at, "add") % 6 === 0 && eventsOf(log).filter(isAdded).length < added;
  if (adding) {
    const mentions = [undefined, [], ["A"]][chance(seed, at, "mentions") % 3];
    return turn.add({ id: `added${at}`, sender: "Ada", content: says(chance(seed, at, "text")), mentions });
  }
  const open = [...calls].sort((one, other) => (one.agent < other.agent ? -1 : 1));
  const next = open[chance(seed, at, "who") % open.length];
  if (next) goOn(next, calls);
  else clock.advance(10_000);
}

const isAdded = (event: StreamEvent) => event.type === "message" && event.role === "user";

function goOn(call: Call, calls: Set<Call>) {
  const text = call.left.shift();
  if (text !== undefined) return call.sink.part({ type: "text-delta", id: "0", delta: text });
  calls.delete(call);
  const fate = chance(call.agent, call.lines) % 8;
  const reason = fate === 0 ? "length" : "stop";
  // The log has no usage of what is not streamed.
  const usage = call.agent.startsWith("Q") ? {} : { usage: { input: call.lines.length, output: fate } };
  call.sink.part(finishPart({ reason, ...usage }));
  call.sink.end();
}

const WORDS = ["Hm. ", "@A ", "@B ", "@QC ", "@XD ", "@Nobody ", "Well, ", "yes. ", "no. ", "why? "];
const says = (n: number) => WORDS[n % WORDS.length] ?? "";

function wordsOf(agent: string, lines: readonly Line[]): string[] {
  const count = (chance(agent, lines, "count") % 5) + (agent.startsWith("S") ? -2 : 1);
  return Array.from({ length: Math.max(count, 0) }, (_, n) => says(chance(agent, lines, n)));
}

function recordOf({ agents, turnLimit }: Play): TurnRecord {
  return {
    ...{ turnId: "turn1", made: 1, timing: TIMING, agents, earlier: [{ sender: "Bob", agent: false, content: "Hi" }] },
    world: { name: "kitchen", turn_limit: turnLimit, respond: "everyone", memory: true },
    first: { id: "first", sender: "HUMAN", content: "Hello @Nobody" },
  };
}

type Surroundings = { clock: ManualClock; calls: Set<Call>; ended: Line[][]; told: StreamEvent[]; from: number };

function depsOf({ agents }: Play, { clock, calls, ended, told, from }: Surroundings): TurnDeps {
  const ignore = () => {};
  const model = pushModel("test", "played", (options, sink) => {
    const { asked = "", continueFrom = "" } = (options.providerOptions?.["chatwait"] ?? {}) as Record<string, string>;
    const [agent, lines] = JSON.parse(asked) as [string, Line[]];
    const left = wordsOf(agent, lines);
    for (let said = ""; said.length < continueFrom.length; ) said += left.shift();
    const call: Call = { agent, lines, left, sink };
    calls.add(call);
    return () => void calls.delete(call);
  });
  let ids = 0;
  return {
    clock,
    call: { clock, random: () => 0.5, limits: { firstTokenMs: 60_000, tokenGapMs: 30_000, generationMs: 600_000 } },
    observe: { token: ignore, firstToken: ignore, failed: ignore, ended: ignore },
    newMessageId: () => `m${from}-${++ids}`,
    agents: () => agents.map((name) => ({ name })),
    mind: (agent, lines) => ({
      streaming: !agent.startsWith("Q"),
      model: {
        id: "test:played",
        model,
        contextWindow: 1000,
        ...(agent.startsWith("X") ? {} : { continues: "exactly" }),
      },
      options: { prompt: [], providerOptions: { chatwait: { asked: JSON.stringify([agent, lines]) } } },
    }),
    publish: async () => {},
    tell: (draft) => void told.push({ ...draft, seq: 0 } as StreamEvent),
    moved() {},
    late() {
      throw new Error("An event came late.");
    },
    ended: (said) => void ended.push([...said]),
  };
}

function logWith(events: readonly StreamEvent[]): StreamLog {
  const log = createMemoryLog({
    ...{ id: "turnlog", kind: "world", world: "kitchen", createdAt: "2026-01-02T03:04:05.000Z" },
    ...{ maxBytes: 1_000_000, grow: () => true, onSealed: () => {} },
  });
  for (const { seq: _, ...draft } of events) log.append(draft as OpenDraft);
  return log;
}
