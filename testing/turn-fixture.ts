import { createMemoryLog } from "../src/log/memory-log.ts";
import type { StreamLog } from "../src/log/stream-log.ts";
import { failure } from "../src/protocol/errors.ts";
import type { StreamEvent } from "../src/protocol/events.ts";
import type { Line } from "../src/worlds/memory.ts";
import { beginTurn } from "../src/worlds/turn.ts";
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
};

/** A turn on a log of its own, its agents driven by the test: `calls` in the order in which they were woken. */
export async function turnFixture(options: TurnFixtureOptions) {
  const { agents, text = "Hello", sender = "HUMAN", mentions, turnLimit = 5, streaming = true } = options;
  const clock = manualClock();
  const model = scriptedModel();
  const calls: { agent: string; lines: readonly Line[]; readonly call: ScriptedCall }[] = [];
  const ended: (readonly Line[])[] = [];
  let ids = 0;
  let late = 0;
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
  const turn = beginTurn(
    {
      ...{ id: "turn1", log, world: "kitchen", turnLimit, respond: "everyone", timing },
      earlier: options.earlier ?? [],
    },
    {
      clock,
      call: { clock, random: () => 0.5, limits: { firstTokenMs: 60_000, tokenGapMs: 30_000, generationMs: 600_000 } },
      observe: { token: ignore, firstToken: ignore, failed: (_what, code) => void failures.push(code), ended: ignore },
      newMessageId: () => `a${++ids}`,
      agents() {
        if (broken) throw new Error("no such table: agents");
        return agents.map((name) => ({ name }));
      },
      mind(agent, lines) {
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
          model: { id: "test:scripted", model: model.model, contextWindow: 1000 },
          options: { prompt: [] },
        };
      },
      async publish() {
        if (options.publishFails) throw failure("store_unavailable");
      },
      tell: ignore,
      late: () => void late++,
      ended: (said) => void ended.push(said),
    },
    { id: "first", sender, content: text, mentions },
  );
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
    pending: () => clock.pending(),
  };
}

/** What is in a log, decoded. */
export function eventsOf(log: StreamLog): StreamEvent[] {
  return Array.from({ length: log.lastSeq }, (_, index) => log.event(index + 1));
}
