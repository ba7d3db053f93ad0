import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";

/**
 * The seam to every model is `LanguageModelV4` of @ai-sdk/provider. Ours can besides be asked to push: parts arrive by a
 * function call in the same turn of the event loop in which their bytes arrived, where a web stream would cost a promise
 * and several objects a token.
 */

export type CallOptions = LanguageModelV4CallOptions;
export type Part = LanguageModelV4StreamPart;

/** Receives the parts of one call in order, then `end` exactly once; `error` says that the call failed or broke off. */
export type PartSink = { part(part: Part): void; end(error?: unknown): void };

/**
 * Begins a call. Returns what cancels it: the connection to the model is closed, and nothing more reaches the sink, not
 * even `end`. Never throws, and never calls the sink before it returned.
 */
export type Push = (options: CallOptions, sink: PartSink) => () => void;

/** A `LanguageModelV4` that can also push. */
export type PushModel = LanguageModelV4 & { readonly push: Push };

/** Makes a complete `LanguageModelV4` out of a push function: `doStream` and `doGenerate` are derived from it. */
export function pushModel(provider: string, modelId: string, push: Push): PushModel {
  return {
    specificationVersion: "v4",
    provider,
    modelId,
    supportedUrls: {},
    push,
    doStream: async (options) => ({ stream: streamOf(push, options) }),
    doGenerate: (options) => fold(push, options),
  };
}

/** How to call any model: its own push where it has one, else a pump over `doStream`. */
export function pushOf(model: LanguageModelV4): Push {
  return "push" in model ? (model as PushModel).push : (options, sink) => pump(model, options, sink);
}

function streamOf(push: Push, options: CallOptions): ReadableStream<Part> {
  let cancel = () => {};
  return new ReadableStream<Part>({
    start(controller) {
      cancel = push(options, {
        part: (part) => controller.enqueue(part),
        end: (error) => (error === undefined ? controller.close() : controller.error(error)),
      });
      options.abortSignal?.addEventListener("abort", () => {
        cancel();
        controller.error(options.abortSignal?.reason);
      });
    },
    cancel: () => cancel(),
  });
}

async function fold(push: Push, options: CallOptions): Promise<LanguageModelV4GenerateResult> {
  let text = "";
  let finish: { usage: LanguageModelV4Usage; finishReason: LanguageModelV4FinishReason } | undefined;
  for await (const part of streamOf(push, options)) {
    if (part.type === "text-delta") text += part.delta;
    else if (part.type === "finish") finish = part;
    else if (part.type === "error") throw part.error;
  }
  if (!finish) throw new Error("The model's stream ended without a finish part.");
  return { content: [{ type: "text", text }], finishReason: finish.finishReason, usage: finish.usage, warnings: [] };
}

function pump(model: LanguageModelV4, options: CallOptions, sink: PartSink): () => void {
  const abort = new AbortController();
  const read = async () => {
    const { stream } = await model.doStream({ ...options, abortSignal: abort.signal });
    for await (const part of stream) {
      if (abort.signal.aborted) return;
      sink.part(part);
    }
  };
  read().then(
    () => abort.signal.aborted || sink.end(),
    (error: unknown) => abort.signal.aborted || sink.end(error ?? new Error("The model's stream failed.")),
  );
  return () => abort.abort();
}
