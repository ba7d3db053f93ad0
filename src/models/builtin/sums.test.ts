import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "./arithmetic.ts";
import { expressionOf, figuresOf } from "./sums.ts";

const ASKED: [string, string][] = [
  ["What is 12 * (3 + 4)?", "12 * (3 + 4)"],
  ["15% of 80", "15 / 100 * 80"],
  ["two plus two", "2 + 2"],
  ["How much is twelve divided by four?", "12 / 4"],
  ["what is two hundred and five times twenty-one", "205 * 21"],
  ["3 x 4", "3 * 4"],
  ["0x10 + 1", "16 + 1"],
  ["10x10", "10 * 10"],
  ["calculate 2**10", "2^10"],
  ["add 3 and 4", "(3) + (4)"],
  ["subtract 3 from 10", "(10) - (3)"],
];
for (const [text, expression] of ASKED) {
  test(`"${text}" asks for ${expression}`, () => assert.equal(expressionOf(text), expression));
}

const NO_SUMS = [
  "2026-01-02",
  "12/25/2026",
  "1.2.3",
  "555-1234",
  "call +49 170 1234567",
  "I have 3 cats",
  "7",
  "2020-2024",
  "version 2.0",
  "one of us",
];
for (const text of NO_SUMS)
  test(`"${text}" is no sum`, () => assert.equal(evaluate(expressionOf(text) ?? "").ok, false));

test("numbers in words become figures, and only they", () => {
  assert.equal(figuresOf("a hundred and one dalmatians and two cats"), "101 dalmatians and 2 cats");
  assert.equal(figuresOf("three million four hundred thousand"), "3400000");
  assert.equal(figuresOf("one two three"), "one two three");
});
