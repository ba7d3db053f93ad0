import { type Clock, timestampOf } from "../clock.ts";
import { finishOf, type GenerationObserver } from "../generation/generate.ts";
import { codePointGate, textJoiner } from "../generation/text.ts";
import { type CallDeps, callModel } from "../models/call.ts";
import { continuation } from "../models/continuation.ts";
import type { CallOptions, Part } from "../models/model.ts";
import type { OfferedModel } from "../models/registry.ts";
import { type ErrorCode, isFailure } from "../protocol/errors.ts";
import type { MessageReason, OpenDraft, StreamEvent, Usage } from "../protocol/events.ts";
import type { Outcome } from "./ledger.ts";
import type { TimingEvent } from "./timing.ts";

/** What an agent needs to answer. `streaming` false: its text is gathered, and sent as one `message`. */
export type Mind = { streaming: boolean; model: OfferedModel; options: CallOptions };

/** One agent answering once. */
export type ActivationSpec = {
  agent: string;
  messageId: string;
  /** The message that woke the agent. */
  inReplyTo: string;
  deps: CallDeps;
  observe: GenerationObserver;
  /** Adds an event to the turn. False: the turn takes nothing more, and has stopped this activation already. */
  emit(draft: OpenDraft): boolean;
  tell(event: TimingEvent): void;
  /** Called exactly once, when all events of this activation are in the turn. */
  ended(result: ActivationResult): void;
};

/** `said`: what readers were shown, or would have been; absent where that is nothing. */
export type ActivationResult = { outcome: Outcome; complete: boolean; said?: string; usage?: Usage };

export type Activation = {
  /** Ends it from outside: the call to the model is closed. Does nothing once it has ended. */
  stop(reason: "cancelled" | "timeout" | "error", code?: ErrorCode): void;
};

/** One that another server has begun, and that is lived through again before it goes on here. */
export type RelivedActivation = Activation & {
  /** What the log has of it. */
  relive(event: StreamEvent): void;
  /** It ended without a word, and the log has nothing of that. */
  passOver(): void;
  /** Calls the model: for the rest, where something was said. Ends as lost where the model cannot go on (R-TAKEOVER). */
  begin(mind: Mind): void;
};

type State = ActivationSpec & {
  readonly clock: Clock;
  readonly begun: number;
  readonly joiner: ReturnType<typeof textJoiner>;
  readonly gate: ReturnType<typeof codePointGate>;
  streaming: boolean;
  modelId: string;
  /** Characters of text that nobody was shown yet. */
  hidden: number;
  /** In how many pieces the text came that was relived. */
  pieces: number;
  /** Goes on with a text, and has said nothing more yet. */
  resuming: boolean;
  speaking: boolean;
  thought: boolean;
  over: boolean;
  finish: { reason: MessageReason; usage: Usage | undefined } | undefined;
  stopCall(): void;
};

/** What an agent that is not streamed may gather, in characters: more than the log of a turn takes by default. */
const MOST_HIDDEN = 4 * 2 ** 20;

const OUTCOMES: Partial<Record<MessageReason, Outcome>> = {
  cancelled: "cancelled",
  timeout: "timed_out",
  error: "failed",
};

/**
 * Has an agent answer: its message, streamed or whole, and its end whatever happens. A failure stays this agent's own: one
 * before the first token leaves no message, a later one ends the message (R-TEXT).
 */
export function activate(spec: ActivationSpec, mind: Mind): Activation {
  const state = silent(spec);
  begin(state, mind);
  return { stop: (reason, code) => conclude(state, reason, code) };
}

/** The same for one that another server has begun. */
export function reliveActivation(spec: ActivationSpec): RelivedActivation {
  const state = silent(spec);
  return {
    relive: (event) => relive(state, event),
    passOver: () => conclude(state, "stop"),
    begin: (mind) => begin(state, mind),
    stop: (reason, code) => conclude(state, reason, code),
  };
}

const silent = (spec: ActivationSpec): State => ({
  ...spec,
  clock: spec.deps.clock,
  begun: spec.deps.clock.now(),
  joiner: textJoiner(),
  gate: codePointGate(),
  streaming: true,
  modelId: "",
  hidden: 0,
  pieces: 0,
  resuming: false,
  speaking: false,
  thought: false,
  over: false,
  finish: undefined,
  stopCall: () => {},
});

function begin(state: State, mind: Mind): void {
  if (state.over) return;
  const { messageId, agent, speaking, thought, pieces, deps } = state;
  // What readers were shown a part of is shown to its end.
  state.streaming = speaking || mind.streaming;
  state.modelId = mind.model.id;
  state.tell({ type: "call_opened", message: messageId, agent });
  if (speaking) state.tell({ type: "message_started", message: messageId, shown: true });
  const text = state.joiner.join();
  state.resuming = text !== "";
  const call = continuation(mind.model, mind.options, { text, pieces, thought });
  if (!call) {
    conclude(state, "error", "generation_lost");
    return;
  }
  const stopCall = callModel(call.model, call.options, deps, {
    part: (part) => take(state, part),
    end: (error) => end(state, error),
  });
  // A model that fails at once has been heard already.
  if (!state.over) state.stopCall = stopCall;
}

