import { type Links, lex, type Token, type Tokens } from "./lexer.ts";
import { mend } from "./mend.ts";

/** The blocks of a text that grows. */
export type Blocks = {
  /**
   * The blocks of `text`. Where it continues the text before it, finished blocks are the same objects as then, and only the end is
   * parsed. While it streams, what is begun at its end is shown as what it will be.
   */
  update(text: string, streaming: boolean): readonly Token[];
};

/** Parses a growing text block by block: a step costs what the last block costs, however long the text is. */
export function createBlocks(): Blocks {
  let done: Token[] = [];
  let doneText = "";
  /** What the finished text defines. Its definitions hold for all of it. */
  let links: Links = {};
  let tail: Tail = { tokens: [], links: {} };

  /** `unsettled`: the tokens were read with definitions in sight that may not come to be. */
  function finish(tokens: readonly Token[], unsettled: boolean) {
    const finished = rawOf(tokens);
    doneText += finished;
    const alone = unsettled ? lex(finished, links) : { tokens, links };
    if (hasMore(alone.links, links)) ({ tokens: done, links } = lex(doneText));
    else done.push(...alone.tokens);
  }

  function update(text: string, streaming: boolean): readonly Token[] {
    const source = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
    if (!source.startsWith(doneText)) [done, doneText, links] = [[], "", {}];
    const rest = source.slice(doneText.length);
    const found = lex(streaming ? mend(rest) : rest, links);
    if (!streaming && hasMore(found.links, links)) {
      // A definition at the very end holds for all that stands before it.
      [done, doneText, links] = [[], "", {}];
      tail = lex(source);
    } else {
      const { tokens } = renewed(tail, found);
      const count = finishedCount(tokens, rest);
      finish(tokens.slice(0, count), hasMore(found.links, links));
      tail = { tokens: tokens.slice(count), links: found.links };
    }
    return [...done, ...tail.tokens];
  }
  return { update };
}

type Tail = { tokens: readonly Token[]; links: Links };

const rawOf = (tokens: readonly Token[]): string => tokens.map(({ raw }) => raw).join("");

const hasMore = (found: Links, known: Links): boolean => Object.keys(found).length > Object.keys(known).length;

/**
 * How many of the tokens no further text can change: those before a blank line after which a whole line has come. That line tells
 * whether a list goes on, and nothing else reaches over a blank line.
 */
function finishedCount(tokens: readonly Token[], source: string): number {
  const lastNewline = source.lastIndexOf("\n");
  let count = 0;
  let at = 0;
  for (const [index, { type, raw }] of tokens.entries()) {
    // What was mended is never finished.
    if (!source.startsWith(raw, at)) break;
    at += raw.length;
    if (type === "space" && BLANK_LINE.test(raw) && index + 1 < tokens.length && at <= lastNewline) count = index + 1;
  }
  return count;
}
const BLANK_LINE = /\n[ \t]*\n/;

/** The new tokens, with the old objects for those that are the same: they need not be shown again. */
function renewed(old: Tail, now: Tail): Tail {
  if (JSON.stringify(old.links) !== JSON.stringify(now.links)) return now;
  return { ...now, tokens: now.tokens.map((token, index) => renewedToken(old.tokens[index], token)) };
}

function renewedToken(old: Token | undefined, token: Token): Token {
  if (old && isSame(old, token)) return old;
  if (old?.type !== "list" || token.type !== "list") return token;
  // A long list grows at its end; its other items stay as they are.
  const before = (old as Tokens.List).items;
  const renew = (item: Tokens.ListItem, index: number) => (isSame(before[index], item) ? before[index] : item);
  return { ...token, items: (token as Tokens.List).items.map(renew) } as Token;
}

/** What a token is depends on more than its raw text alone, on what follows it for one. */
const isSame = (old: Token | undefined, token: Token): boolean =>
  old?.raw === token.raw && JSON.stringify(old) === JSON.stringify(token);
