import type { LanguageModelV4, LanguageModelV4FinishReason, LanguageModelV4Usage } from "@ai-sdk/provider";
import type { CancelCause } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { type CallDeps, callModel } from "../models/call.ts";
import type { CallOptions, Part } from "../models/model.ts";
import { type ErrorCode, isFailure, isRetryable, textOf } from "../protocol/errors.ts";
import type { MessageReason, TerminalDraft, Usage } from "../protocol/events.ts";
import { codePointGate, textJoiner } from "./text.ts";

export type GenerationSpec = {
  log: StreamLog;
  /** The name under which the server offers it. */
  modelId: string;
  model: LanguageModelV4;
  options: CallOptions;
  messageId: string;
  deps: CallDeps;
  observe: GenerationObserver;
};

/** What the metrics want to know. Called in the token path: must be cheap, must not throw. */
export type GenerationObserver = {
  token(): void;
  /** From the start to the first token, in ms. */
  firstToken(ms: number): void;
  /** The whole generation, in ms; `outcome` is the reason of `done` or the code of `error`. */
  ended(outcome: string, ms: number): void;
};

export type Generation = { cancel(cause: CancelCause): void };

/** Whoever speaks in a chat that is not the user. */
const SENDER = "assistant";

/**
 * Lets a model write one answer into a log: `start`, the message, and exactly one terminal event whatever happens (R-ONE).
 * It belongs to the log, not to any connection (R-DETACH).
 */
export function generate(spec: GenerationSpec): Generation {
  const { log, messageId, deps, observe } = spec;
  const { clock } = deps;
  const begun = clock.now();
  const text = textJoiner();
  const gate = codePointGate();
  let speaking = false;
  let thought = false;
  let over = false;
  let finish: { reason: MessageReason; usage?: Usage } | undefined;

  /** Adds an event, or ends the generation where the log has no room for it. */
  function append(draft: Parameters<StreamLog["append"]>[0]): boolean {
    const refused = over ? undefined : log.append(draft);
    if (refused) fail(refused);
    return !over;
  }

  function speak() {
    if (speaking) return;
    speaking = append({ type: "message_start", message_id: messageId, sender: SENDER, role: "assistant" });
    if (speaking) observe.firstToken(clock.now() - begun);
  }

  function token(piece: string) {
    if (piece === "") return;
    speak();
    if (!append({ type: "token", message_id: messageId, text: piece })) return;
    text.add(piece);
    observe.token();
  }

  function think() {
    if (thought || speaking) return;
    thought = true;
    append({ type: "system", code: "thinking", message: "The model is thinking before it answers." });
  }

  function part(part: Part) {
    if (part.type === "text-delta") token(gate.pass(part.delta));
    else if (part.type === "reasoning-start" || part.type === "reasoning-delta") think();
    else if (part.type === "finish") finish = finishOf(part.finishReason, part.usage);
  }

  function end(error?: unknown) {
    if (over) return;
    if (error !== undefined) return fail(isFailure(error) ? error.code : "internal_error");
    complete(finish?.reason ?? "stop", finish?.usage);
  }

  /** The end that is not a failure: there is always a message, be it empty. */
  function complete(reason: MessageReason, usage?: Usage) {
    token(gate.rest());
    speak();
    if (over) return;
    const counted = usage ? { usage } : {};
    endMessage({ reason, ...counted });
    seal({ type: "done", reason, ...counted }, reason);
  }

  function fail(code: ErrorCode) {
    stopCall();
    if (speaking) endMessage({ reason: code === "model_timeout" ? "timeout" : "error", error_code: code });
    seal({ type: "error", error_code: code, message: textOf(code), retryable: isRetryable(code) }, code);
  }

  function endMessage(how: { reason: MessageReason; usage?: Usage; error_code?: string }) {
    const timestamp = new Date(clock.wall()).toISOString();
    log.append({ type: "message_end", message_id: messageId, sender: SENDER, content: text.join(), timestamp, ...how });
  }

  function seal(draft: TerminalDraft, outcome: string) {
    over = true;
    log.seal(draft);
    observe.ended(outcome, clock.now() - begun);
  }

  // `fail` may come from the very first append, before there is a call to stop.
  let stopCall = () => {};
  append({ type: "start", stream_id: log.id, kind: "chat", created_at: log.createdAt, model: spec.modelId });
  if (!over) stopCall = callModel(spec.model, spec.options, deps, { part, end });

  return {
    cancel(cause) {
      if (over) return;
      if (cause === "shutting_down") return fail("shutting_down");
      stopCall();
      complete("cancelled");
    },
  };
}

function finishOf(reason: LanguageModelV4FinishReason, usage: LanguageModelV4Usage) {
  const counted = usageOf(usage);
  return { reason: REASONS[reason.unified] ?? "stop", ...(counted ? { usage: counted } : {}) } as const;
}

// `error` and `interrupted` never get here: a call that finished so has failed.
const REASONS: Partial<Record<LanguageModelV4FinishReason["unified"], MessageReason>> = {
  length: "length",
  "content-filter": "content_filter",
};

function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage | undefined {
  if (inputTokens.total === undefined && outputTokens.total === undefined) return undefined;
  return { input_tokens: inputTokens.total ?? 0, output_tokens: outputTokens.total ?? 0 };
}
