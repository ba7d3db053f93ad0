import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createBlocks } from "./blocks.ts";
import { lex, type Token } from "./lexer.ts";

/** What answers are made of, with what has broken incremental parsers: things that reach back, or over blank lines. */
const PIECES = [
  ...[
    "A word",
    " and *more* of it",
    " **bold",
    "** ",
    "_it_",
    "`code`",
    "``",
    "`",
    "~~gone~~",
    "\\",
    "&amp;",
    "<b>x</b>",
    "<br>",
  ],
  ...["\n", "\n", "\n\n", "\n\n", "\n \n", "\n\n\n", "  \n", "\r\n", "\r", "    ", "  ", "\t"],
  ...["# Title", "## Two", "text\n---\n", "===", "---", "***", "> quote", ">> deeper", "> "],
  ...["- item", "* item", "1. one", "2) two", "- [ ] to do", "- [x] done", "  - inner", "    more", "   still"],
  ...["```js\n", "```", "~~~\n", "````\n", "const a = `b`;\n", "    indented\n"],
  ...["| a | b |\n", "|---|:-:|\n", "| 1 | 2 |\n", "| x", "a | b\n-|-\n"],
  ...[
    "[link](https://a.example/b)",
    "[ref]",
    "[ref][r]",
    "[constructor]",
    "[constructor]: https://c.example\n",
    "[__proto__]: x\n",
    "[r]: https://r.example 'T'\n",
    "[ref]: <b>\n",
    '[q]: /u "open',
    '"',
  ],
  ...[
    "![alt](https://a.example/p.png)",
    "<https://a.example>",
    "www.a.example",
    "[a",
    "](",
    ")",
    "[",
    "]",
    "<div>\n",
    "</div>\n",
    "<!-- c -->",
  ],
];

const markdown = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(""));
const normal = (text: string) => text.replace(/\r\n?/g, "\n");
const plain = (tokens: readonly Token[]) => JSON.parse(JSON.stringify(tokens));

test("however a text comes in pieces, its blocks at the end are those of the whole", () => {
  fc.assert(
    fc.property(markdown, fc.array(fc.nat(), { maxLength: 30 }), (text, cuts) => {
      const blocks = createBlocks();
      for (const cut of cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b))
        blocks.update(text.slice(0, cut), true);
      assert.deepEqual(plain(blocks.update(text, false)), plain(lex(normal(text)).tokens));
    }),
    { numRuns: 3000 },
  );
});

test("a text that comes character by character ends as the whole does, and so does each of its beginnings", () => {
  fc.assert(
    fc.property(markdown, (text) => {
      const blocks = createBlocks();
      for (let end = 0; end <= text.length; end++) blocks.update(text.slice(0, end), true);
      assert.deepEqual(plain(blocks.update(text, false)), plain(lex(normal(text)).tokens));
    }),
    { numRuns: 300 },
  );
});

test("a text that is not the continuation of the one before is parsed anew", () => {
  const blocks = createBlocks();
  blocks.update("One\n\ntwo\n\nthree\n", true);
  assert.deepEqual(plain(blocks.update("Other\n\ntext\n", false)), plain(lex("Other\n\ntext\n").tokens));
});

test("blocks that are finished are not made again, nor are the items of a list that grows", () => {
  const blocks = createBlocks();
  const before = blocks.update("# Title\n\nA paragraph.\n\n```js\na\n```\n\n- one\n- two\n- th", true);
  const after = blocks.update("# Title\n\nA paragraph.\n\n```js\na\n```\n\n- one\n- two\n- three\n- four", true);
  const kept = before.filter((token, index) => token === after[index]).map(({ type }) => type);
  assert.deepEqual(kept, ["heading", "space", "paragraph", "space", "code", "space"]);
  const items = (tokens: readonly Token[]) => (tokens.at(-1) as { items: unknown[] }).items;
  assert.deepEqual(
    items(before).map((item, index) => item === items(after)[index]),
    [true, true, false],
  );
});

test("each step of a long text parses a bounded piece of it", () => {
  const block = "Some *words* in a paragraph of `usual` length, with a [link](https://a.example).\n\n";
  const blocks = createBlocks();
  let text = "";
  let made = 0;
  let before: readonly Token[] = [];
  while (text.length < 100_000) {
    text += block;
    const now = blocks.update(text, true);
    const known = new Set(before);
    made += now.filter((token) => !known.has(token)).length;
    before = now;
  }
  // Two tokens a block, and the last block once more when the next one has come.
  assert.ok(made <= 4 * (text.length / block.length), `${made} tokens for ${text.length / block.length} blocks`);
  assert.equal(before.length, 2 * (text.length / block.length));
});

test("a definition holds for the text before it once it is finished, not while it is being written", () => {
  const blocks = createBlocks();
  const linkOf = (tokens: readonly Token[]) => (tokens[0] as { tokens: { href?: string }[] }).tokens[0]?.href;
  blocks.update("[a]\n\nmore\n\n", true);
  assert.equal(linkOf(blocks.update("[a]\n\nmore\n\nend\n\n[a]: https://a.ex", true)), undefined);
  assert.equal(linkOf(blocks.update("[a]\n\nmore\n\nend\n\n[a]: https://a.example\n\nx\n", true)), "https://a.example");
});

test("text that is nested deeper than anybody reads, or made to exhaust a parser, is shown and costs little", () => {
  const hostile = [">".repeat(50_000), "- ".repeat(20_000), "[".repeat(50_000), "*".repeat(50_000), "`".repeat(50_001)];
  hostile.push(
    "*a ".repeat(20_000),
    "[a](".repeat(12_000),
    "<".repeat(50_000),
    "![".repeat(20_000),
    "_a".repeat(25_000),
  );
  hostile.push(
    "|".repeat(20_000),
    "a|".repeat(20_000) + "\n|-",
    "\\".repeat(50_000),
    "&#".repeat(25_000),
    "~~a".repeat(15_000),
  );
  for (const text of hostile) {
    const before = process.cpuUsage();
    const blocks = createBlocks();
    blocks.update(text, true);
    const shown = blocks
      .update(text, false)
      .map(({ raw }) => raw)
      .join("");
    const { user } = process.cpuUsage(before);
    assert.equal(shown.length, text.length, text.slice(0, 10));
    // A thousand times what usual text of this length costs would be a hang.
    assert.ok(user < 5_000_000, `${text.slice(0, 10)}: ${user / 1000} ms`);
  }
});
