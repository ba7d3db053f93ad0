import type { StreamEvent } from "../../client/types.ts";
import { asking, failed, itemOf, type Outcome, type Said, type Turn, withItem, withPhase } from "./turn.ts";

/** Whom an agent's words wake. */
export type Woken = (content: string, sender: string) => readonly string[];

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

type EventOf<T extends StreamEvent["type"]> = Extract<StreamEvent, { type: T }>;
type Beginning = { message_id: string; sender: string; role: "user" | "assistant"; content: string };

const said = ({ message_id, sender, role, content }: Beginning): Said => ({
  ...{ kind: "said", id: message_id, sender, role, content },
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
