import { ERRORS, type ErrorCode, textOf } from "../../src/protocol/errors.ts";
import type { Ending, Outcome, Phase, Turn } from "./turn.ts";

/** What people read of a room. */

/** Who speaks where nobody gives a name. */
export const NOBODY = "HUMAN";

export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  asked: "about to answer",
  thinking: "thinking",
  waiting: "still at work",
  speaking: "speaking",
  stalled: "pausing",
  replied: "replied",
  declined: "nothing to say",
  failed: "failed",
  timed_out: "took too long",
  cancelled: "stopped",
  limited: "at its limit",
};

const OUTCOME_WORDS: Readonly<Record<Exclude<Outcome, "replied">, string>> = {
  declined: "had nothing to say",
  failed: "could not answer",
  timed_out: "took too long and was cut off",
  cancelled: "was stopped",
  limited: "has answered as often as one turn allows",
};

export type EndLine = {
  text: string;
  tone: "quiet" | "warn" | "bad";
  /** Whom it would help to ask again; everybody where the turn failed as a whole. */
  again?: readonly string[];
};

const REASONS: Readonly<Record<string, string>> = {
  completed: "The turn is over.",
  silence: "The turn is over.",
  turn_limit: "The turn ended at its limit.",
  cancelled: "The turn was stopped.",
  no_recipient: "Nobody was addressed. Mention an agent with @ and its name.",
};

/** How a turn ended, and what became of those who did not reply; undefined while it goes on. */
export function endLine({ ending, items }: Pick<Turn, "ending" | "items">): EndLine | undefined {
  if (!ending) return undefined;
  if (ending.kind === "failed") return { text: ending.failure.message, tone: "bad", again: [] };
  if (ending.kind === "lost")
    return { text: "The rest of this turn was missed while the connection was away.", tone: "warn" };
  const mute = muteOf(ending);
  const again = mute.filter(({ outcome }) => outcome === "failed" || outcome === "timed_out").map(({ agent }) => agent);
  const sentences = mute.map(({ agent, outcome }) => `${agent} ${whyMute(agent, outcome, items)}.`);
  return {
    text: [REASONS[ending.reason] ?? "The turn is over.", ...sentences].join(" "),
    tone: again.length > 0 || ending.reason === "turn_limit" ? "warn" : "quiet",
    ...(again.length > 0 ? { again } : {}),
  };
}

type Mute = { agent: string; outcome: Exclude<Outcome, "replied"> };

/** A turn that was stopped stopped everybody in it: that needs no list. */
function muteOf({ reason, outcomes }: Extract<Ending, { kind: "over" }>): Mute[] {
  const mute = outcomes.filter((entry): entry is Mute => entry.outcome !== "replied");
  const told = mute.filter(({ outcome }) => outcome !== "limited");
  return reason === "cancelled" ? told.filter(({ outcome }) => outcome !== "cancelled") : told;
}

function whyMute(agent: string, outcome: Mute["outcome"], items: Turn["items"]): string {
  const cut = items.findLast((item) => item.kind === "said" && item.sender === agent);
  const code = cut?.kind === "said" && outcome === "failed" ? cut.errorCode : undefined;
  if (code === undefined || !(code in ERRORS)) return OUTCOME_WORDS[outcome];
  return `could not finish. ${textOf(code as ErrorCode).replace(/\.$/, "")}`;
}

export type Routed = { agents: readonly { agent: string; why: string }[]; unknown: readonly string[] };

/** Whom a message that is being written would wake. */
export function routeLine({ agents, unknown }: Routed): string {
  const nobody = unknown.length ? `Nobody here is called ${listed(unknown.map((name) => `“${name}”`))}. ` : "";
  return nobody + answerers(agents);
}

function answerers(agents: Routed["agents"]): string {
  const names = listed(agents.map(({ agent }) => agent));
  switch (agents[0]?.why) {
    case undefined:
      return "Nobody will answer. Mention an agent with @ and its name.";
    case "everyone":
      return agents.length === 1 ? `${names} will answer.` : `Everybody will answer: ${names}.`;
    case "first":
      return `${names} will answer. Mention others with @.`;
    default:
      return `${names} will answer.`;
  }
}

/** What holds for a message that mentions nobody. */
export function unaddressedLine(respond: "everyone" | "first" | "mentioned", agents: readonly string[]): string {
  if (agents.length === 0) return "There are no agents in this room yet. Add one in the editor.";
  if (respond === "mentioned") return "Nobody answers unless you mention them with @.";
  if (agents.length === 1) return `${agents[0]} will answer.`;
  if (respond === "first") return `${agents[0]} answers, unless you mention others with @.`;
  return "Everybody answers, unless you mention somebody with @.";
}

/** Under which name somebody's words stand. */
export function shownName(sender: string, mine: boolean): string {
  if (sender !== NOBODY) return sender;
  return mine ? "You" : "Somebody";
}

/** Whom one speaks to in a room, and what of it stays (R-MEMORY). */
export const sharedLine = (memory: boolean): string =>
  `This room is shared: everybody who knows its name reads along. Its agents ${
    memory ? "remember what was said here lately." : "remember nothing of earlier turns."
  }`;
