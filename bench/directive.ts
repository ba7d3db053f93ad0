/**
 * What the bench's model is told to do. It travels as the text of the user's message, through whatever server is measured,
 * so that one model process serves every scenario.
 */
export type Directive = {
  /** How many tokens the answer has; at least 2 (see token-scan.ts). */
  tokens: number;
  /**
   * A number: tokens per second. `flood`: as many as the connection takes, several to a write. `brisk`: one write a token,
   * one token a turn of the event loop. `idle`: the answer begins and no token ever comes.
   */
  pace: number | "flood" | "brisk" | "idle";
};

export const encodeDirective = (directive: Directive): string => JSON.stringify(directive);

/** Finds the directive in a chat completion request; an instant short answer where there is none. */
export function directiveOf(requestBody: string): Directive {
  const { messages } = JSON.parse(requestBody) as { messages: { content: unknown }[] };
  const content = messages.at(-1)?.content;
  const text = Array.isArray(content) ? (content[0] as { text: string }).text : String(content);
  return text.startsWith("{") ? (JSON.parse(text) as Directive) : { tokens: 2, pace: "flood" };
}
