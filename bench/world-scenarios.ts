import type { TurnsOutcome, TurnsPlan } from "./load-turns.ts";
import { cores, type Metrics } from "./metrics.ts";
import { within } from "./patience.ts";
import type { Pace, Scenario } from "./scenarios.ts";
import type { Stage } from "./stage.ts";

/** What is done to worlds: turns of one to four agents that hand on to each other, each checked to its last token. */

const CLIENTS = 100;
const FAILING = 0.05;
const HANDING_ON = 0.25;
const COMING_BACK = 0.1;

/** Turns to one question: within the time that an answer may take, however slow the machine. */
const BATCH = 1000;
const BATCH_MS = 300_000;

const brisk: Pick<TurnsPlan, "script" | "cut"> = {
  script: { fail: FAILING, handOn: HANDING_ON, tokens: [4, 24], pace: "brisk" },
  cut: COMING_BACK,
};

async function takeBatch(stage: Stage, plan: Omit<TurnsPlan, "port">): Promise<TurnsOutcome> {
  const outcome = await stage.askLoad<TurnsOutcome>("turns", { port: stage.port, ...plan }, BATCH_MS);
  // A turn that went wrong is a result like any other; what was wrong with it is for whoever mends it.
  for (const fault of outcome.faults) process.stderr.write(`  ${fault}\n`);
  return outcome;
}

const COUNTED = ["turns", "tokens", "agents", "failed", "resumed", "cutShort", "hung", "wrong"] as const;
type Counts = Record<(typeof COUNTED)[number], number>;

async function takeMany(stage: Stage, turns: number, from = 0, clients = CLIENTS): Promise<Counts> {
  const sum = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts;
  for (let first = from; first < from + turns; first += BATCH) {
    const outcome = await takeBatch(stage, { ...brisk, clients, first, turns: Math.min(BATCH, from + turns - first) });
    for (const name of COUNTED) sum[name] += outcome[name];
  }
  return sum;
}

const GAUGES = ["turns_running", "turn_timers", "world_subscriptions", "readers"];
const RELEASED_MS = 20_000;

/** What is still held of all that turns hold when all of them are over. */
async function heldBack(stage: Stage, gauges = GAUGES): Promise<number> {
  let held = 0;
  await within(RELEASED_MS, async () => {
    const values = await Promise.all(gauges.map((name) => stage.metric(`chatwait_${name}`)));
    held = values.reduce((sum, value) => sum + value, 0);
    return held === 0;
  });
  return held;
}

const soak: Scenario = {
  name: "worlds-soak",
  title:
    `turns of 1 to 4 agents, ${CLIENTS} at once, ${FAILING * 100} % of the agents failing, ${HANDING_ON * 100} % handing on, ` +
    `${COMING_BACK * 100} % of the clients cut off and coming back`,
  subjects: ["chatwait-worlds"],
  rounds: 1,
  async run(stage, { window }) {
    const from = performance.now();
    const { value: counts, cpu } = await stage.during(() => takeMany(stage, window * 1000));
    const seconds = (performance.now() - from) / 1000;
    const { tokens, agents, failed, ...rest } = counts;
    return {
      ...rest,
      failedShare: failed / agents,
      lateEvents: await stage.metric("late_events_total"),
      heldBack: await heldBack(stage),
      turnsPerSecond: counts.turns / seconds,
      tokensPerSecond: tokens / seconds,
      ...cores({ cpu }),
    };
  },
};

/** The first fill the memories of the rooms, and have the code compiled. */
const WARM_UP_ROUNDS = 2;
const HEAP_ROUNDS = 3;

/** So few that whoever comes back does so while its stream is kept. */
const FEW_CLIENTS = 20;

const heap: Scenario = {
  name: "worlds-heap",
  title: `heap after garbage collection, over ${HEAP_ROUNDS} rounds of such turns`,
  subjects: ["chatwait-heap"],
  rounds: 1,
  async run(stage, { window }) {
    const turns = window * 100;
    const used: number[] = [];
    for (let round = 0; round < WARM_UP_ROUNDS + HEAP_ROUNDS; round++) {
      await takeMany(stage, turns, round * turns, FEW_CLIENTS);
      if ((await heldBack(stage, [...GAUGES, "streams_kept"])) > 0)
        throw new Error("A turn that is over still holds something.");
      used.push(await stage.heap());
    }
    const [first = 0, second = 0, third = 0] = used.slice(WARM_UP_ROUNDS);
    const heapKiBPerTurn = ((third - first) * 1024) / (turns * (HEAP_ROUNDS - 1));
    return { turnsPerRound: turns, heap1MiB: first, heap2MiB: second, heap3MiB: third, heapKiBPerTurn };
  },
};

/** Turns that last about a second, so that those that are taken at once do not end at once. */
const paced: TurnsPlan["script"] = { fail: 0, handOn: HANDING_ON, tokens: [10, 30], pace: 20 };

const end: Scenario = {
  name: "worlds-end",
  title: `turns of 1 to 4 agents, ${CLIENTS} at once, 20 tokens/s each: how long after the last agent the response ends`,
  subjects: ["chatwait-worlds"],
  async run(stage, { window, settle }: Pace) {
    const plan = { clients: CLIENTS, script: paced, cut: 0 };
    await takeBatch(stage, { ...plan, first: 0, turns: CLIENTS * settle });
    const { value, cpu } = await stage.during(() => takeBatch(stage, { ...plan, first: 1e6, turns: CLIENTS * window }));
    const { turns, afterEvent, afterModel, cutShort, hung, wrong } = value;
    const spread = {
      afterEventP50Ms: afterEvent.p50,
      afterEventP99Ms: afterEvent.p99,
      afterModelP99Ms: afterModel.p99,
    };
    return { turns, cutShort, hung, wrong, ...spread, ...cores({ cpu }) } satisfies Metrics;
  },
};

export const WORLD_SCENARIOS: readonly Scenario[] = [end, soak, heap];
