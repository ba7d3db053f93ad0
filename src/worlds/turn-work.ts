import { type ErrorCode, isFailure } from "../protocol/errors.ts";
import type { Usage } from "../protocol/events.ts";
import { type Activation, activate } from "./activation.ts";
import type { ActivationResult, ActivationSpec } from "./activation-state.ts";
import { createHearing, type Routed } from "./hearing.ts";
import { createLedger, type Obligation } from "./ledger.ts";
import type { Line } from "./memory.ts";
import { createOutsideMessages, type OutsideMessages } from "./outside.ts";
import { runningTurn } from "./running-turn.ts";
import { beginTiming } from "./timing.ts";
import type { Published, Turn, TurnDeps, TurnSpec } from "./turn.ts";
import { type Ending, terminalOf } from "./turn-end.ts";
import { createTurnEvents, type TurnEvents } from "./turn-events.ts";
import { limitNotice } from "./turn-notices.ts";
import { createTurnTalk } from "./turn-talk.ts";
import { type AgentCall, type Answer, createVoices, type Voices } from "./voices.ts";

/** The work of one turn, for whoever begins it, or goes on with it. */
export type TurnWork = Pick<TurnEvents, "notice" | "tell" | "time" | "close"> &
  Pick<Voices, "owes"> & {
    /** Writes the event that begins the log. */
    start(): void;
    /** Publishes what begins the turn, and wakes whom it concerns. */
    open(): Promise<void>;
    /** The two halves of `open` besides publishing; `wakeFirst` leaves it open until `opened`. */
    routeFirst(): Routed;
    wakeFirst(routed: Routed): void;
    opened(): void;
    /** A person's message that is in the log is heard, and answered. */
    take(message: Published): void;
    openOutside: OutsideMessages["open"];
    /** Ends what programs outside stream. */
    closeOutside(reason: "cancelled" | "error", code?: ErrorCode): void;
    /** The turn, as it is shown to others. */
    turn(published: Promise<void>): Turn;
  };

export type TurnWorkDeps = Omit<TurnDeps, "newMessageId"> & {
  newMessageId(answer: Answer): string;
  /** Where events are written, if not to the log itself. */
  writer?: Pick<TurnSpec["log"], "append" | "seal">;
  /** Keeps an activation from calling its model for now; undefined where it may call it. */
  hold?(spec: ActivationSpec, lines: readonly Line[]): Activation | undefined;
};

/** A turn of which nothing is done yet. */
export function createTurnWork(spec: TurnSpec, deps: TurnWorkDeps, first: Published): TurnWork {
  const { id, log, world, earlier, respond } = spec;
  const { clock } = deps;
  const begun = clock.now();
  const usages: (Usage | undefined)[] = [];

  const ledger = createLedger({ turnLimit: spec.turnLimit, onSettled: () => events.settled(), onLimited: noteLimit });
  const hearing = createHearing({ earlier, respond, agents: agentsNow });
  const events = createTurnEvents({
    ...{ clock, log: deps.writer ?? log, told: deps.tell, late: deps.late },
    timeOut(messageId) {
      voices.timeOut(messageId);
      outside.timeOut(messageId);
    },
    stopAll,
    hasOpenWork: () => ledger.count > 0,
    wasLimited: () => ledger.wasLimited,
    terminal(how) {
      ledger.end();
      return terminalOf(how, ledger.agents(), usages);
    },
    ended: () => deps.ended(hearing.said),
  });
  const { emit, notice, tell } = events;
  const voices = createVoices({
    ledger,
    newMessageId: deps.newMessageId,
    isClosing: () => events.isClosing,
    activate: activateAgent,
    answered: hearAgent,
  });
  const talk = createTurnTalk({ ledger, hearing, events, wake: voices.wake });
  const outside = createOutsideMessages({
    ...{ inReplyTo: first.id, clock, emit, tell },
    ended({ messageId, sender, content, complete }) {
      hearing.hear({ sender, agent: false, content });
      if (complete && !events.isClosing) talk.publish({ id: messageId, content }, { agent: sender });
    },
  });

  // ---- What is said, and whom it wakes

  async function open(): Promise<void> {
    try {
      await deps.publish(first);
    } catch (error) {
      fault("publish_failed", error);
    }
    if (events.isOver) return;
    const routed = routeFirst();
    events.time(beginTiming(spec.timing, routed.agents.length > 0, begun));
    talk.wake(routed, first.id, opening);
    opened();
  }

  const routeFirst = () => hearing.route(first, "person");

  function opened() {
    // A log that is full may have ended the turn by now.
    if (opening.isOpen) opening.close("replied");
  }

  /** What is wrong on our side ends the turn: what it would leave out might be taken for silence. */
  function fault(code: ErrorCode, error: unknown) {
    deps.observe.failed(`world ${world}`, code, error);
    events.close({ code });
  }

  function agentsNow(): readonly { name: string }[] {
    try {
      return deps.agents();
    } catch (error) {
      fault("internal_error", error);
      return [];
    }
  }

  // ---- Agents

  function activateAgent(call: AgentCall, ended: (result: ActivationResult) => void) {
    const activation = { ...call, deps: deps.call, observe: deps.observe, emit, tell, ended };
    const lines = hearing.lines();
    const held = deps.hold?.(activation, lines);
    if (held) return held;
    try {
      return activate(activation, deps.mind(call.agent, lines));
    } catch (error) {
      // It was deleted meanwhile, say, or its model is offered no more: an outcome, not the end of the turn.
      deps.observe.failed(call.agent, isFailure(error) ? error.code : "internal_error", error);
      return undefined;
    }
  }

  function hearAgent({ agent, messageId }: AgentCall, result: ActivationResult, call: Obligation) {
    const { complete, said: content, usage } = result;
    usages.push(usage);
    if (content === undefined) return;
    hearing.hear({ sender: agent, agent: true, content });
    if (complete && !events.isClosing) talk.publish({ id: messageId, content }, { agent }, call);
  }

  function noteLimit(agent: string) {
    notice("turn_limit", limitNotice(agent), { agent });
  }

  // ---- The end

  function stopAll(how: Ending) {
    const code = "code" in how ? how.code : undefined;
    const reason = code ? "error" : "cancelled";
    outside.closeAll(reason);
    voices.stopAll(reason, code);
    if (opening.isOpen) opening.close("cancelled");
  }

  const opening = ledger.open({ kind: "publication" });
  const parts = { spec, clock, moved: deps.moved, events, talk, voices, outside, opening };
  hearing.hear({ sender: first.sender, agent: false, content: first.content });

  return {
    notice,
    tell,
    time: events.time,
    close: events.close,
    owes: voices.owes,
    start() {
      const names = { stream_id: log.id, world, turn_id: id, message_id: first.id };
      emit({ type: "start", kind: "world", created_at: log.createdAt, ...names });
    },
    open: () => open().catch((error) => fault("internal_error", error)),
    routeFirst,
    wakeFirst: (routed) => talk.wake(routed, first.id, opening),
    opened,
    take: talk.take,
    openOutside: outside.open,
    closeOutside: outside.closeAll,
    turn: (published) => runningTurn(parts, published),
  };
}