function relive(state: State, event: StreamEvent): void {
  if (event.type === "system") state.thought = true;
  else if (event.type === "message_start") speak(state);
  else if (event.type === "token") {
    state.pieces++;
    text(state, event.text);
  } else if (event.type === "message") {
    state.streaming = false;
    text(state, event.content);
    conclude(state, "stop");
  } else if (event.type === "message_end") {
    state.finish = { reason: event.reason, usage: event.usage };
    conclude(state, event.reason, event.error_code as ErrorCode | undefined);
  }
}

function take(state: State, part: Part): void {
  if (state.over) return;
  if (part.type === "text-delta") text(state, state.gate.pass(part.delta));
  else if (part.type === "reasoning-start" || part.type === "reasoning-delta") think(state);
  else if (part.type === "finish") state.finish = finishOf(part.finishReason, part.usage);
}

function text(state: State, piece: string): void {
  if (piece === "" || !speak(state)) return;
  state.resuming = false;
  const { messageId, observe, streaming } = state;
  observe.token();
  if (!streaming) {
    gather(state, piece);
    return;
  }
  state.tell({ type: "message_token", message: messageId });
  if (state.over || !state.emit({ type: "token", message_id: messageId, text: piece })) return;
  state.joiner.add(piece);
}

function gather(state: State, piece: string): void {
  state.tell({ type: "call_progress", message: state.messageId });
  state.joiner.add(piece);
  state.hidden += piece.length;
  if (state.hidden > MOST_HIDDEN) conclude(state, "error", "stream_too_long");
}

/** Before the first text: the message begins. */
function speak(state: State): boolean {
  if (state.speaking) return true;
  const { messageId, agent, streaming, inReplyTo, observe, clock, begun } = state;
  state.tell({ type: "message_started", message: messageId, shown: streaming });
  const role = "assistant";
  state.speaking =
    !streaming ||
    state.emit({ type: "message_start", message_id: messageId, sender: agent, role, in_reply_to: inReplyTo });
  if (state.speaking) observe.firstToken(clock.now() - begun);
  return state.speaking;
}

function think(state: State): void {
  const { agent, messageId } = state;
  state.tell({ type: "call_progress", message: messageId });
  if (state.thought || state.speaking) return;
  state.thought = true;
  state.emit({ type: "system", code: "thinking", message: `${agent} is thinking before it answers.`, agent });
}

function end(state: State, error?: unknown): void {
  if (state.over) return;
  if (error !== undefined) {
    const code = codeOf(state, error);
    state.observe.failed(state.modelId, code, (error as Error).cause);
    conclude(state, code === "model_timeout" ? "timeout" : "error", code);
    return;
  }
  text(state, state.gate.rest());
  conclude(state, state.finish?.reason ?? "stop");
}

/** A model that cannot go on with a text leaves it lost: a new message may well succeed. */
function codeOf({ resuming }: State, error: unknown): ErrorCode {
  if (resuming) return "generation_lost";
  return isFailure(error) ? error.code : "internal_error";
}

/** The end, however it came about. */
function conclude(state: State, reason: MessageReason, code?: ErrorCode): void {
  if (state.over) return;
  state.over = true;
  state.stopCall();
  const { observe, clock, begun, messageId } = state;
  const said = state.joiner.join();
  const usage = state.finish?.usage ? { usage: state.finish.usage } : {};
  const failed = OUTCOMES[reason];
  const shown = say(state, said, { reason, ...usage, ...(code ? { error_code: code } : {}) });
  state.tell({ type: "call_ended", message: messageId });
  observe.ended(code ?? reason, clock.now() - begun);
  const outcome = failed ?? (said === "" ? "declined" : "replied");
  state.ended({ outcome, complete: failed === undefined, ...(shown ? { said } : {}), ...usage });
}

type Ending = { reason: MessageReason; usage?: Usage; error_code?: string };

/** What was streamed gets its end; what was gathered is said, if it is whole. Returns whether there is a message. */
function say(state: State, content: string, ending: Ending): boolean {
  const { messageId, agent, streaming, speaking, inReplyTo, clock } = state;
  if (!speaking) return false;
  const timestamp = timestampOf(clock.wall());
  const message = { message_id: messageId, sender: agent, content, timestamp, in_reply_to: inReplyTo };
  if (streaming) return state.emit({ type: "message_end", ...message, ...ending });
  if (OUTCOMES[ending.reason]) return false;
  return state.emit({ type: "message", ...message, role: "assistant" });
}
