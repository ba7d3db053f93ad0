import { Lexer, type Links, type Token, Tokenizer, type Tokens } from "marked";

export type { Links, Token, Tokens };

/** Tags that a model may write and that only dress a few words: an element of ours is made for them, without attributes. */
const DRESSING = /^<(b|del|em|i|ins|kbd|mark|s|small|strong|sub|sup|u)>([^<\n]+)<\/\1>/i;
const LINE_BREAK = /^<br\s*\/?>/i;
const BLANK_LINE = /\n[ \t]*\n/;

/** A token of ours: words in one of the elements of DRESSING. */
export type Dressed = { type: "dressed"; raw: string; tag: string; tokens: Token[] };

/**
 * Markdown without HTML: what looks like HTML is text that anybody can read, so that nothing has to be cleaned afterwards.
 * A definition of a link ends at a blank line, as CommonMark has it; else one quotation mark could reach over the whole answer.
 */
function textTokenizer(): Tokenizer {
  const tokenizer = new Tokenizer();
  const { def } = tokenizer;
  tokenizer.html = () => undefined;
  tokenizer.def = (src) => {
    const found = def.call(tokenizer, src);
    return found && BLANK_LINE.test(found.raw) ? undefined : found;
  };
  tokenizer.tag = (src) => {
    const lineBreak = LINE_BREAK.exec(src)?.[0];
    if (lineBreak !== undefined) return { type: "br", raw: lineBreak } as unknown as Tokens.Tag;
    const [raw, tag = "", text = ""] = DRESSING.exec(src) ?? [];
    if (raw === undefined) return undefined;
    const dressed: Dressed = {
      type: "dressed",
      raw,
      tag: tag.toLowerCase(),
      tokens: tokenizer.lexer.inlineTokens(text),
    };
    return dressed as unknown as Tokens.Tag;
  };
  return tokenizer;
}

const options = { gfm: true, breaks: true, tokenizer: textTokenizer() };

/** Nesting that no reader follows, and that could exhaust the stack: such a line is shown as it stands. */
const DEEP_NESTING = /^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){24}/m;

/** More marks in one run of text are no prose either, and the parser may look at each of them from each other one. */
const MOST_MARKS = 1000;
const MARK = /[[*_~`<]/g;

/** What a text is made of. `links` are definitions that stood before it; those found in it are returned along with them. */
export function lex(src: string, links: Links = {}): { tokens: Token[]; links: Links } {
  if (DEEP_NESTING.test(src)) return { tokens: asItStands(src), links };
  const lexer = new Lexer(options);
  Object.assign(lexer.tokens.links, links);
  try {
    lexer.blockTokens(src, lexer.tokens);
    for (const run of lexer.inlineQueue) {
      const isProse = (run.src.match(MARK)?.length ?? 0) <= MOST_MARKS;
      if (isProse) lexer.inlineTokens(run.src, run.tokens);
      else run.tokens.push(...asItStands(run.src));
    }
  } catch {
    // Neither a stack that overflows nor a mistake of the parser may cost the reader the text.
    return { tokens: asItStands(src), links };
  }
  return { tokens: [...lexer.tokens], links: lexer.tokens.links };
}

const asItStands = (src: string): Token[] => (src === "" ? [] : [{ type: "plain", raw: src }]);
