import type {
  LanguageModelV4FinishReason,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { type ModelFailure, modelFailure } from "./failure.ts";
import type { CallOptions, PartSink } from "./model.ts";

/**
 * The wire of OpenAI's chat completions as the compatible servers speak it (vLLM, llama.cpp, LM Studio, Ollama, gateways),
 * without any I/O. https://platform.openai.com/docs/api-reference/chat-streaming
 */

/** The JSON of a request for a streamed answer. Parts of the prompt that are no text are left out. */
export function requestBody(model: string, options: CallOptions): string {
  return JSON.stringify({
    model,
    messages: options.prompt.map(({ role, content }) => ({ role, content: textOf(content) })),
    stream: true,
    stream_options: { include_usage: true },
    // undefined is left out by JSON.stringify: what was not asked for is the server's default.
    max_tokens: options.maxOutputTokens,
    temperature: options.temperature,
    top_p: options.topP,
    presence_penalty: options.presencePenalty,
    frequency_penalty: options.frequencyPenalty,
    stop: options.stopSequences,
    seed: options.seed,
    ...(options.providerOptions?.["chatwait"]?.["continueFinalMessage"] === true ? GOING_ON : undefined),
  });
}

/**
 * As vLLM, SGLang and llama.cpp take it: the last message is left open, and no new one is begun.
 * https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
 */
const GOING_ON = { continue_final_message: true, add_generation_prompt: false };

function textOf(content: LanguageModelV4Message["content"]): string {
  if (typeof content === "string") return content;
  let text = "";
  for (const part of content) if (part.type === "text") text += part.text;
  return text;
}

/** What is known of an answer's end. The finish reason is the mark that it is whole; usage may come later, or never. */
export type AnswerEnd = { reason: string | undefined; usage: LanguageModelV4Usage | undefined };

type Delta = { content?: unknown; reasoning_content?: unknown; reasoning?: unknown };
type Completion = {
  choices?: { delta?: Delta | null; message?: Delta | null; finish_reason?: unknown }[] | null;
  usage?: WireUsage | null;
  error?: unknown;
  object?: unknown;
};
type WireUsage = {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown } | null;
  completion_tokens_details?: { reasoning_tokens?: unknown } | null;
};

/**
 * Hands on what one JSON text holds, be it a chunk of a stream or a whole completion, and notes what it says of the end.
 * Returns a failure for what is no such thing, or says that the model failed.
 */
export function takeCompletion(json: string, end: AnswerEnd, sink: Pick<PartSink, "part">): ModelFailure | undefined {
  const completion = parse(json);
  if (completion === undefined) return modelFailure("model_error", { cause: "not a completion" });
  if (completion.error || completion.object === "error") {
    return modelFailure("model_error", { cause: "error inside a 200" });
  }
  const choice = completion.choices?.[0];
  if (choice) {
    takeDelta(choice.delta ?? choice.message, sink);
    if (typeof choice.finish_reason === "string" && choice.finish_reason) end.reason = choice.finish_reason;
  }
  if (completion.usage) end.usage = usageOf(completion.usage);
  return undefined;
}

function parse(json: string): Completion | undefined {
  try {
    const value = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function takeDelta(delta: Delta | null | undefined, sink: Pick<PartSink, "part">): void {
  if (!delta) return;
  // vLLM, DeepSeek and llama.cpp say reasoning_content; OpenRouter, Groq and Ollama say reasoning.
  const thought = delta.reasoning_content ?? delta.reasoning;
  if (typeof thought === "string" && thought) sink.part({ type: "reasoning-delta", id: "0", delta: thought });
  const { content } = delta;
  if (typeof content === "string" && content) sink.part({ type: "text-delta", id: "0", delta: content });
}

/** The finish part of an answer that has its finish mark. */
export function finishOf({ reason, usage = NO_USAGE }: AnswerEnd): LanguageModelV4StreamPart {
  return { type: "finish", finishReason: { unified: unifiedReason(reason), raw: reason }, usage };
}

function unifiedReason(raw: string | undefined): LanguageModelV4FinishReason["unified"] {
  if (raw === "stop" || raw === "length") return raw;
  if (raw === "content_filter") return "content-filter";
  if (raw === "tool_calls" || raw === "function_call") return "tool-calls";
  return "other";
}

function usageOf(usage: WireUsage): LanguageModelV4Usage {
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details } = usage;
  return {
    inputTokens: {
      total: count(prompt_tokens),
      noCache: undefined,
      cacheRead: count(prompt_tokens_details?.cached_tokens),
      cacheWrite: undefined,
    },
    outputTokens: {
      total: count(completion_tokens),
      text: undefined,
      reasoning: count(completion_tokens_details?.reasoning_tokens),
    },
  };
}

const count = (value: unknown) => (Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined);

const NO_USAGE: LanguageModelV4Usage = usageOf({});
