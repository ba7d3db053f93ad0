import type { LanguageModelV4, LanguageModelV4FinishReason, LanguageModelV4Usage } from "@ai-sdk/provider";
import { type Clock, timestampOf } from "../clock.ts";
import type { CancelCause } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { type CallDeps, callModel } from "../models/call.ts";
import type { CallOptions, Part, PartSink } from "../models/model.ts";
import { type ErrorCode, textOf as errorText, isFailure, isRetryable } from "../protocol/errors.ts";
import type { EventDraft, MessageReason, OpenDraft, TerminalDraft, Usage } from "../protocol/events.ts";
import type { Begun } from "./begun.ts";
import { type CodePointGate, codePointGate, type TextJoiner, textJoiner } from "./text.ts";

export type GenerationSpec = {
  log: StreamLog;
  /** The name under which the server offers it. */
  modelId: string;
  model: LanguageModelV4;
  options: CallOptions;
  messageId: string;
  deps: CallDeps;
  observe: GenerationObserver;
  /** Where another server has begun it: what the log holds. The model is to say only the rest. */
  begun?: Begun;
};

/** What the metrics want to know. Called in the token path: must be cheap, must not throw. */
export type GenerationObserver = {
  token(): void;
  /** From the start to the first token, in ms. */
  firstToken(ms: number): void;
  /** Why a model did not answer, for whoever has to mend it: `cause` is a status or a system code, never a text. */
  failed(modelId: string, code: ErrorCode, cause: unknown): void;
  /** The whole generation, in ms; `outcome` is the reason of `done`, the code of `error`, or `handed_over`. */
  ended(outcome: string, ms: number): void;
};

type Draft<Type extends EventDraft["type"]> = Extract<EventDraft, { type: Type }>;

/** Whoever speaks in a chat that is not the user. */
const SENDER = "assistant";

/** All that a generation is, in one record: in closures a stream that waits for its first token costs 0.7 KiB more. */
type Writing = Pick<GenerationSpec, "log" | "messageId" | "modelId" | "observe"> & {
  readonly clock: Clock;
  readonly begun: number;
  /** Made with the first text. */
  text: { joiner: TextJoiner; gate: CodePointGate } | undefined;
  speaking: boolean;
  thought: boolean;
  /** Goes on with a text, and has said nothing yet. */
  resuming: boolean;
  over: boolean;
  /** Another server is to go on. */
  handedOver: boolean;
  finish: Finish | undefined;
  stopCall(): void;
};
type Finish = { reason: MessageReason; usage: Usage | undefined };

/** An answer that is being written: for `cancelGeneration`, `handOverGeneration` and `saidSoFar`. An object with them would be 0.2 KiB more. */
export type Generation = Writing;

/**
 * Lets a model write one answer into a log: `start`, the message, and exactly one terminal event whatever happens (R-ONE).
 * It belongs to the log, not to any connection (R-DETACH).
 */
export function generate(spec: GenerationSpec): Generation {
  const { log, messageId, modelId, model, options, deps, observe, begun } = spec;
  const { clock } = deps;
  const writing: Writing = {
    log,
    messageId,
    modelId,
    observe,
    clock,
    begun: clock.now(),
    text: begun?.speaking ? textFrom(begun.text) : undefined,
    speaking: begun?.speaking ?? false,
    thought: begun?.thought ?? false,
    resuming: begun !== undefined && begun.text !== "",
    over: false,
    handedOver: false,
    finish: undefined,
    // `fail` may come from the very first append, before there is a call to stop.
    stopCall: () => {},
  };
  if (!begun?.started) {
    append(writing, { type: "start", stream_id: log.id, kind: "chat", created_at: log.createdAt, model: modelId });
  }
  const sink: PartSink = { part: (part) => take(writing, part), end: (error) => end(writing, error) };
  if (!writing.over) writing.stopCall = callModel(model, options, deps, sink);
  return writing;
}

/** Adds an event, or ends the generation where the log has no room for it. */
function append(writing: Writing, draft: OpenDraft): boolean {
  const refused = writing.over ? undefined : writing.log.append(draft);
  if (refused) fail(writing, refused);
  return !writing.over;
}

function take(writing: Writing, part: Part): void {
  if (part.type === "text-delta") token(writing, textOf(writing).gate.pass(part.delta));
  else if (part.type === "reasoning-start" || part.type === "reasoning-delta") think(writing);
  else if (part.type === "finish") writing.finish = finishOf(part.finishReason, part.usage);
}

function textOf(writing: Writing) {
  writing.text ??= textFrom("");
  return writing.text;
}

function textFrom(said: string) {
  const joiner = textJoiner();
  if (said !== "") joiner.add(said);
  return { joiner, gate: codePointGate() };
}

