import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../../testing/any-unicode.ts";
import { codePointGate, textJoiner } from "./text.ts";

const pieces = fc.array(fc.oneof(anyUnicode(), fc.constantFrom("", "\ud83d", "\ude00", "\ud83d\ud83d", "😀")), {
  maxLength: 200,
});

test("joined pieces are the text, however many there are", () => {
  fc.assert(
    fc.property(pieces, (pieces) => {
      const joiner = textJoiner();
      for (const piece of pieces) joiner.add(piece);
      assert.equal(joiner.join(), pieces.join(""));
      assert.equal(joiner.join(), pieces.join(""), "and joining changes nothing");
    }),
  );
});

test("R-TEXT: the gate passes every text unchanged and never splits a pair, wherever the text is cut", () => {
  fc.assert(
    fc.property(pieces, (pieces) => {
      const gate = codePointGate();
      const passed = [...pieces.map((piece) => gate.pass(piece)), gate.rest()];
      assert.equal(passed.join(""), pieces.join(""));
      const shown = passed.filter((text) => text !== "");
      for (const [index, text] of shown.entries()) {
        const next = shown[index + 1] ?? "";
        assert.ok(!(/[\ud800-\udbff]$/.test(text) && /^[\udc00-\udfff]/.test(next)), JSON.stringify([text, next]));
      }
      assert.equal(gate.rest(), "");
    }),
  );
});

test("R-TOKEN: the gate holds back no more than half a pair", () => {
  const gate = codePointGate();
  assert.deepEqual([gate.pass("ab"), gate.pass("c\ud83d"), gate.pass(""), gate.pass("\ude00")], ["ab", "c", "", "😀"]);
});
