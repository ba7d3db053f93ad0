/**
 * A calculator: `+ - * / ^ %`, `!`, brackets, `sqrt` and `pi`, by recursive descent. A power binds to the right and closer
 * than a sign, a number before a bracket multiplies, `50 + 10%` adds a tenth of 50, and `10 % 3` is a remainder.
 */

/** What came out, or why nothing did. */
export type Sum =
  | { ok: true; value: number }
  | { ok: false; why: "not_a_sum" | "division_by_zero" | "no_real_number" | "too_large" };

const LONGEST = 400;
const DEEPEST = 60;

type Token = { type: "number"; value: number } | { type: "sign"; sign: string };
type Refusal = { refused: "not_a_sum" | "division_by_zero" | "no_real_number" };

const refuse = (refused: Refusal["refused"]): never => {
  throw { refused } satisfies Refusal;
};

/** Evaluates an expression in figures and signs. Anything else, a date or a version among it, is `not_a_sum`. */
export function evaluate(text: string): Sum {
  const tokens = tokensOf(text);
  if (!tokens) return { ok: false, why: "not_a_sum" };
  try {
    const value = parse(tokens);
    if (Number.isNaN(value)) return { ok: false, why: "no_real_number" };
    return Number.isFinite(value) ? { ok: true, value } : { ok: false, why: "too_large" };
  } catch (error) {
    return { ok: false, why: (error as Refusal).refused };
  }
}

const TOKEN = /\s*(?:(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?![\d.])|(sqrt|pi|mod|[-+*/^%!()]))/y;

function tokensOf(text: string): Token[] | undefined {
  if (text.length > LONGEST) return undefined;
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    const match = TOKEN.exec(text);
    if (!match) return text.slice(at).trim() === "" ? tokens : undefined;
    at = TOKEN.lastIndex;
    if (match[1] !== undefined) tokens.push({ type: "number", value: Number(match[1].replaceAll(",", "")) });
    else tokens.push({ type: "sign", sign: match[2] ?? "" });
  }
  return tokens;
}

/** A value, and whether it was written as a percentage: "10%" counts differently after a plus. */
type Value = { value: number; percent: boolean };

function parse(tokens: readonly Token[]): number {
  let at = 0;
  let depth = 0;
  const peek = () => {
    const token = tokens[at];
    return token?.type === "sign" ? token.sign : undefined;
  };
  const take = (sign: string) => {
    if (peek() !== sign) return false;
    at++;
    return true;
  };
  const opens = () => ["(", "sqrt", "pi"].includes(peek() ?? "");

  function sum(): Value {
    let left = product();
    for (;;) {
      const sign = peek();
      if (sign !== "+" && sign !== "-") return left;
      at++;
      const right = product();
      const amount = right.percent ? left.value * right.value : right.value;
      left = { value: added(left.value, sign === "+" ? amount : -amount), percent: false };
    }
  }

  function product(): Value {
    let left = signed();
    for (;;) {
      if (take("*")) left = { value: left.value * signed().value, percent: false };
      else if (take("/")) left = { value: divide(left.value, signed().value), percent: false };
      else if (take("mod")) left = { value: remainder(left.value, signed().value), percent: false };
      else if (opens()) left = { value: left.value * power().value, percent: false };
      else return left;
    }
  }

  function signed(): Value {
    let sign = 1;
    for (;;) {
      if (take("-")) sign = -sign;
      else if (!take("+")) break;
    }
    const { value, percent } = power();
    return { value: sign * value, percent };
  }

  function power(): Value {
    const base = postfix();
    if (!take("^")) return base;
    if (++depth > DEEPEST) refuse("not_a_sum");
    const exponent = signed().value;
    depth--;
    return { value: base.value ** exponent, percent: false };
  }

  function postfix(): Value {
    let value = operand();
    while (take("!")) value = factorial(value);
    if (peek() !== "%") return { value, percent: false };
    at++;
    if (tokens[at]?.type !== "number" && !opens()) return { value: value / 100, percent: true };
    return { value: remainder(value, signed().value), percent: false };
  }

  function operand(): number {
    const token = tokens[at++];
    if (token?.type === "number") return token.value;
    if (token?.sign === "pi") return Math.PI;
    if (token?.sign === "sqrt") return root(postfix().value);
    if (token?.sign !== "(" || ++depth > DEEPEST) return refuse("not_a_sum");
    const { value } = sum();
    depth--;
    return take(")") ? value : refuse("not_a_sum");
  }

  const { value } = sum();
  return at === tokens.length ? value : refuse("not_a_sum");
}

/** A rest beyond the 13th digit of its operands comes from how numbers are held: 0.1 + 0.2 - 0.3 is 0. */
function added(left: number, right: number): number {
  const sum = left + right;
  return Math.abs(sum) < 1e-13 * Math.max(Math.abs(left), Math.abs(right)) ? 0 : sum;
}

const divide = (left: number, right: number): number => (right === 0 ? refuse("division_by_zero") : left / right);
const remainder = (left: number, right: number): number => (right === 0 ? refuse("division_by_zero") : left % right);
const root = (value: number): number => (value < 0 ? refuse("no_real_number") : Math.sqrt(value));

function factorial(value: number): number {
  if (!Number.isInteger(value) || value < 0) return refuse("no_real_number");
  let product = 1;
  // 171! is beyond what a number holds.
  for (let factor = 2; factor <= Math.min(value, 171); factor++) product *= factor;
  return product;
}

/** A number for people: "1,234,567", "0.1", "about 1.27 × 10^30". */
export function formatNumber(value: number): string {
  const rounded = Number(value.toPrecision(12));
  const size = Math.abs(rounded);
  if (size !== 0 && (size >= 1e15 || size < 1e-6)) {
    const [mantissa = "", exponent = ""] = rounded.toExponential(4).split("e");
    return `about ${Number(mantissa)} × 10^${Number(exponent)}`;
  }
  const [whole = "", fraction] = Math.abs(rounded)
    .toLocaleString("en-US", { maximumFractionDigits: 10, useGrouping: false })
    .split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(?:\d{3})+$)/g, ",") : whole;
  const sign = rounded < 0 ? "-" : "";
  return fraction === undefined ? sign + grouped : `${sign}${grouped}.${fraction}`;
}