function token(writing: Writing, piece: string): void {
  if (piece === "") return;
  writing.resuming = false;
  speak(writing);
  if (!append(writing, { type: "token", message_id: writing.messageId, text: piece })) return;
  textOf(writing).joiner.add(piece);
  writing.observe.token();
}

function speak(writing: Writing): void {
  if (writing.speaking) return;
  const { messageId, clock, begun } = writing;
  writing.speaking = append(writing, {
    type: "message_start",
    message_id: messageId,
    sender: SENDER,
    role: "assistant",
  });
  if (writing.speaking) writing.observe.firstToken(clock.now() - begun);
}

function think(writing: Writing): void {
  if (writing.thought || writing.speaking) return;
  writing.thought = true;
  append(writing, { type: "system", code: "thinking", message: "The model is thinking before it answers." });
}

function end(writing: Writing, error?: unknown): void {
  if (writing.over) return;
  if (error !== undefined) {
    const code = codeOf(writing, error);
    writing.observe.failed(writing.modelId, code, (error as Error).cause);
    fail(writing, code);
  } else complete(writing, writing.finish?.reason ?? "stop", writing.finish?.usage);
}

/** A model that cannot go on with a text leaves it lost: a new start may well succeed. */
function codeOf({ resuming }: Writing, error: unknown): ErrorCode {
  if (resuming) return "generation_lost";
  return isFailure(error) ? error.code : "internal_error";
}

/** What the shelf or a client asks for. Does nothing where it has ended. */
export function cancelGeneration(writing: Generation, cause: CancelCause): void {
  if (writing.over) return;
  if (cause === "shutting_down" || cause === "lost" || cause === "moved") {
    fail(writing, cause === "shutting_down" ? cause : "generation_lost");
    return;
  }
  writing.stopCall();
  complete(writing, "cancelled");
}

/** The text so far, and whether the model thought before it. */
export const saidSoFar = ({ text, thought }: Generation): { text: string; thought: boolean } => ({
  text: text?.joiner.join() ?? "",
  thought,
});

/**
 * Stops the model and writes no more, without an end: another server is to go on. It can still be cancelled. False where it
 * has ended.
 */
export function handOverGeneration(writing: Generation): boolean {
  if (writing.over) return false;
  writing.stopCall();
  writing.handedOver = true;
  writing.observe.ended("handed_over", writing.clock.now() - writing.begun);
  return true;
}

/** The end that is not a failure: there is always a message, be it empty. */
function complete(writing: Writing, reason: MessageReason, usage?: Usage): void {
  if (writing.text) token(writing, writing.text.gate.rest());
  speak(writing);
  if (writing.over) return;
  endMessage(writing, reason, usage);
  seal(writing, usage ? { type: "done", reason, usage } : { type: "done", reason }, reason);
}

function fail(writing: Writing, code: ErrorCode): void {
  writing.stopCall();
  if (writing.speaking) endMessage(writing, code === "model_timeout" ? "timeout" : "error", undefined, code);
  seal(writing, { type: "error", error_code: code, message: errorText(code), retryable: isRetryable(code) }, code);
}

function endMessage(writing: Writing, reason: MessageReason, usage?: Usage, code?: ErrorCode): void {
  const { log, messageId, clock, text } = writing;
  const timestamp = timestampOf(clock.wall());
  const content = text ? text.joiner.join() : "";
  const end: Draft<"message_end"> = {
    type: "message_end",
    message_id: messageId,
    sender: SENDER,
    content,
    timestamp,
    reason,
  };
  // Not by spreading, which costs more than the rest of it.
  if (usage) end.usage = usage;
  if (code) end.error_code = code;
  log.append(end);
}

function seal(writing: Writing, draft: TerminalDraft, outcome: string): void {
  const { log, observe, clock, begun, handedOver } = writing;
  writing.over = true;
  log.seal(draft);
  if (!handedOver) observe.ended(outcome, clock.now() - begun);
}

/** What a finish part says, in the words of the protocol. */
export function finishOf(reason: LanguageModelV4FinishReason, usage: LanguageModelV4Usage) {
  return { reason: REASONS[reason.unified] ?? ("stop" as const), usage: usageOf(usage) };
}

// `error` and `interrupted` never get here: a call that finished so has failed.
const REASONS: Partial<Record<LanguageModelV4FinishReason["unified"], MessageReason>> = {
  length: "length",
  "content-filter": "content_filter",
};

function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage | undefined {
  // Half of it would have to be made up.
  if (inputTokens.total === undefined || outputTokens.total === undefined) return undefined;
  return { input_tokens: inputTokens.total, output_tokens: outputTokens.total };
}
