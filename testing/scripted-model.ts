import type { LanguageModelV4FinishReason, LanguageModelV4Usage } from "@ai-sdk/provider";
import { type CallOptions, type Part, type PartSink, type PushModel, pushModel } from "../src/models/model.ts";

type Reason = LanguageModelV4FinishReason["unified"];
export type ScriptedFinish = { reason?: Reason; usage?: { input: number; output: number } };

/** One call of a {@link scriptedModel}, driven by the test. Each step reaches the caller at once; after a cancel none does. */
export type ScriptedCall = {
  readonly options: CallOptions;
  text(...tokens: string[]): void;
  reasoning(text?: string): void;
  part(part: Part): void;
  /** The finish part and the end: a whole answer. */
  finish(finish?: ScriptedFinish): void;
  /** The end without a finish part, as a connection that was cut. */
  cut(): void;
  fail(error: unknown): void;
  readonly isCancelled: boolean;
  /** Resolves once the caller has cancelled. */
  readonly cancelled: Promise<void>;
};

export type ScriptedModel = {
  readonly model: PushModel;
  /** All calls so far, oldest first. */
  readonly calls: ScriptedCall[];
  /** The call of that index, once it has been made. */
  call(index?: number): Promise<ScriptedCall>;
};

/** A model that says what the test says, when the test says it. */
export function scriptedModel(modelId = "scripted"): ScriptedModel {
  const calls: ScriptedCall[] = [];
  const waiting: { index: number; found(call: ScriptedCall): void }[] = [];
  const model = pushModel("test", modelId, (options, sink) => {
    const { call, cancel } = scriptedCall(options, sink);
    const index = calls.push(call) - 1;
    for (const entry of waiting) if (entry.index === index) entry.found(call);
    return cancel;
  });
  return {
    model,
    calls,
    call(index = 0) {
      const call = calls[index];
      if (call) return Promise.resolve(call);
      return new Promise((found) => waiting.push({ index, found }));
    },
  };
}

function scriptedCall(options: CallOptions, sink: PartSink): { call: ScriptedCall; cancel: () => void } {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  let isCancelled = false;
  let over = false;
  const part = (part: Part) => {
    if (!over) sink.part(part);
  };
  const end = (error?: unknown) => {
    if (over) return;
    over = true;
    sink.end(error);
  };
  const call: ScriptedCall = {
    options,
    text(...tokens) {
      for (const delta of tokens) part({ type: "text-delta", id: "0", delta });
    },
    reasoning: (delta = "hm") => part({ type: "reasoning-delta", id: "0", delta }),
    part,
    finish(finish) {
      part(finishPart(finish));
      end();
    },
    cut: () => end(),
    fail: (error) => end(error),
    get isCancelled() {
      return isCancelled;
    },
    cancelled,
  };
  const cancel = () => {
    over = true;
    isCancelled = true;
    resolve();
  };
  return { call, cancel };
}

/** A model that answers each call with these tokens, all in the turn of the event loop after it. */
export function instantModel(tokens: readonly string[], finish: ScriptedFinish = {}, modelId = "instant"): PushModel {
  return pushModel("test", modelId, (_options, sink) => {
    let cancelled = false;
    queueMicrotask(() => {
      for (const delta of tokens) if (!cancelled) sink.part({ type: "text-delta", id: "0", delta });
      if (!cancelled) sink.part(finishPart(finish));
      if (!cancelled) sink.end();
    });
    return () => {
      cancelled = true;
    };
  });
}

/** A finish part; without `usage`, that of a model which counts nothing. */
export function finishPart({ reason = "stop", usage }: ScriptedFinish = {}): Part {
  return { type: "finish", finishReason: { unified: reason, raw: reason }, usage: usageOf(usage) };
}

function usageOf(usage?: { input: number; output: number }): LanguageModelV4Usage {
  return {
    inputTokens: { total: usage?.input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: usage?.output, text: undefined, reasoning: undefined },
  };
}
