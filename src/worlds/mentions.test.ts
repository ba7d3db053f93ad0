import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../../testing/any-unicode.ts";
import { findMentions, type RouteQuestion, route } from "./mentions.ts";

const namesIn = (text: string): string[] => findMentions(text).map(({ name }) => name);

/** [what it is about, text, names] */
type Case = [string, string, string[]];

const table = (title: string, cases: Case[]) =>
  describe(title, () => {
    for (const [what, text, names] of cases) test(what, () => assert.deepEqual(namesIn(text), names));
  });

table("a mention in prose", [
  ["at the start", "@Vera what do you think?", ["Vera"]],
  ["after white space of any kind", "a @A\tb\t@B\nc\n@C\u00a0@D\u3000@E", ["A", "B", "C", "D", "E"]],
  ["the whole text", "@Vera", ["Vera"]],
  ["several, in their order", "@Vera and @Bob, ask @Cy", ["Vera", "Bob", "Cy"]],
  ["each once, in the spelling of the first", "@vera @Bob @VERA @Vera", ["vera", "Bob"]],
  ["after opening punctuation", "(@A) [@B] {@C} “@D” «@E» „@F“ 「@G」 ¿@H?", ["A", "B", "C", "D", "E", "F", "G", "H"]],
  ["in straight quotes", '"@Vera" and \'@Bob\' ("@Cy")', ["Vera", "Bob", "Cy"]],
  ["in marks of emphasis", "**@Vera**, *@Bob* and ~~@Cy~~", ["Vera", "Bob", "Cy"]],
  ["before punctuation", "@A, @B. @C! @D? @E: @F; @G's @H’s @I/x @J… @K—no", [..."ABCDEFGHIJK"]],
  ["digits, hyphens and low lines in a name", "@r2-d2_x and @7of9", ["r2-d2_x", "7of9"]],
  ["in front of an emoji", "@Vera🙂 and @Bob👍🏽", ["Vera", "Bob"]],
  ["over several lines of CRLF", "@Vera\r\n@Bob\r\n\r\n@Cy\r@Di", ["Vera", "Bob", "Cy", "Di"]],
  ["the longest name", `@${"a".repeat(64)}`, ["a".repeat(64)]],
  ["inside isolates for bidirectional text", "\u2068@Vera\u2069 שלום", ["Vera"]],
  ["among other scripts", "привет @Vera, 你好 @Bob。", ["Vera", "Bob"]],
  ["in a list, a heading and a table", "- @Vera\n2. @Bob\n# @Cy\n| @Di |", ["Vera", "Bob", "Cy", "Di"]],
]);

table("no mention in prose", [
  ["empty", "", []],
  ["no name after it", "@ @, @- @_x @. @@ a @", []],
  ["a second @ before it", "@@Vera", []],
  ["a letter or digit before it", "x@Vera 7@Vera é@Vera 好@Vera", []],
  ["closing punctuation or a dash before it", ")@Vera /@Vera -@Vera .@Vera", []],
  ["an e-mail address", "Write to ada@example.org or <ada@example.org> or ada+x@example.org.", []],
  ["a quoted local part of an address", 'x"@Vera', []],
  ["a letter of another script after it", "@Verá @Vera好 @Veraй @Vera𝒳", []],
  ["a combining letter after it", "@Vera\u0301", []],
  ["a digit of another script after it", "@Vera٣", []],
  ["a name beyond the limit", `@${"a".repeat(65)}`, []],
  ["an escape", "\\@Vera and \\\\@Vera and (\\@Vera)", []],
  ["a full-width @", "＠Vera", []],
]);

table("code", [
  ["a span", "`@Vera` @Bob", ["Bob"]],
  ["a span of several backticks with some inside", "``a ` @Vera`` @Bob", ["Bob"]],
  ["a span closes with a run of equal length only", "`a `` @Vera` @Bob", ["Bob"]],
  ["a span over two lines", "`a\n @Vera` @Bob", ["Bob"]],
  ["no span over an empty line", "`a\n\n @Vera` @Bob", ["Vera", "Bob"]],
  ["no span without its end", "` @Vera `` @Bob", ["Vera", "Bob"]],
  ["no span out of a heading", "# a `\n @Vera `", ["Vera"]],
  ["an escaped backtick opens nothing", "\\` @Vera `", ["Vera"]],
  ["a backslash inside a span escapes nothing", "`a\\` @Vera `", ["Vera"]],
  ["a fence", "```js\n@Vera\n```\n@Bob", ["Bob"]],
  ["a fence of tildes, with backticks inside", "~~~\n```\n@Vera\n~~~\n@Bob", ["Bob"]],
  ["a fence closes with at least its length", "````\n```\n@Vera\n`````\n@Bob", ["Bob"]],
  ["text after the marks closes nothing", "```\n``` x\n@Vera\n```\n@Bob", ["Bob"]],
  ["the info string of a fence", "``` @Vera\n```\n@Bob", ["Bob"]],
  ["a fence indented by three spaces", "   ```\n@Vera\n   ```\n@Bob", ["Bob"]],
  ["four spaces make no fence", "x\n    ```\n @Vera", ["Vera"]],
  ["a fence without its end", "@Bob\n```\n@Vera\n\n@Vera", ["Bob"]],
  ["a fence with CRLF", "```\r\n@Vera\r\n```\r\n@Bob", ["Bob"]],
  ["a fence interrupts a paragraph, and its spans", "a `\n```\n@Vera\n```\n` @Bob", ["Bob"]],
  ["backticks after the marks make a span of it", "```@Vera``` @Bob", ["Bob"]],
  ["a fence in a list item", "- ```\n  @Vera\n\n  @Vera\n  ```\n- @Bob", ["Bob"]],
  ["a fence in a wide list item", "10. a\n\n    ```\n    @Vera\n\n    @Vera\n    ```\n@Bob", ["Bob"]],
  ["a fence ends with its list item", "- ```\n  @Vera\n\n@Bob", ["Bob"]],
]);

