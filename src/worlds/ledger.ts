import type { DoneEvent } from "../protocol/events.ts";

/**
 * The open work of one turn (PROTOCOL.md, R-COUNT) and the calls that it may make (R-LIMIT). Pure counting: it knows
 * neither time nor events. A turn is over when nothing is open, so a piece of work that is closed twice, or begun by one
 * that is closed, would end a turn too early; both are faults of the program and are thrown.
 */
export type AgentOutcome = NonNullable<DoneEvent["agents"]>[number];
export type Outcome = AgentOutcome["outcome"];

/** What is counted: an agent being woken, a call to its model, a message on its way to whom it wakes. */
export type Work = { kind: "delivery" | "call"; agent: string } | { kind: "publication" };

export type Obligation = {
  readonly work: Work;
  readonly isOpen: boolean;
  /**
   * Ends the work, once. If it was the last, the ledger is settled before this returns.
   * @throws Error if it is closed already
   */
  close(outcome: Outcome): void;
};

export type LedgerOptions = {
  /** Most calls of one agent in this turn. */
  turnLimit: number;
  /** Runs each time that the open work falls to 0, within the `close` that made it so. */
  onSettled: () => void;
  /** Runs at the first call that an agent is refused, and at no later one. */
  onLimited?: (agent: string) => void;
};

export type Ledger = {
  /**
   * Begins work that `cause` brings about. Without a cause it is the turn itself that does: the message that begins it,
   * and what a program outside adds while it lasts.
   * @throws Error if the cause, or the turn, is closed
   */
  open(work: Work, cause?: Obligation): Obligation;
  /** How much work is open. */
  readonly count: number;
  /** The last outcome of each agent that has one, in the order in which they were first woken. */
  agents(): AgentOutcome[];
  /** Whether the agent may call its model once more; a call that is admitted is counted. */
  admitCall(agent: string): boolean;
  /** Whether a call was refused. */
  readonly wasLimited: boolean;
  /** Ends the turn: from now on nothing is opened. */
  end(): void;
};

/** The model calls of a turn, all agents together: enough for each of a few to answer several times, and an end. */
export const MOST_CALLS = 24;

/** A ledger for one turn. */
export function createLedger({ turnLimit, onSettled, onLimited }: LedgerOptions): Ledger {
  const outcomes = new Map<string, Outcome | undefined>();
  const calls = callCount(turnLimit);
  const limited = new Set<string>();
  let count = 0;
  let ended = false;

  function settle(work: Work, outcome: Outcome) {
    if (work.kind !== "publication") outcomes.set(work.agent, outcome);
    count--;
    if (count === 0) onSettled();
  }

  return {
    open(work, cause) {
      if (ended) throw new Error(`A ${nameOf(work)} was opened after its turn had ended`);
      if (cause && !cause.isOpen) throw new Error(`A ${nameOf(work)} was opened under a closed ${nameOf(cause.work)}`);
      if (work.kind !== "publication" && !outcomes.has(work.agent)) outcomes.set(work.agent, undefined);
      count++;
      return obligation(work, (outcome) => settle(work, outcome));
    },
    get count() {
      return count;
    },
    agents: () => [...outcomes].flatMap(([agent, outcome]) => (outcome ? [{ agent, outcome }] : [])),
    admitCall(agent) {
      if (calls.admit(agent)) return true;
      const first = !limited.has(agent);
      limited.add(agent);
      if (first) onLimited?.(agent);
      return false;
    },
    get wasLimited() {
      return limited.size > 0;
    },
    end() {
      ended = true;
    },
  };
}

function obligation(work: Work, closed: (outcome: Outcome) => void): Obligation {
  let isOpen = true;
  return {
    work,
    get isOpen() {
      return isOpen;
    },
    close(outcome) {
      if (!isOpen) throw new Error(`A ${nameOf(work)} was closed twice`);
      isOpen = false;
      closed(outcome);
    },
  };
}

function callCount(turnLimit: number) {
  const byAgent = new Map<string, number>();
  let total = 0;
  return {
    admit(agent: string): boolean {
      const before = byAgent.get(agent) ?? 0;
      if (before >= turnLimit || total >= MOST_CALLS) return false;
      byAgent.set(agent, before + 1);
      total++;
      return true;
    },
  };
}

const nameOf = (work: Work): string => (work.kind === "publication" ? "publication" : `${work.kind} to ${work.agent}`);
