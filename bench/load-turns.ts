import { Agent } from "node:http";
import { takeTurn } from "./load-turn.ts";
import { pause } from "./patience.ts";
import { type Spread, times } from "./statistics.ts";
import { randomFrom, type ScriptOptions, scriptOf } from "./turn-script.ts";

/** Clients that each let a world take one turn after another, and check all that they read. */
export type TurnsPlan = {
  port: number;
  /** The number of the first turn, which tells its script and its world. */
  first: number;
  turns: number;
  /** How many are taken at once. */
  clients: number;
  script: ScriptOptions;
  /** Share of turns whose client is cut off and comes back. */
  cut: number;
};

export type TurnsOutcome = {
  turns: number;
  tokens: number;
  /** Agents that were woken, and those of them that were made to fail. */
  agents: number;
  failed: number;
  /** Turns whose client came back, turns without an end, turns that never ended, and turns with any other fault. */
  resumed: number;
  cutShort: number;
  hung: number;
  wrong: number;
  /** In ms; only of turns that came over one connection. */
  afterEvent: Spread;
  afterModel: Spread;
  faults: string[];
};

export const ROOMS = 50;
export const roomOf = (n: number): string => `room-${n % ROOMS}`;

const RAMP_MS = 1000;
const PATIENCE_MS = 30_000;
const MOST_FAULTS = 10;

/** Where a client is cut off, once or twice: early, for short turns have few events. */
const CUT_WITHIN = 20;

/** Takes all turns of a plan; resolves when the last is over, or was given up. */
export async function takeTurns(plan: TurnsPlan): Promise<TurnsOutcome> {
  const agent = new Agent({ keepAlive: true });
  const sum = outcomeSum();
  let next = plan.first;
  async function client(n: number) {
    await pause((RAMP_MS * n) / plan.clients);
    while (next < plan.first + plan.turns) await sum.add(next, takeOne(plan, agent, next++));
  }
  await Promise.all(Array.from({ length: plan.clients }, (_, n) => client(n)));
  agent.destroy();
  return sum.outcome();
}

function takeOne({ port, script, cut }: TurnsPlan, agent: Agent, n: number): ReturnType<typeof takeTurn> {
  const random = randomFrom(-1 - n);
  const isCut = random() < cut;
  const first = 1 + Math.floor(random() * CUT_WITHIN);
  const cuts = isCut ? [first, first + Math.floor(random() * CUT_WITHIN)] : [];
  return takeTurn({ port, agent, world: roomOf(n), script: scriptOf(n, script), cuts, patienceMs: PATIENCE_MS });
}

function outcomeSum() {
  const counts = { turns: 0, tokens: 0, agents: 0, failed: 0, resumed: 0, cutShort: 0, hung: 0, wrong: 0 };
  const faults: string[] = [];
  const afterEvent = times();
  const afterModel = times();
  return {
    async add(n: number, turn: ReturnType<typeof takeTurn>) {
      const { check, hung, resumes, afterEventUs, afterModelUs } = await turn;
      counts.turns++;
      counts.tokens += check.tokens;
      counts.agents += check.agents.length;
      counts.failed += check.agents.filter((outcome) => outcome === "failed").length;
      if (resumes > 0) counts.resumed++;
      if (hung) counts.hung++;
      else if (!check.isOver) counts.cutShort++;
      else if (check.faults.length > 0) counts.wrong++;
      if (check.faults.length > 0 && faults.length < MOST_FAULTS) faults.push(`Turn ${n}: ${check.faults.join("; ")}`);
      if (resumes > 0 || check.faults.length > 0) return;
      afterEvent.add(afterEventUs);
      // The model writes nothing of which it keeps the time where it fails.
      if (!check.agents.includes("failed")) afterModel.add(afterModelUs);
    },
    outcome: (): TurnsOutcome => {
      return { ...counts, faults, afterEvent: afterEvent.spread(), afterModel: afterModel.spread() };
    },
  };
}