table("quotes and links", [
  ["a quoted line", "> @Vera said so\n@Bob", ["Bob"]],
  ["quoted lines, nested and indented", "  > > @Vera\n\t>@Vera\n- > @Vera\nyes @Bob", ["Bob"]],
  ["a fence in a quote ends with it", "> ```\n@Bob", ["Bob"]],
  ["a > within a line quotes nothing", "2 > 1 @Bob", ["Bob"]],
  ["a link target", "[a](@Vera) [b]( @Vera) [c](/x 'by @Vera') @Bob", ["Bob"]],
  ["a link target with parentheses", "[a](x(y) (@Vera)) @Bob", ["Bob"]],
  ["the text of a link", "[@Vera](https://a.org) ![see @Bob](b.png)", ["Vera", "Bob"]],
  ["a link in parentheses", "([a](https://a.org/b) @Bob)", ["Bob"]],
  ["parentheses that begin no target", "(see @Vera) ](@Bob", ["Vera", "Bob"]],
  ["an autolink", "<https://a.org/(@Vera)> @Bob", ["Bob"]],
  ["angles with white space are no autolink", "1 < 2 (@Vera) > 0", ["Vera"]],
  ["a bare address", "https://a.org/@Vera http://a.org/(@Vera) www.a.org/[@Vera @Bob", ["Bob"]],
  ["a parenthesis that the address did not open", "(https://a.org)(@Bob)", ["Bob"]],
]);

test("a mention says where it stands", () => {
  assert.deepEqual(findMentions("🙂 (@Vera)"), [{ name: "Vera", at: 4 }]);
});

describe("R-ROUTE any text", () => {
  const piece = fc.constantFrom(
    ..."@`~>[]()<:/\\\"'*_-#\n\r\t é好🙂1aV",
    "```\n",
    "\n> ",
    "](",
    "www.",
    "://",
    "\n- ",
    "@Vera",
  );
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join("")),
    anyUnicode(),
  );

  test("never throws, and mentions only what stands in it", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const mentions = findMentions(text);
        for (const { name, at } of mentions) {
          assert.equal(text.slice(at, at + 1 + name.length), `@${name}`);
          assert.match(name, /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);
          assert.doesNotMatch(text.slice(0, at), /[\p{L}\p{N}@\\]$/u);
        }
        const keys = mentions.map(({ name }) => name.toLowerCase());
        assert.equal(new Set(keys).size, keys.length);
      }),
      { numRuns: 2000 },
    );
  });

  test("code is never scanned, and the prose around it always", () => {
    const ticks = fc.integer({ min: 1, max: 4 }).map((count) => "`".repeat(count));
    const body = fc.constantFrom("x @code y", "@code", "(@code", "\\", "a\n @code", "> @code", "[a](@code");
    // Not at the beginning of a line, where three backticks make a fence.
    const span = fc.tuple(ticks, body).map(([tick, inside]) => `so ${tick} ${inside} ${tick}`);
    const fences = fc.constantFrom("```", "~~~", "`````", "   ~~~~");
    const fence = fc.tuple(fences, body).map(([mark, inside]) => `\n${mark} x\n\n${inside}\n\n@code\n${mark}\n`);
    const prose = fc.constantFrom("@prose", "and (@prose)", "- @prose\nso", "5 > 4 @prose,");
    fc.assert(
      fc.property(fc.array(fc.oneof(span, fence, prose), { maxLength: 12 }), (pieces) => {
        const names = namesIn(pieces.join(" "));
        assert.deepEqual(names, pieces.some((text) => text.includes("@prose")) ? ["prose"] : []);
      }),
    );
  });
});

