import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { evaluate, formatNumber } from "./arithmetic.ts";

type Tree = { text: string; value: number };

// What is left of a difference beyond the 13th digit of its operands is no result.
const rounded = (sum: number, ...operands: number[]): number =>
  operands.some((operand) => Math.abs(sum) < Math.abs(operand) * 1e-13) ? 0 : sum;

// A value below the precedence of its place is put into brackets by the generator, so that the text means the tree.
const leaf = fc.nat(50).map((value): Tree => ({ text: String(value), value }));
const tree: fc.Arbitrary<Tree> = fc.letrec<{ sum: Tree; product: Tree; atom: Tree }>((tie) => ({
  atom: fc.oneof(
    { weight: 3, arbitrary: leaf },
    tie("sum").map(({ text, value }) => ({ text: `(${text})`, value })),
  ),
  product: fc.oneof(
    tie("atom"),
    fc.tuple(tie("product"), fc.constantFrom("*", "/"), tie("atom")).map(([left, sign, right]) => ({
      text: `${left.text} ${sign} ${right.text}`,
      value: sign === "*" ? left.value * right.value : right.value === 0 ? Number.NaN : left.value / right.value,
    })),
  ),
  sum: fc.oneof(
    { maxDepth: 5 },
    tie("product"),
    fc.tuple(tie("sum"), fc.constantFrom("+", "-"), tie("product")).map(([left, sign, right]) => ({
      text: `${left.text}${sign}${right.text}`,
      value: rounded(sign === "+" ? left.value + right.value : left.value - right.value, left.value, right.value),
    })),
  ),
})).sum;

test("sums, products and brackets agree with a reference for any expression", () => {
  fc.assert(
    fc.property(tree, ({ text, value }) => {
      fc.pre(text.length <= 400);
      const result = evaluate(text);
      if (Number.isNaN(value)) return assert.deepEqual(result, { ok: false, why: "division_by_zero" });
      assert.deepEqual(result, { ok: true, value });
    }),
  );
});

test("any text is either evaluated or refused, never thrown at", () => {
  const signs = fc.array(
    fc.constantFrom("1", "2.5", "(", ")", "+", "-", "*", "/", "^", "%", "!", " ", "sqrt", "pi", ",", ".", "x"),
    { maxLength: 500 },
  );
  fc.assert(fc.property(signs, (parts) => assert.equal(typeof evaluate(parts.join("")).ok, "boolean")));
});

const VALUES: [string, number][] = [
  ["2^3^2", 512],
  ["-2^2", -4],
  ["2^-1", 0.5],
  ["2(3+4)", 14],
  ["80 + 10%", 88],
  ["200 - 25%", 150],
  ["10 % 3", 1],
  ["5!", 120],
  ["sqrt 144", 12],
  ["1,000 + 2,500", 3500],
  ["--3", 3],
];
for (const [text, value] of VALUES) {
  test(`${text} is ${value}`, () => assert.deepEqual(evaluate(text), { ok: true, value }));
}

const REFUSALS: [string, string][] = [
  ["1/0", "division_by_zero"],
  ["5 % 0", "division_by_zero"],
  ["sqrt(0-4)", "no_real_number"],
  ["(0-8)^0.5", "no_real_number"],
  ["200!", "too_large"],
  ["9^9^9", "too_large"],
  ["1.2.3", "not_a_sum"],
  ["2+", "not_a_sum"],
  ["(1+2", "not_a_sum"],
  ["1 2", "not_a_sum"],
  ["(1)2", "not_a_sum"],
];
for (const [text, why] of REFUSALS) {
  test(`${text} is refused: ${why}`, () => assert.deepEqual(evaluate(text), { ok: false, why }));
}

test("brackets and powers nested beyond any use are refused, not recursed into", () => {
  assert.equal(evaluate(`${"(".repeat(199)}1${")".repeat(199)}`).ok, false);
  assert.equal(evaluate(Array(150).fill("1").join("^")).ok, false);
});

const FORMATS: [number, string][] = [
  [0.1 + 0.2, "0.3"],
  [1234567, "1,234,567"],
  [4305, "4305"],
  [-12345.5, "-12,345.5"],
  [2 ** 100, "about 1.2677 × 10^30"],
  [1 / 3, "0.3333333333"],
  [0, "0"],
];
for (const [value, text] of FORMATS) test(`${value} is written ${text}`, () => assert.equal(formatNumber(value), text));

test("what only the last digits of a number make up is not reported", () => {
  for (const text of ["0.1 + 0.2 - 0.3", "1 - 0.9 - 0.1", "sqrt(2)^2 - 2"])
    assert.deepEqual(evaluate(text), { ok: true, value: 0 });
  assert.deepEqual(evaluate("0.3 - 0.1"), { ok: true, value: 0.3 - 0.1 });
  assert.deepEqual(evaluate("0.00000000000002 - 0.00000000000001"), { ok: true, value: 1e-14 });
  assert.deepEqual(evaluate("9007199254740991 - 1"), { ok: true, value: 9007199254740990 });
});
