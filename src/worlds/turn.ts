import { type Clock, timestampOf } from "../clock.ts";
import type { GenerationObserver } from "../generation/generate.ts";
import type { CancelCause } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { CallDeps } from "../models/call.ts";
import type { CallOptions } from "../models/model.ts";
import type { OfferedModel } from "../models/registry.ts";
import { type ErrorCode, failure, isFailure, isRetryable, textOf } from "../protocol/errors.ts";
import type { OpenDraft, TerminalDraft, Usage } from "../protocol/events.ts";
import { type ActivationResult, activate } from "./activation.ts";
import { createLedger, type Obligation } from "./ledger.ts";
import type { Line } from "./memory.ts";
import { route, unknownAmong } from "./mentions.ts";
import { type OutsideMessage, outsideMessage } from "./outside.ts";
import { beginTiming, type Timing, type TimingAction, type TimingEvent } from "./timing.ts";
import { type TurnTimer, turnTimer } from "./turn-timer.ts";
import { type AgentCall, createVoices } from "./voices.ts";

/** A person's message on its way into a world. */
export type Published = {
  id: string;
  sender: string;
  content: string;
  mentions?: readonly string[] | null | undefined;
};

/** What an agent needs to answer. */
export type Mind = { streaming: boolean; model: OfferedModel; options: CallOptions };

export type TurnSpec = {
  /** Public: the name by which others add to the turn. */
  id: string;
  log: StreamLog;
  world: string;
  turnLimit: number;
  respond: "everyone" | "first" | "mentioned";
  timing: Timing;
  /** What was said before this turn, as it stood when it began (R-MEMORY). */
  earlier: readonly Line[];
};

export type TurnDeps = {
  clock: Clock;
  call: CallDeps;
  observe: GenerationObserver;
  newMessageId(): string;
  /** The agents of the world, the oldest first. */
  agents(): readonly { name: string }[];
  /**
   * An agent as it is now, ready to answer to what was said.
   * @throws Failure where it, or its model, is not there any more
   */
  mind(agent: string, lines: readonly Line[]): Mind;
  /** Brings the message that begins the turn to the world; a rejection is `publish_failed`. */
  publish(message: Published): Promise<void>;
  /** What readers of the whole world are told besides. */
  tell(draft: OpenDraft | TerminalDraft): void;
  /** An event came when the turn had ended. It is dropped. */
  late(): void;
  /** The turn is over, in the same tick as its last event. `said`: in the order in which it was said. */
  ended(said: readonly Line[]): void;
};

export type Turn = {
  readonly id: string;
  readonly log: StreamLog;
  readonly isOver: boolean;
  /** Resolves when the message that begins the turn is out, or could not be published. */
  readonly published: Promise<void>;
  cancel(cause: CancelCause): void;
  /**
   * Adds a person's message.
   * @throws Failure `turn_ended`
   */
  add(message: Published): void;
  /**
   * Begins a message that a program outside streams.
   * @throws Failure `turn_ended`
   */
  openOutside(messageId: string, sender: string): OutsideMessage;
};

type Ending = { reason: string } | { code: ErrorCode };

/**
 * Lets a world take a turn: `first` is published, whoever it wakes answers, and whoever they wake, until the ledger says that
 * nothing is open (R-COUNT). The turn belongs to its log, not to a connection.
 */