describe("R-ROUTE the work of a scan", () => {
  /** A text that counts the characters read from it. */
  function counted(text: string) {
    let reads = 0;
    const read = <T>(amount: number, value: T): T => {
      reads += amount;
      return value;
    };
    const fake = {
      length: text.length,
      charCodeAt: (at: number) => read(1, text.charCodeAt(at)),
      codePointAt: (at: number) => read(1, text.codePointAt(at)),
      slice: (from: number, to: number) => read(to - from, text.slice(from, to)),
    };
    return { text: fake as unknown as string, reads: () => reads };
  }

  const readsOf = (text: string) => {
    const { text: fake, reads } = counted(text);
    findMentions(fake);
    return reads();
  };

  const risingRuns = (size: number) =>
    Array.from({ length: Math.sqrt(2 * size) }, (_, index) => "`".repeat(index + 1)).join(" ");
  const units = [
    "@",
    "@a ",
    "@a@",
    "(@",
    "`",
    "`` ` ",
    "\\`",
    "> @a\n",
    "[](",
    "](a",
    "(",
    "<",
    "<a ",
    "www.",
    "a://",
    "- ",
    "1. ",
  ];
  const shapes: [string, (size: number) => string][] = [
    ...units.map((unit): [string, (size: number) => string] => [
      JSON.stringify(unit),
      (size) => unit.repeat(size / unit.length),
    ]),
    ["runs of backticks that grow", risingRuns],
    ["one long name", (size) => `@${"a".repeat(size)}`],
    ["a fence that never ends", (size) => "```\n".padEnd(size, "``\n")],
  ];

  for (const [what, make] of shapes) {
    test(`is linear in the text: ${what}`, () => {
      const [short, long] = [readsOf(make(100_000)), readsOf(make(200_000))];
      assert.ok(long <= 20 * 200_000, `${long} characters read of 200000`);
      assert.ok(long <= 2.05 * short, `${short} characters read of 100000, ${long} of 200000`);
    });
  }
});

describe("R-ROUTE route", () => {
  const agents = [{ name: "Vera" }, { name: "Bob" }, { name: "Cy" }];
  const ask = (question: Partial<RouteQuestion>) => {
    const { agents: woken, unknown } = route({
      text: "Hi",
      sender: "person",
      agents,
      respond: "everyone",
      ...question,
    });
    return { woken: woken.map(({ agent, why }) => `${agent} ${why}`), unknown };
  };
  const wakes = (question: Partial<RouteQuestion>, woken: string[], unknown: string[] = []) =>
    assert.deepEqual(ask(question), { woken, unknown });

  test("a list in the request wins over the text", () => {
    wakes({ text: "@Cy?", mentions: ["bob", "VERA", "Bob"] }, ["Bob mentions", "Vera mentions"]);
  });

  test("an empty list wakes nobody", () => {
    wakes({ text: "@Cy?", mentions: [] }, []);
  });

  test("a list that names strangers alone wakes nobody and tells of them", () => {
    wakes({ text: "@Cy?", mentions: ["Dan"] }, [], ["Dan"]);
  });

  test("null is an absent list", () => {
    wakes({ text: "@cy?", mentions: null }, ["Cy mentioned"]);
  });

  test("a text wakes each agent that it names, in its order", () => {
    wakes({ text: "@cy, then @Vera and @CY" }, ["Cy mentioned", "Vera mentioned"]);
  });

  test("a message without mentions is answered as the world says", () => {
    wakes({ respond: "everyone" }, ["Vera everyone", "Bob everyone", "Cy everyone"]);
    wakes({ respond: "first" }, ["Vera first"]);
    wakes({ respond: "mentioned" }, []);
    wakes({ respond: "first", agents: [] }, []);
  });

  test("an unknown mention is told once and mutes nobody", () => {
    wakes({ text: "@Dan and @dan" }, ["Vera everyone", "Bob everyone", "Cy everyone"], ["Dan"]);
    wakes({ text: "@Dan and @Bob" }, ["Bob mentioned"], ["Dan"]);
    wakes({ text: "@Dan", respond: "mentioned" }, [], ["Dan"]);
  });

  test("a person's name first does not mute the agents named after it", () => {
    wakes({ text: "@Ada, you are right. @Bob?" }, ["Bob mentioned"], ["Ada"]);
  });

  test("an agent wakes only the agents that it mentions", () => {
    wakes({ sender: { agent: "Vera" } }, []);
    wakes({ sender: { agent: "Vera" }, respond: "first" }, []);
    wakes({ sender: { agent: "Vera" }, text: "@Bob? @Dan?" }, ["Bob mentioned"], ["Dan"]);
  });

  test("an agent never wakes itself", () => {
    wakes({ sender: { agent: "vera" }, text: "I, @Vera, ask @Cy" }, ["Cy mentioned"]);
    wakes({ sender: { agent: "Vera" }, mentions: ["Vera"] }, []);
  });

  test("an agent may be called person", () => {
    wakes({ sender: { agent: "person" }, agents: [{ name: "person" }] }, []);
  });

  test("marks of emphasis and dashes after a name are the sentence's, unless they are the name's", () => {
    wakes({ text: "_@Vera_ @Bob-- @Cy-" }, ["Vera mentioned", "Bob mentioned", "Cy mentioned"]);
    wakes({ text: "@Vera_", agents: [{ name: "Vera" }, { name: "vera_" }] }, ["vera_ mentioned"]);
    wakes({ text: "@Vera-Lynn" }, ["Vera everyone", "Bob everyone", "Cy everyone"], ["Vera-Lynn"]);
  });
});
