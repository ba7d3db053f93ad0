import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressed, type Line, linesOf, lineToAnswer } from "./lines.ts";

const room = (content: string) => linesOf({ role: "user", content }, 2000);
const said = (lines: readonly Line[]) => lines.map(({ speaker, text }) => `${speaker}: ${text}`);

describe("lines of a room", () => {
  test("what stands at the margin begins a line, and what is indented goes on with it", () => {
    const lines = room("[Ada]: My list:\n\n  - tea\n  [Vera]: I agree\n[Otto]: Fine\n[Vera (guest)]: Me too");
    assert.deepEqual(said(lines), ["Ada: My list:\n\n- tea\n[Vera]: I agree", "Otto: Fine", "Vera (guest): Me too"]);
  });

  test("a message that begins otherwise is one line of nobody in particular", () => {
    assert.deepEqual(said(room("Hello\n[Ada]: hi")), ["undefined: Hello\n[Ada]: hi"]);
    assert.deepEqual(said(linesOf({ role: "assistant", content: "[Ada]: hi" }, 2000)), ["undefined: [Ada]: hi"]);
  });
});

describe("the line to answer", () => {
  const vera = { handle: "Vera", others: ["Hanna", "Otto"] };
  const answered = (lines: readonly Line[]) => said([lines[lineToAnswer(lines, vera)] ?? assert.fail()])[0];
  const mine = (content: string) => linesOf({ role: "assistant", content }, 2000);

  test("is the last", () => {
    assert.equal(answered(room("[Ada]: one\n[Bob]: two")), "Bob: two");
  });

  test("is what was last said to the listener, where others talk to each other", () => {
    assert.equal(
      answered(room("[Ada]: hi\n[Hanna]: @Vera, and you?\n[Otto]: I say, @Hanna")),
      "Hanna: @Vera, and you?",
    );
  });

  test("is a person's, where nobody called", () => {
    assert.equal(answered(room("[Ada]: What do you all think?\n[Otto]: I like it")), "Ada: What do you all think?");
  });

  test("is none that was answered before, unless there is no other", () => {
    const lines = [...room("[Ada]: hi\n[Hanna]: @Vera?"), ...mine("Here"), ...room("[Otto]: Good")];
    assert.equal(answered(lines), "Otto: Good");
  });
});

describe("without the mentions by which it was addressed", () => {
  const [vera, nobody] = [
    { handle: "Vera", others: ["Otto"] },
    { handle: undefined, others: [] },
  ];
  const words = (text: string, listener = vera as { handle: string | undefined; others: string[] }) => {
    const [line] = room(`[Ada]: ${text}`);
    assert.ok(line);
    const { text: rest, addressed: isAddressed, raw } = addressed(line, listener);
    assert.equal(raw, text);
    return [rest, isAddressed];
  };
  const table: [string, string, boolean][] = [
    ["@Vera what now?", "what now?", true],
    ["@vera, what now?", "what now?", true],
    ["@Otto @Vera: what now?", "what now?", true],
    ["@Otto, Vera and @Hanna discuss tea", "discuss tea", true],
    ["@Otto what now?", "@Otto what now?", false],
    ["Vera, what now?", "what now?", true],
    ["Vera what now?", "what now?", true],
    ["everyone: what now?", "what now?", true],
    ["what now, @Vera?", "what now, @Vera?", true],
    ["@Verandah what now?", "@Verandah what now?", false],
    ["what now?", "what now?", false],
    ["@Vera", "", true],
  ];
  for (const [text, rest, isAddressed] of table) {
    test(`"${text}" says "${rest}"`, () => assert.deepEqual(words(text), [rest, isAddressed]));
  }

  test("to one who has no name, all of it is said", () => {
    assert.deepEqual(words("@Vera what now?", nobody), ["@Vera what now?", false]);
  });
});