export function beginTurn(spec: TurnSpec, deps: TurnDeps, first: Published): Turn {
  const { id, log, world, earlier } = spec;
  const { clock } = deps;
  const begun = clock.now();
  const said: Line[] = [];
  const usages: (Usage | undefined)[] = [];
  const outside = new Map<string, OutsideMessage>();
  // Whoever has a name here is no unknown mention.
  const people = new Set(earlier.filter(({ agent }) => !agent).map(({ sender }) => sender.toLowerCase()));
  let timer: TurnTimer | undefined;
  let closing: Ending | undefined;
  let over = false;

  const ledger = createLedger({ turnLimit: spec.turnLimit, onSettled: settled, onLimited: noteLimit });
  const voices = createVoices({
    ledger,
    newMessageId: deps.newMessageId,
    isClosing: () => closing !== undefined,
    activate: activateAgent,
    answered: hearAgent,
  });

  /** Adds an event for all readers. False: the turn takes no more. */
  function emit(draft: OpenDraft): boolean {
    if (over) deps.late();
    // What has begun still gets its end.
    if (over || (closing && draft.type !== "message_end")) return false;
    const refused = log.append(draft);
    if (refused) close({ code: refused });
    else deps.tell(draft);
    return !refused;
  }

  const notice = (code: string, message: string, about: { message_id?: string; agent?: string }) =>
    emit({ type: "system", code, message, ...about });

  const tell = (event: TimingEvent) => timer?.tell(event);

  function act(action: TimingAction): void {
    if (action.type === "waiting") notice("waiting", `${action.agent} is still at work.`, { agent: action.agent });
    else if (action.type === "timeout") timeOut(action.message);
    else if (action.type === "end") {
      for (const message of action.unfinished) timeOut(message);
      seal({ reason: ledger.wasLimited ? "turn_limit" : action.reason });
    } else notice(action.type, NOTICES[action.type], { message_id: action.message });
  }

  function timeOut(messageId: string) {
    voices.timeOut(messageId);
    outside.get(messageId)?.close("timeout");
  }

  // ---- What is said, and whom it wakes

  /** Publishes what begins the turn. */
  async function open(): Promise<void> {
    try {
      await deps.publish(first);
    } catch (error) {
      fault("publish_failed", error);
    }
    if (over) return;
    const { agents, unknown } = routed(first, "person");
    timer = turnTimer(clock, beginTiming(spec.timing, agents.length > 0, begun), act);
    wake(agents, unknown, first.id, opening);
    // A log that is full may have ended the turn by now.
    if (opening.isOpen) opening.close("replied");
  }

  /** What is wrong on our side ends the turn: what it would leave out might be taken for silence. */
  function fault(code: ErrorCode, error: unknown) {
    deps.observe.failed(`world ${world}`, code, error);
    close({ code });
  }

  function agentsNow(): readonly { name: string }[] {
    try {
      return deps.agents();
    } catch (error) {
      fault("internal_error", error);
      return [];
    }
  }

  function routed({ content, mentions }: Omit<Published, "id" | "sender">, sender: "person" | { agent: string }) {
    const found = route({ text: content, mentions, sender, agents: agentsNow(), respond: spec.respond });
    const unknown = unknownAmong(found.unknown, people);
    return { agents: found.agents.map(({ agent }) => agent), unknown };
  }

  function wake(agents: readonly string[], unknown: readonly string[], messageId: string, cause: Obligation) {
    for (const text of unknownNotices(unknown)) {
      if (!notice("unknown_mention", text, { message_id: messageId })) return;
    }
    if (!closing) voices.wake(agents, messageId, cause);
  }

  /** Something was said to which agents may answer: from `cause`, or from outside. */
  function publish(message: Omit<Published, "sender">, sender: "person" | { agent: string }, cause?: Obligation) {
    if (!cause && ledger.count === 0) tell({ type: "reopened" });
    const publication = ledger.open({ kind: "publication" }, cause);
    try {
      const { agents, unknown } = routed(message, sender);
      wake(agents, unknown, message.id, publication);
    } finally {
      publication.close("replied");
    }
  }

  function hear(line: Line) {
    said.push(line);
    if (!line.agent) people.add(line.sender.toLowerCase());
  }

  // ---- Agents

  function activateAgent(call: AgentCall, ended: (result: ActivationResult) => void) {
    try {
      const mind = deps.mind(call.agent, [...earlier, ...said]);
      return activate({ ...mind, ...call, deps: deps.call, observe: deps.observe, emit, tell, ended });
    } catch (error) {
      // It was deleted meanwhile, say, or its model is offered no more: an outcome, not the end of the turn.
      deps.observe.failed(call.agent, isFailure(error) ? error.code : "internal_error", error);
      return undefined;
    }
  }

  function hearAgent(
    { agent, messageId }: AgentCall,
    { complete, said: content, usage }: ActivationResult,
    call: Obligation,
  ) {
    usages.push(usage);
    if (content === undefined) return;
    hear({ sender: agent, agent: true, content });
    if (complete && !closing) publish({ id: messageId, content }, { agent }, call);
  }

  function noteLimit(agent: string) {
    notice("turn_limit", `${agent} has answered as often as one turn allows.`, { agent });
  }

  // ---- Programs outside

  function refuseWhenOver() {
    if (over || closing) throw failure("turn_ended");
  }

  function openOutside(messageId: string, sender: string): OutsideMessage {
    refuseWhenOver();
    const message = outsideMessage({
      ...{ messageId, sender, inReplyTo: first.id, clock, emit, tell },
      ended(content, complete) {
        outside.delete(messageId);
        if (content === "") return;
        hear({ sender, agent: false, content });
        if (complete && !closing) publish({ id: messageId, content }, { agent: sender });
      },
    });
    outside.set(messageId, message);
    return message;
  }

  // ---- The end

  function settled() {
    if (closing) seal(closing);
    else tell({ type: "settled" });
  }

  /** Ends all that is open. The last piece of it seals the turn; where nothing is open, this does. */
  function close(how: Ending) {
    if (over || closing) return;
    closing = how;
    const code = "code" in how ? how.code : undefined;
    const reason = code ? "error" : "cancelled";
    for (const message of [...outside.values()]) message.close(reason);
    voices.stopAll(reason, code);
    if (opening.isOpen) opening.close("cancelled");
    else if (ledger.count === 0 && !over) seal(how);
  }

  function seal(how: Ending) {
    over = true;
    timer?.stop();
    ledger.end();
    const usage = totalOf(usages);
    const draft: TerminalDraft =
      "code" in how
        ? failed(how.code)
        : { type: "done", reason: how.reason, agents: ledger.agents(), ...(usage ? { usage } : {}) };
    log.seal(draft);
    deps.tell(draft);
    deps.ended(said);
  }

  // ---- The beginning

  const opening = ledger.open({ kind: "publication" });
  hear({ sender: first.sender, agent: false, content: first.content });
  const names = { stream_id: log.id, world, turn_id: id, message_id: first.id };
  emit({ type: "start", kind: "world", created_at: log.createdAt, ...names });

  return {
    id,
    log,
    published: open().catch((error) => fault("internal_error", error)),
    get isOver() {
      return over;
    },
    cancel: (cause) => close(codeOf(cause) ?? { reason: "cancelled" }),
    add(message) {
      refuseWhenOver();
      const { id: message_id, sender, content } = message;
      const timestamp = timestampOf(clock.wall());
      const isTaken = emit({ type: "message", message_id, sender, role: "user", content, timestamp });
      // There was no room for it, and that has ended the turn.
      if (!isTaken) throw failure("turn_ended");
      tell({ type: "outside_message" });
      hear({ sender, agent: false, content });
      publish(message, "person");
    },
    openOutside,
  };
}

