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
  /** One more token at the end, as it stands here. */
  say?: string;
  /** `refuse`: status 500. `early`: the connection breaks before the first token. `cut`: it breaks after half of them. */
  fail?: "refuse" | "early" | "cut";
};

/** What each agent of a world is to do, by the name of its model: it travels as what a person says to the world. */
export type TurnDirective = { agents: Record<string, Directive> };

export const encodeDirective = (directive: Directive | TurnDirective): string => JSON.stringify(directive);

const INSTANT: Directive = { tokens: 2, pace: "flood" };

type Request = { model: string; messages: { content: unknown }[] };

/** Finds the directive in a chat completion request: the last that somebody said. An instant short answer where there is none. */
export function directiveOf(requestBody: string): Directive {
  const { model, messages } = JSON.parse(requestBody) as Request;
  for (const { content } of messages.toReversed()) {
    const found = lastIn(Array.isArray(content) ? (content[0] as { text: string }).text : String(content));
    if (found) return "agents" in found ? (found.agents[model] ?? INSTANT) : found;
  }
  return INSTANT;
}

/** In a world each line says who speaks. */
const LINE = /^(?:\[[^\]\n]*\]: )?(\{".*\})$/gm;

function lastIn(text: string): Directive | TurnDirective | undefined {
  const json = [...text.matchAll(LINE)].at(-1)?.[1];
  return json === undefined ? undefined : (JSON.parse(json) as Directive | TurnDirective);
}
