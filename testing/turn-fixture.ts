import { createMemoryLog } from "../src/log/memory-log.ts";
import type { StreamLog } from "../src/log/stream-log.ts";
import { failure } from "../src/protocol/errors.ts";
import type { OpenDraft, StreamEvent } from "../src/protocol/events.ts";
import type { Line } from "../src/worlds/memory.ts";
import { type Resumption, resumeTurn } from "../src/worlds/resumed-turn.ts";
import { beginTurn, type Published, type TurnDeps, type TurnSpec } from "../src/worlds/turn.ts";
import type { TurnRecord } from "../src/worlds/turn-record.ts";
import { manualClock } from "./manual-clock.ts";
import { type ScriptedCall, scriptedModel } from "./scripted-model.ts";

export type TurnFixtureOptions = {
  agents: string[];
  text?: string;
  sender?: string;
  mentions?: string[];
  turnLimit?: number;
  streaming?: boolean;
  earlier?: Line[];
  publishFails?: boolean;
  maxBytes?: number;
  isShared?: boolean;
  /** Whether models can go on with a text. */
  canContinue?: boolean;
  /** An agent that was there when the turn began. */
  gone?: string;
  /** What another server has written of it, and what is known besides. */
  written?: StreamEvent[];
  resumption?: Partial<Resumption>;
};

/** A turn on a log of its own, its agents driven by the test: `calls` in the order in which they were woken. */
export async function turnFixture(options: TurnFixtureOptions) {
  const { agents, text = "Hello", sender = "HUMAN", mentions, turnLimit = 5, streaming = true } = options;
  const { canContinue = true } = options;
  const clock = manualClock();
  const model = scriptedModel();
  const calls: { agent: string; lines: readonly Line[]; readonly call: ScriptedCall }[] = [];
  const ended: (readonly Line[])[] = [];
  let ids = 0;
  let late = 0;
  let published = 0;
  let broken = false;
  const failures: string[] = [];
  const log = createMemoryLog({
    ...{ id: "turnlog", kind: "world", world: "kitchen", createdAt: new Date(clock.wall()).toISOString() },
    maxBytes: options.maxBytes ?? 1_000_000,
    grow: () => true,
    onSealed: () => {},
  });
  const timing = { stall: 500, completion: 2000, response: 3000, long_operation: 8000 };
  const ignore = () => {};
  for (const { seq: _, ...draft } of options.written ?? []) log.append(draft as OpenDraft);
  const spec: TurnSpec = {
    ...{ id: "turn1", log, world: "kitchen", turnLimit, respond: "everyone", timing },
    earlier: options.earlier ?? [],
    isShared: options.isShared ?? false,
  };
  const told: OpenDraft["type"][] = [];
  const deps: TurnDeps = {
    clock,
    call: { clock, random: () => 0.5, limits: { firstTokenMs: 60_000, tokenGapMs: 30_000, generationMs: 600_000 } },
    observe: { token: ignore, firstToken: ignore, failed: (_what, code) => void failures.push(code), ended: ignore },
    newMessageId: () => `a${++ids}${options.written ? "x" : ""}`,
    agents() {
      if (broken) throw new Error("no such table: agents");
      return agents.map((name) => ({ name }));
    },
    mind(agent, lines) {
      if (agent === options.gone) throw failure("agent_not_found");
      const at = model.calls.length;
      calls.push({
        agent,
        lines,
        get call() {
          return model.calls[at] as ScriptedCall;
        },
      });
      return {
        streaming,
        model: {
          id: "test:scripted",
          model: model.model,
          contextWindow: 1000,
          ...(canContinue ? { continues: "exactly" } : {}),
        },
        options: { prompt: [] },
      };
    },
    async publish() {
      published++;
      if (options.publishFails) throw failure("store_unavailable");
    },
    tell: (draft) => void told.push(draft.type as OpenDraft["type"]),
    moved() {},
    late: () => void late++,
    ended: (said) => void ended.push(said),
  };
  const first: Published = { id: "first", sender, content: text, mentions };
  const record: TurnRecord = {
    ...{ turnId: "turn1", made: 1, timing, agents, earlier: spec.earlier, first },
    world: { name: "kitchen", turn_limit: turnLimit, respond: "everyone", memory: true },
  };
  const agentsNow = agents.map((name) => ({ name }));
  const resumption = { record, agentsNow, isDeleted: false, mayBeUnpublished: false, ...options.resumption };
  const turn = options.written ? resumeTurn(spec, deps, resumption) : beginTurn(spec, deps, first);
  await turn.published;
  const breakStore = () => {
    broken = true;
  };
  return {
    failures,
    breakStore,
    clock,
    turn,
    log,
    calls,
    allCalls: model.calls,
    ended,
    late: () => late,
    told,
    published: () => published,
    pending: () => clock.pending(),
  };
}

/** What is in a log, decoded. */
export function eventsOf(log: StreamLog): StreamEvent[] {
  return Array.from({ length: log.lastSeq }, (_, index) => log.event(index + 1));
}
