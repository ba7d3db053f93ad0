import type { LanguageModelV4 } from "@ai-sdk/provider";
import { type CallOptions, type Part, pushModel } from "./model.ts";
import { onlyTheRest } from "./only-the-rest.ts";
import type { OfferedModel } from "./registry.ts";

/**
 * How a model is made to go on with a text that it, or another call of it, has begun. `exactly`: it says the same to the
 * same, and leaves out what was said. `assistant`: the text is the last message, and that is enough.
 * `continue_final_message`: it has to be told so besides.
 */
export type Continuing = "exactly" | "assistant" | "continue_final_message";

/** What a model has said of an answer: its text, in how many pieces, and whether it thought before. */
export type Said = { readonly text: string; readonly pieces: number; readonly thought: boolean };

/**
 * Whether a model can go on with what was said. Where that is nothing, any can: it is asked anew. What a model thought is
 * nowhere kept, so one that thought before it spoke would go on without it, and most refuse to.
 */
export function canContinue(offered: OfferedModel, { text, thought }: Omit<Said, "pieces">): boolean {
  const how = continuingOf(offered);
  return text === "" || how === "exactly" || (how !== undefined && !thought);
}

/**
 * The call that says only the rest of an answer, `options` being what the whole was asked with; undefined where the model cannot.
 * It fails before its first text where it is seen that the model does not go on.
 */
export function continuation(
  offered: OfferedModel,
  options: CallOptions,
  said: Said,
): { model: LanguageModelV4; options: CallOptions } | undefined {
  const { model } = offered;
  if (!canContinue(offered, said)) return undefined;
  if (said.text === "") return { model, options };
  const how = continuingOf(offered);
  if (how === "exactly") return { model, options: withOption(options, { continueFrom: said.text }) };
  if (said.pieces >= (options.maxOutputTokens ?? Number.POSITIVE_INFINITY)) return { model: usedUp(model), options };
  return { model: onlyTheRest(model, said.text), options: prefilled(options, said, how) };
}

/** `builtin:chat` is a function of what it is told. */
const continuingOf = ({ model, continues }: OfferedModel): Continuing | undefined =>
  model.provider === "builtin" ? "exactly" : continues;

/**
 * The text so far, as the last message of the assistant. Without the whitespace at its end: Anthropic refuses it, templates
 * cut it off, and where words begin with a space the model would say it twice.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-engineering/prefill-claudes-response
 */
function prefilled(options: CallOptions, said: Said, how: Continuing | undefined): CallOptions {
  const { prompt, maxOutputTokens } = options;
  const left = maxOutputTokens === undefined ? {} : { maxOutputTokens: Math.max(1, maxOutputTokens - tokensOf(said)) };
  const text = said.text.trimEnd();
  if (text === "") return { ...options, ...left };
  const begun: CallOptions["prompt"] = [...prompt, { role: "assistant", content: [{ type: "text", text }] }];
  const asked = { ...options, ...left, prompt: begun };
  return how === "continue_final_message" ? withOption(asked, { continueFinalMessage: true }) : asked;
}

/** Whose answer has all the tokens that it may have: nobody is asked for another one. */
function usedUp({ provider, modelId }: LanguageModelV4): LanguageModelV4 {
  return pushModel(provider, modelId, (_, sink) => {
    let over = false;
    queueMicrotask(() => {
      if (over) return;
      sink.part(LENGTH);
      sink.end();
    });
    return () => {
      over = true;
    };
  });
}

const LENGTH: Part = {
  type: "finish",
  finishReason: { unified: "length", raw: undefined },
  usage: {
    inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: undefined, text: undefined, reasoning: undefined },
  },
};

/** Roughly, for nobody has counted: a piece is a token or more, and a token of English about four bytes. */
const tokensOf = ({ text, pieces }: Said) => Math.max(pieces, Math.ceil(Buffer.byteLength(text) / 4));

function withOption(options: CallOptions, more: Record<string, string | boolean>): CallOptions {
  const { providerOptions } = options;
  return {
    ...options,
    providerOptions: { ...providerOptions, chatwait: { ...providerOptions?.["chatwait"], ...more } },
  };
}
