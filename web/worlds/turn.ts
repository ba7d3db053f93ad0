import type { Failure } from "../state/failure.ts";

/** A turn as it is shown: built event by event, from a turn's own stream or from the room's feed. */

export type Outcome = "replied" | "declined" | "failed" | "timed_out" | "cancelled" | "limited";

/** How an agent stands in a turn. `asked`: it is owed a word and has shown nothing yet. */
export type Phase = "asked" | "thinking" | "waiting" | "speaking" | "stalled" | Outcome;

/** Somebody's words. Without `reason` they are still growing. */
export type Said = {
  kind: "said";
  id: string;
  sender: string;
  role: "user" | "assistant";
  content: string;
  /** RFC 3339. */
  at?: string;
  reason?: string;
  errorCode?: string;
  stalled?: boolean;
};

/** A line from the room itself. */
export type Noted = { kind: "noted"; id: string; code: string; text: string };

export type Ending =
  | { kind: "over"; reason: string; outcomes: readonly { agent: string; outcome: Outcome }[] }
  /** `at`: milliseconds since 1970, where that is known. */
  | { kind: "failed"; failure: Failure; at?: number }
  /** Nobody is there to tell: the connection was away for too long. */
  | { kind: "lost" };

export type Asked = { id?: string; sender: string; content: string; at: string };

export type Turn = {
  /** This page's own name for it; of a turn begun here it is the idempotency key as well. */
  key: string;
  turnId?: string;
  /** Begun in this browser: its own stream tells of it, and not the feed. */
  mine: boolean;
  asked?: Asked;
  items: readonly (Said | Noted)[];
  /** By agent, in the order of the first sign. */
  phases: Readonly<Record<string, Phase>>;
  ending?: Ending;
  /** The connection was away before this turn, for longer than the server keeps what was said. */
  missedBefore?: boolean;
  /** What happened on the way, in words: resumes. */
  notes?: readonly string[];
};

const ACTIVE: ReadonlySet<Phase | undefined> = new Set<Phase>(["asked", "thinking", "waiting", "speaking", "stalled"]);

export const isActive = (phase: Phase | undefined): boolean => ACTIVE.has(phase);

/** The turn as it is when its stream cannot be read (any more). */
export const failed = (turn: Turn, failure: Failure, at?: number): Turn =>
  cut(turn, { kind: "failed", failure, ...(at === undefined ? {} : { at }) });

/** The turn as it is when nobody will tell how it ends. */
export const lost = (turn: Turn): Turn => cut(turn, { kind: "lost" });

function cut(turn: Turn, ending: Ending): Turn {
  const phases = Object.fromEntries(Object.entries(turn.phases).filter(([, phase]) => !isActive(phase)));
  const items = turn.items.map((item) => (isGrowing(item) ? { ...item, stalled: false, reason: "error" } : item));
  return { ...turn, items, phases, ending };
}

export const isGrowing = (item: Said | Noted): item is Said => item.kind === "said" && item.reason === undefined;

/** The turn with an agent doing something else. */
export const withPhase = (turn: Turn, agent: string, phase: Phase): Turn =>
  turn.phases[agent] === phase ? turn : { ...turn, phases: { ...turn.phases, [agent]: phase } };

/** The message of that id. */
export const itemOf = (turn: Turn, id: string) =>
  turn.items.find((item): item is Said => item.kind === "said" && item.id === id);

/** The turn with a message in the place of the one of its id, else behind all others. */
export const withItem = (turn: Turn, item: Said): Turn => ({
  ...turn,
  items: itemOf(turn, item.id)
    ? turn.items.map((other) => (other.kind === "said" && other.id === item.id ? item : other))
    : [...turn.items, item],
});

/** Who has nothing else to do is known to be next. */
export const asking = (turn: Turn, agents: readonly string[]): Turn =>
  agents
    .filter((agent) => !isActive(turn.phases[agent]))
    .reduce((next, agent) => withPhase(next, agent, "asked"), turn);
