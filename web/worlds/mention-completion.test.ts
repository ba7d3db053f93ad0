import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { findMentions } from "../../src/worlds/mentions.ts";
import { candidatesFor, insertMention, isComplete, typedMention } from "./mention-completion.ts";

/** The caret stands where the bar is. */
function typed(marked: string) {
  const caret = marked.indexOf("|");
  return typedMention(marked.replace("|", ""), caret);
}

describe("where a mention is being written", () => {
  const places: [string, string | undefined][] = [
    ["@|", ""],
    ["@Ve|", "Ve"],
    ["Hello @o|", "o"],
    ["(@|)", ""],
    ["@Ot|to and more", "Ot"],
    ["@Otto|", "Otto"],
    ["@Otto |", undefined],
    ["", undefined],
    ["mail me@|", undefined],
    ["ada@exam|ple.org", undefined],
    ["\\@|", undefined],
    ["`@|`", undefined],
    ["`@|", undefined],
    ["```\n@|", undefined],
    ["> @|", undefined],
    ["[a](@|)", undefined],
    ["https://a.org/@|", undefined],
    ["@@|", undefined],
    ["@|é", undefined],
    ["@_|", "_"],
    ["@Otto, what does @|", ""],
  ];
  for (const [text, query] of places) {
    test(JSON.stringify(text), () => assert.equal(typed(text)?.query, query));
  }

  test("the word is replaced as a whole, also behind the caret", () => {
    assert.deepEqual(typed("Ask @Ot|to."), { at: 4, end: 9, query: "Ot" });
  });
});

describe("who is offered", () => {
  const names = ["Hanna", "Otto", "Vera", "Johanna", "Hans"];
  test("everybody where nothing is typed yet", () => assert.deepEqual(candidatesFor("", names), names));
  test("first who begins so, then who has it inside", () => {
    assert.deepEqual(candidatesFor("han", names), ["Hanna", "Hans", "Johanna"]);
  });
  test("who is called exactly so comes first", () => {
    assert.deepEqual(candidatesFor("ann", ["Anna", "Ann"]), ["Ann", "Anna"]);
  });
  test("nobody where nobody fits", () => assert.deepEqual(candidatesFor("x", names), []));
  test("a name that is written out needs no list, unless it could go on", () => {
    const word = { at: 0, end: 4, query: "ann" };
    assert.equal(isComplete(word, ["Ann"]), true);
    assert.equal(isComplete(word, ["Ann", "Anna"]), false);
    assert.equal(isComplete({ ...word, query: "an" }, ["Ann"]), false);
  });
});

describe("what is taken", () => {
  const take = (marked: string, name: string) => {
    const caret = marked.indexOf("|");
    const text = marked.replace("|", "");
    const word = typedMention(text, caret);
    assert.ok(word);
    const { text: after, caret: to } = insertMention(text, word, name);
    return `${after.slice(0, to)}|${after.slice(to)}`;
  };
  test("stands as a word, and one can write on", () => {
    assert.equal(take("@Ve|", "Vera"), "@Vera |");
    assert.equal(take("Ask @v| now", "Vera"), "Ask @Vera |now");
    assert.equal(take("(@v|)", "Vera"), "(@Vera|)");
    assert.equal(take("Is it so, @Ot|to?", "Otto"), "Is it so, @Otto|?");
  });
});

describe("any text and caret", () => {
  const piece = fc.constantFrom(
    ..."@`~>[]()<:/\\\"'*_-#\n\r\t é好aV9",
    "```\n",
    "\n> ",
    "](",
    "www.",
    "://",
    "@Ve",
    " @",
  );
  const texts = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/);

  test("what is taken is a mention for the server, and what stood around it is kept", () => {
    let taken = 0;
    fc.assert(
      fc.property(texts, texts, fc.nat(3), name, (before, behind, typedSoFar, wanted) => {
        const text = `${before} @Ve${behind}`;
        const caret = before.length + 1 + typedSoFar;
        const word = typedMention(text, caret);
        if (!word) return;
        taken++;
        const { text: after, caret: to } = insertMention(text, word, wanted);
        assert.ok(findMentions(after).some(({ name: found }) => found.toLowerCase() === wanted.toLowerCase()));
        assert.ok(after.startsWith(`${text.slice(0, word.at)}@${wanted}`) && after.endsWith(text.slice(word.end)));
        assert.ok(to > word.at + wanted.length && to <= after.length);
      }),
      { numRuns: 1500 },
    );
    assert.ok(taken > 100, `only ${taken} of the texts had a mention`);
  });

  test("a list opens exactly where the server would see a name", () => {
    fc.assert(
      fc.property(texts, texts, (before, behind) => {
        const apart = ` ${behind}`;
        const offered = typedMention(`${before}@${apart}`, before.length + 1) !== undefined;
        const seen = findMentions(`${before}@x0x0x${apart}`).some(({ at }) => at === before.length);
        assert.equal(offered, seen);
      }),
      { numRuns: 1500 },
    );
  });
});
