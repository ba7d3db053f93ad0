import { Lexer, type Token } from "marked";

/**
 * The code blocks of a Markdown document, and what a test does with each. The words after the language say it:
 *
 * - `sh runnable`, `ts runnable`: run against a server; an `… output` block may follow, and what is printed has its shape
 *   `needs=program`: left out where that is not installed; `ports=1,2`: run with free ports in their place
 * - `sh shown`: not run, for it would install or deploy; its syntax is checked
 * - `ts`, `tsx`: type-checked
 * - `json`: parsed; `json post=/path`: sent to a server, which must take it
 * - `file=path`: stands word for word in that file of the project, which has a test of its own
 * - `test=path`: that test reads the block from the document and uses it
 */
export type DocBlock = {
  language: string;
  flags: ReadonlySet<string>;
  options: ReadonlyMap<string, string>;
  text: string;
  /** Of the fence, from 1. */
  line: number;
  /** The output block that follows directly. */
  output?: { format: string; text: string };
};

/** All blocks of a document, those inside lists and quotes too. */
export function docBlocks(markdown: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  let from = 0;
  for (const token of codeTokens(Lexer.lex(markdown))) {
    const at = markdown.indexOf(fenceOf(token.raw), from);
    from = at < 0 ? from : at + 1;
    const block = { ...readInfo(token.lang ?? ""), text: token.text, line: markdown.slice(0, from).split("\n").length };
    const before = blocks.at(-1);
    if (block.flags.has("output") && before) before.output = { format: block.language, text: block.text };
    else blocks.push(block);
  }
  return blocks;
}

type CodeToken = { raw: string; lang?: string; text: string };

/** An indented block has no language, and so no check: it counts as a block without one. */
function codeTokens(tokens: readonly Token[]): CodeToken[] {
  return tokens.flatMap((token) => {
    if (token.type === "code") return [token as unknown as CodeToken];
    const inner = "items" in token ? (token["items"] as Token[]) : "tokens" in token ? (token.tokens ?? []) : [];
    return codeTokens(inner);
  });
}

/** The first line of a block as it stands in the document, also where that indents it. */
const fenceOf = (raw: string): string => raw.trimStart().split("\n", 1)[0] ?? "";

function readInfo(info: string): Pick<DocBlock, "language" | "flags" | "options"> {
  const [language = "", ...words] = info.split(/\s+/);
  const pairs = words.filter((word) => word.includes("="));
  return {
    language,
    flags: new Set(words.filter((word) => !word.includes("="))),
    options: new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)])),
  };
}

export type BlockCheck = "run-shell" | "run-program" | "shell-syntax" | "types" | "json" | "post" | "file" | "test";

/** What a test does with a block; undefined where it would do nothing, which no block may have. */
export function checkOf({ language, flags, options }: DocBlock): BlockCheck | undefined {
  if (options.has("file")) return "file";
  if (options.has("test")) return "test";
  if (language === "sh") return flags.has("runnable") ? "run-shell" : flags.has("shown") ? "shell-syntax" : undefined;
  if (language === "ts" && flags.has("runnable")) return "run-program";
  if (language === "ts" || language === "tsx") return "types";
  if (language === "json") return options.has("post") ? "post" : "json";
  return undefined;
}
