import type { StreamEvent } from "../../client/types.ts";
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

/** Whom an agent's words wake. */
export type Woken = (content: string, sender: string) => readonly string[];

const ACTIVE: ReadonlySet<Phase | undefined> = new Set<Phase>(["asked", "thinking", "waiting", "speaking", "stalled"]);

export const isActive = (phase: Phase | undefined): boolean => ACTIVE.has(phase);

/** The turn after one more of its events; the same object where nothing changed. */
export function turnAfter(turn: Turn, event: StreamEvent, woken: Woken = () => []): Turn {
  if (turn.ending) return turn;
  switch (event.type) {
    case "message_start":
      return speaking(turn, { ...event, content: "" });
    case "token":
      return grown(turn, event.message_id, event.text);
    case "message_end":
      return ended(turn, event, woken);
    case "message":
      return arrived(turn, event, woken);
    case "system":
      return noted(turn, event);
    case "done":
      return over(turn, event);
    case "error":
      return failed(turn, { code: event.error_code, message: event.message, retryable: event.retryable });
    default:
      return turn;
  }
}

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

type EventOf<T extends StreamEvent["type"]> = Extract<StreamEvent, { type: T }>;
type Beginning = { message_id: string; sender: string; role: "user" | "assistant"; content: string };

const said = ({ message_id, sender, role, content }: Beginning): Said => ({
  ...{ kind: "said", id: message_id, sender, role, content },
});

const withPhase = (turn: Turn, agent: string, phase: Phase): Turn =>
  turn.phases[agent] === phase ? turn : { ...turn, phases: { ...turn.phases, [agent]: phase } };

const itemOf = (turn: Turn, id: string) =>
  turn.items.find((item): item is Said => item.kind === "said" && item.id === id);

/** The turn with a message in the place of the one of its id, else behind all others. */
export const withItem = (turn: Turn, item: Said): Turn => ({
  ...turn,
  items: itemOf(turn, item.id)
    ? turn.items.map((other) => (other.kind === "said" && other.id === item.id ? item : other))
    : [...turn.items, item],
});

const speaking = (turn: Turn, beginning: Beginning): Turn =>
  itemOf(turn, beginning.message_id) ? turn : withPhase(withItem(turn, said(beginning)), beginning.sender, "speaking");

function grown(turn: Turn, id: string, text: string): Turn {
  const item = itemOf(turn, id);
  // Whoever came in the middle of a message is told the whole of it at its end.
  if (!item || item.reason !== undefined) return turn;
  const next = withItem(turn, { ...item, content: item.content + text, stalled: false });
  return withPhase(next, item.sender, "speaking");
}

const OUTCOMES: Readonly<Record<string, Outcome>> = { error: "failed", timeout: "timed_out", cancelled: "cancelled" };

function ended(turn: Turn, event: EventOf<"message_end">, woken: Woken): Turn {
  const { message_id, sender, content, timestamp, reason, error_code } = event;
  const item: Said = {
    ...said({ message_id, sender, content, role: itemOf(turn, message_id)?.role ?? "assistant" }),
    ...{ at: timestamp, reason, ...(error_code === undefined ? {} : { errorCode: error_code }) },
  };
  const outcome = OUTCOMES[reason] ?? "replied";
  const next = withPhase(withItem(turn, item), sender, outcome);
  return outcome === "replied" ? asking(next, woken(content, sender)) : next;
}

function arrived(turn: Turn, event: EventOf<"message">, woken: Woken): Turn {
  const { message_id, sender, role, content, timestamp } = event;
  if (message_id === turn.asked?.id) return { ...turn, asked: { id: message_id, sender, content, at: timestamp } };
  const next = withItem(turn, { ...said(event), at: timestamp, reason: "stop" });
  return asking(role === "assistant" ? withPhase(next, sender, "replied") : next, woken(content, sender));
}

/** Who has nothing else to do is known to be next. */
export const asking = (turn: Turn, agents: readonly string[]): Turn =>
  agents
    .filter((agent) => !isActive(turn.phases[agent]))
    .reduce((next, agent) => withPhase(next, agent, "asked"), turn);

function noted(turn: Turn, { code, message, message_id, agent, seq }: EventOf<"system">): Turn {
  const item = message_id === undefined ? undefined : itemOf(turn, message_id);
  if (code === "stalled" || code === "resumed") {
    if (!item || item.reason !== undefined) return turn;
    const next = withItem(turn, { ...item, stalled: code === "stalled" });
    return withPhase(next, item.sender, code === "stalled" ? "stalled" : "speaking");
  }
  if ((code === "thinking" || code === "waiting") && agent !== undefined) return withPhase(turn, agent, code);
  if (code === "thinking" || code === "waiting" || code === "published") return turn;
  const next = {
    ...turn,
    items: [...turn.items, { kind: "noted" as const, id: `notice-${seq}`, code, text: message }],
  };
  return code === "turn_limit" && agent !== undefined ? withPhase(next, agent, "limited") : next;
}

function over(turn: Turn, { reason, agents = [] }: EventOf<"done">): Turn {
  const phases = Object.fromEntries(agents.map(({ agent, outcome }) => [agent, outcome]));
  return { ...turn, phases, ending: { kind: "over", reason, outcomes: agents } };
}
