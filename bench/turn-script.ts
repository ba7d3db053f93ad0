import { type Directive, encodeDirective } from "./directive.ts";

/** What is to happen in one turn, and what must come of it: so that each turn of a soak can be checked to its last token. */
export type TurnScript = {
  /** Whom the person's message wakes. */
  wake: string[];
  /** What each agent does whenever it is asked. */
  agents: Record<string, AgentScript>;
};

/** `to`: whom it hands on to, at the end of what it says. */
export type AgentScript = Pick<Directive, "tokens" | "pace" | "fail"> & { to?: string };

export type Expected = {
  reason: "completed" | "turn_limit";
  outcomes: Record<string, "replied" | "failed" | "limited">;
  /** Messages that come to their end as they should, and the tokens in them. */
  messages: number;
  tokens: number;
};

/** The agents of a room. The last one does not stream. */
export const CAST = ["Ada", "Bo", "Cy", "Di"];
export const SILENT_WRITER = "Di";
export const modelOf = (agent: string): string => agent.toLowerCase();

/** As many calls as a world lets one agent make in one turn; the rooms of the bench do not change it. */
const TURN_LIMIT = 5;

/** `fail` and `handOn`: the share of agents that do so. */
export type ScriptOptions = {
  fail: number;
  handOn: number;
  tokens: [least: number, most: number];
  pace: Directive["pace"];
};

const FAULTS = ["refuse", "early", "cut"] as const;

/** The script of the `n`-th turn: the same in every run. */
export function scriptOf(n: number, { fail, handOn, tokens: [least, most], pace }: ScriptOptions): TurnScript {
  const random = randomFrom(n);
  const below = (limit: number) => Math.floor(random() * limit);
  const wake = shuffled(CAST, below).slice(0, 1 + below(CAST.length));
  const agents = CAST.map((agent): [string, AgentScript] => {
    const tokens = least + below(most - least + 1);
    const others = CAST.filter((other) => other !== agent);
    const fault = random() < fail ? FAULTS[below(FAULTS.length)] : undefined;
    const to = random() < handOn ? others[below(others.length)] : undefined;
    return [agent, { tokens, pace, ...(fault ? { fail: fault } : {}), ...(to ? { to } : {}) }];
  });
  return { wake, agents: Object.fromEntries(agents) };
}

/** What a person says to a world, so that its agents do as the script says. */
export function messageOf({ agents }: TurnScript): string {
  const directives = Object.entries(agents).map(([agent, { to, ...directive }]): [string, Directive] => {
    return [modelOf(agent), to === undefined ? directive : { ...directive, say: ` @${to}` }];
  });
  return encodeDirective({ agents: Object.fromEntries(directives) });
}

/** What must come of a script. The order in which agents come to speak changes nothing of it. */
export function expectedOf({ wake, agents }: TurnScript): Expected {
  const expected: Expected = { reason: "completed", outcomes: {}, messages: 0, tokens: 0 };
  const calls = new Map<string, number>();
  const asked = [...wake];
  for (const agent of asked) {
    const { tokens, fail, to } = agents[agent] as AgentScript;
    const before = calls.get(agent) ?? 0;
    calls.set(agent, before + 1);
    expected.outcomes[agent] = before >= TURN_LIMIT ? "limited" : fail ? "failed" : "replied";
    if (before >= TURN_LIMIT) expected.reason = "turn_limit";
    if (before >= TURN_LIMIT || fail) continue;
    expected.messages++;
    expected.tokens += tokens;
    if (to !== undefined) asked.push(to);
  }
  return expected;
}

function shuffled(names: readonly string[], below: (limit: number) => number): string[] {
  const left = [...names];
  return names.flatMap(() => left.splice(below(left.length), 1));
}

/** Mulberry32: a generator of 0 ≤ x < 1 that a number begins. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
