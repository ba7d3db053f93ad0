import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mend } from "./mend.ts";

const cases: [what: string, text: string, mended: string][] = [
  ["bold that is open is bold", "a **b", "a **b**"],
  ["half of a closing mark waits for the other half", "a **b*", "a **b**"],
  ["emphasis and bold at once", "***x", "***x***"],
  ["a mark that nothing follows yet is left out", "a **", "a "],
  ["an open mark keeps the space after its last word outside", "a **b ", "a **b**"],
  ["what is struck out", "~~x", "~~x~~"],
  ["emphasis within bold", "**a *b", "**a *b***"],
  ["an underscore within a word is no mark", "snake_case_name", "snake_case_name"],
  ["a product of numbers is no emphasis", "2 * 3 * 4", "2 * 3 * 4"],
  ["code that is open is code", "x `co", "x `co`"],
  ["code with two marks, half closed", "x ``co`", "x ``co``"],
  ["marks in code are no marks", "`a ** b` c", "`a ** b` c"],
  ["a link whose address is being written is its text", "see [the docs](https://exa", "see the docs"],
  ["a link whose text is being written is its text", "see [the do", "see the do"],
  ["a whole link is left alone", "see [a](https://a.example) and", "see [a](https://a.example) and"],
  ["a picture that is not whole is its description", "![a cat](https://a", "a cat"],
  ["half a tag waits", "line<b", "line"],
  ["a less-than sign does not", "a < b", "a < b"],
  ["an open block of code is one", "```js\nconst a", "```js\nconst a"],
  ["the name of its language is shown once it is whole", "```jav", "```"],
  ["a fence that is being closed is not part of the code", "```\ncode\n``", "```\ncode\n"],
  ["marks in a block of code are code", "```\n**a", "```\n**a"],
  ["a block of code that is closed is over", "```\na\n```\n**b", "```\na\n```\n**b**"],
  ["a list within which a fence is open", "- a\n  ```js\n  x **", "- a\n  ```js\n  x **"],
  ["a dash under a line is no heading yet", "text\n-", "text\n"],
  ["nor are two", "text\n--", "text\n"],
  ["an item with nothing in it waits", "- one\n- ", "- one\n"],
  ["so does the number of the next item", "1. one\n2", "1. one\n"],
  ["a number as such does not", "The answer is\n42", "The answer is\n42"],
  ["half a task waits", "- [x] one\n- [", "- [x] one\n"],
  ["the text of an item is mended", "- a **b", "- a **b**"],
  ["so is that of a heading", "# a *b", "# a *b*"],
  ["and of a quotation", "> a `b", "> a `b`"],
  ["a table is one from its first row", "| a | b", "| a | b\n| --- | --- |"],
  ["also while its second row is written", "| a | b |\n|--", "| a | b |\n| --- | --- |"],
  ["a cell is mended by itself", "| a |\n|---|\n| **x | y", "| a |\n|---|\n| **x | y"],
  ["a paragraph before does not count", "**open\n\nb", "**open\n\nb"],
  ["a mark that is escaped is none", "a \\*b", "a \\*b"],
  ["half an escape waits", "a \\", "a "],
];

for (const [what, text, mended] of cases) {
  test(`while a text streams: ${what}`, () => assert.equal(mend(text), mended));
}

test("what is mended begins with what has come, up to its last lines, and mending ends", () => {
  const piece = fc.constantFrom(
    "a",
    " ",
    "\n",
    "\n\n",
    "*",
    "**",
    "_",
    "`",
    "```",
    "~",
    "[",
    "](",
    ")",
    "<",
    "|",
    "-",
    "1.",
    "#",
    ">",
    "\\",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      const finished = text.slice(0, text.lastIndexOf("\n\n") + 1);
      assert.ok(mend(text).startsWith(finished.trimEnd()), JSON.stringify(text));
    }),
    { numRuns: 3000 },
  );
});