/** Nobody reads more of them, and a text of a megabyte must not fill the log with what is wrong with it. */
const MOST_UNKNOWN = 100;

function unknownNotices(names: readonly string[]): string[] {
  const texts = names.slice(0, MOST_UNKNOWN).map((name) => `Nobody here is called "${name}".`);
  const left = names.length - MOST_UNKNOWN;
  return left > 0 ? [...texts, `${left} more names are nobody's here.`] : texts;
}

const NOTICES = {
  stalled: "The message has stopped for a moment.",
  resumed: "The message goes on.",
};

/** An end that nobody in the world has asked for is a failure. */
function codeOf(cause: CancelCause): { code: ErrorCode } | undefined {
  if (cause === "shutting_down") return { code: "shutting_down" };
  return cause === "lost" ? { code: "generation_lost" } : undefined;
}

const failed = (code: ErrorCode): TerminalDraft => ({
  type: "error",
  error_code: code,
  message: textOf(code),
  retryable: isRetryable(code),
});

/** Of all calls together, where each of them was counted. */
function totalOf(usages: readonly (Usage | undefined)[]): Usage | undefined {
  const total: Usage = { input_tokens: 0, output_tokens: 0 };
  for (const usage of usages) {
    if (!usage) return undefined;
    total.input_tokens += usage.input_tokens;
    total.output_tokens += usage.output_tokens;
  }
  return usages.length > 0 ? total : undefined;
}
