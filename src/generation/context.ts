import type { CallOptions } from "../models/model.ts";

/** A message as a model is told it. */
export type PromptMessage = { role: "user" | "assistant"; content: string };

type Prompt = CallOptions["prompt"];

/**
 * How many tokens a text is at most, roughly. English has four bytes of UTF-8 to a token, other scripts about three: taking
 * three errs on the side of a context that fits.
 */
const estimateTokens = (text: string) => Math.ceil(Buffer.byteLength(text) / 3) + MESSAGE_TOKENS;

/** Role and separators, as chat templates add them to each message. */
const MESSAGE_TOKENS = 4;

/** Room left for the answer where the request does not say how long it may be; at most half the window. */
const ANSWER_TOKENS = 4096;

/**
 * The messages that fit the model's window, newest first to stay: the oldest go, the newest never does, nor do the
 * instructions. What is cut begins with a user's message, as some models insist; empty ones are left out.
 *
 * @param options `window` is the model's context window, in tokens. With an `opening`, no message of the assistant is left out
 *   to begin with a user's: the opening is put before it, as a user's message.
 */
export function fitContext(
  messages: readonly PromptMessage[],
  options: { window: number; instructions?: string; maxTokens?: number | undefined; opening?: string },
): PromptMessage[] {
  const { window, instructions = "", maxTokens, opening = "" } = options;
  const spoken = messages.filter(({ content }) => content !== "");
  const reserve = Math.min(maxTokens ?? ANSWER_TOKENS, window / 2);
  let left = window - reserve;
  for (const text of [instructions, opening]) left -= text ? estimateTokens(text) : 0;
  let first = spoken.length - 1;
  left -= estimateTokens(spoken[first]?.content ?? "");
  while (first > 0) {
    left -= estimateTokens(spoken[first - 1]?.content ?? "");
    if (left < 0) break;
    first--;
  }
  const kept = spoken.slice(Math.max(first, 0));
  if (opening) return kept[0]?.role === "assistant" ? [{ role: "user", content: opening }, ...kept] : kept;
  const firstUser = kept.findIndex(({ role }) => role === "user");
  return first > 0 && firstUser > 0 ? kept.slice(firstUser) : kept;
}

/** The prompt of a call: the instructions, then the messages. */
export function promptOf(messages: readonly PromptMessage[], instructions?: string): Prompt {
  const prompt: Prompt = instructions ? [{ role: "system", content: instructions }] : [];
  for (const { role, content } of messages) prompt.push({ role, content: [{ type: "text", text: content }] });
  return prompt;
}
