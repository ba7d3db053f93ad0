import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../../../testing/any-unicode.ts";
import { piecesOf } from "./pace.ts";

const anyText = fc.oneof(
  fc.string(),
  anyUnicode(),
  fc
    .array(fc.constantFrom(" ", "\n", "a", "😀", "\ud83d", "word", "\r\n", "\u2028", "\0"), { maxLength: 300 })
    .map((parts) => parts.join("")),
);

test("the pieces of any text, joined, are that text", () => {
  fc.assert(fc.property(anyText, (text) => assert.equal(piecesOf(text).join(""), text)));
});

test("no piece splits a surrogate pair, is empty, or is longer than a line", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const pieces = piecesOf(text);
      let at = 0;
      for (const piece of pieces) {
        at += piece.length;
        const splits = /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at));
        assert.ok(piece.length > 0 && piece.length <= 200 && !splits);
      }
    }),
  );
});

test("what is left after any number of pieces falls into the remaining pieces", () => {
  fc.assert(
    fc.property(anyText, fc.nat(40), (text, count) => {
      const pieces = piecesOf(text);
      assert.deepEqual(piecesOf(pieces.slice(count).join("")), pieces.slice(count));
    }),
  );
});
