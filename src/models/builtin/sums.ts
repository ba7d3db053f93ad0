import { evaluate, formatNumber, type Sum } from "./arithmetic.ts";
import type { Stance } from "./character.ts";
import type { Part } from "./skill.ts";
import { plainOf, straighten } from "./text.ts";
import type { Turn } from "./turn.ts";

const SMALL: Record<string, number> = Object.fromEntries(
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
    .split(" ")
    .map((word, value) => [word, value]),
);
const TENS: Record<string, number> = {
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
};
const SCALES: Record<string, number> = { thousand: 1000, million: 1e6, billion: 1e9, trillion: 1e12 };
const isNumberWord = (word: string): boolean => word in SMALL || word in TENS || word in SCALES || word === "hundred";

/** "two hundred and five" as "205", wherever numbers stand in words. */
export function figuresOf(text: string): string {
  const words = text.split(" ");
  const figures: string[] = [];
  for (let at = 0; at < words.length; ) {
    const end = endOfNumber(words, at);
    figures.push(end === at ? (words[at] ?? "") : numberOf(words.slice(at, end)));
    at = Math.max(end, at + 1);
  }
  return figures.join(" ");
}

const parts = (word: string): string[] => word.split("-");

function endOfNumber(words: readonly string[], start: number): number {
  let end = start;
  while (end < words.length) {
    const word = words[end] ?? "";
    const joins =
      word === "and" &&
      end > start &&
      /^(?:hundred|thousand|million)$/.test(words[end - 1] ?? "") &&
      isNumberWord(parts(words[end + 1] ?? "")[0] ?? "");
    const aHundred =
      word === "a" && end === start && /^(?:hundred|thousand|million|billion)$/.test(words[end + 1] ?? "");
    if (!joins && !aHundred && !parts(word).every(isNumberWord)) break;
    end++;
  }
  return end;
}

function numberOf(words: readonly string[]): string {
  let total = 0;
  let current = 0;
  let seen = false;
  for (const word of words.flatMap(parts)) {
    if (word === "and" || word === "a") continue;
    if (word === "hundred") current = (current || 1) * 100;
    else if (word in SCALES) {
      total += (current || 1) * (SCALES[word] ?? 1);
      current = 0;
    } else {
      const value = SMALL[word] ?? TENS[word] ?? 0;
      // "one two" is two numbers, and no sum.
      if (seen && current % 10 !== 0) return words.join(" ");
      current += value;
    }
    seen = true;
  }
  return String(total + current);
}

const REWRITES: readonly [RegExp, string][] = [
  [/(\d) ?[x×·∙⋅] ?(?=[\d(])/g, "$1 * "],
  [/×|·|∙|⋅/g, "*"],
  [/÷/g, "/"],
  [/−|–/g, "-"],
  [/\*\*/g, "^"],
  [/π/g, "pi"],
  [/√ ?/g, "sqrt "],
  [/²/g, "^2"],
  [/³/g, "^3"],
  [/\b(?:the )?(?:square )?root of\b/g, "sqrt "],
  [/\bsum of (.+?) and (.+)$/g, "($1) + ($2)"],
  [/\bproduct of (.+?) and (.+)$/g, "($1) * ($2)"],
  [/\bdifference (?:between|of) (.+?) and (.+)$/g, "($1) - ($2)"],
  [/^add (.+?) (?:and|to) (.+)$/g, "($1) + ($2)"],
  [/^subtract (.+?) from (.+)$/g, "($2) - ($1)"],
  [/^multiply (.+?) (?:by|and|with) (.+)$/g, "($1) * ($2)"],
  [/^divide (.+?) by (.+)$/g, "($1) / ($2)"],
  [/\b(?:a |one )?half of\b/g, "0.5 *"],
  [/\b(?:a |one )?third of\b/g, "1 / 3 *"],
  [/\b(?:a |one )?quarter of\b/g, "0.25 *"],
  [/\b(?:double|twice)\b/g, "2 *"],
  [/\btriple\b/g, "3 *"],
  [/\b(?:percent|per cent)\b/g, "%"],
  [/(\d) ?% of\b/g, "$1 / 100 *"],
  [/\b(?:to the power(?: of)?|raised to(?: the power of)?)\b/g, "^"],
  [/\bsquared\b/g, "^2"],
  [/\bcubed\b/g, "^3"],
  [/\b(?:multiplied by|times)\b/g, "*"],
  [/\b(?:divided by|over)\b/g, "/"],
  [/\b(?:modulo|modulus)\b/g, "mod"],
  [/\bfactorial of (\d+)\b/g, "$1!"],
  [/(\d) factorial\b/g, "$1!"],
  [/\bplus\b/g, "+"],
  [/\bminus\b/g, "-"],
];

const LEAD =
  /^(?:(?:please )?(?:answer|reply|respond)(?: me)? (?:in|with|using|only|briefly)\b[^:,\d]{0,40}[:,] )?(?:(?:and |so |then |now |ok |okay |hey |please |hi |well )*)(?:(?:can|could|would) you (?:please )?)?(?:tell me )?(?:what(?:'s| is| are| does| would be| do you get (?:for|from))|whats|how much(?:'s| is| are| does)|calculate|compute|work out|solve|evaluate|do you know|the result of|find|give me|and)? ?(?:the (?:result|value|answer) (?:of|to) |the (?=sum|product|difference|square|root|factorial|half|double))?/;
const TAIL = / ?(?:equals?|make|be|=|\?| please| exactly| for me| then| again| now)+$/;
const NO_SUM = [
  /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$/,
  /^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}$/,
  /^\+?[\d() ]*\d{3}-\d{3,}[-\d ]*$/,
  /^\d{4}-\d{4}$/,
  /^\+\d[\d ()-]*$/,
  /^-?\d[\d,.]*$/,
  /^0\d+[-/ ]/,
];

/** The expression that a sentence asks for, in figures and signs; undefined where it is none. */
export function expressionOf(text: string): string | undefined {
  if (
    text.length > 300 ||
    !/\d|\b(?:plus|minus|times|divided|root|squared|cubed|percent|half|twice|double|sum|product|pi)\b|[π√]/i.test(text)
  )
    return undefined;
  const lower = straighten(text)
    .toLowerCase()
    .replace(/[?=\s]+$/, "")
    .replace(/\s+/g, " ")
    .trim();
  const asked = lower.replace(LEAD, "").replace(TAIL, "").trim();
  if (NO_SUM.some((pattern) => pattern.test(asked))) return undefined;
  const decimal = asked.replace(/\b0x[\da-f]{1,12}\b/g, (hex) => String(Number(hex)));
  let expression = figuresOf(decimal.replace(/([a-z]),/g, "$1"));
  for (const [pattern, by] of REWRITES) expression = expression.replace(pattern, by);
  // Without an operator there is nothing to work out.
  return /[-+*/^%!]|sqrt|mod/.test(expression.replace(/^-/, "")) && /\d|pi/.test(expression)
    ? expression.trim()
    : undefined;
}

const CHECKED: Partial<Record<Stance, string>> = {
  sceptic: " Do check it.",
  optimist: " That was fun!",
  pessimist: " For what it is worth.",
  pirate: " Arr, even me parrot knew that!",
  teacher: " Would you have found it, too?",
};

/** Works a sum out, if that is what the line asks for; "and times 2?" goes on from the last result. */
export function sums(turn: Turn): Part | undefined {
  const text = turn.line.read.trim();
  const whole = workedOut(text, turn) ?? workedOut(text.replace(/[!.]+$/, ""), turn);
  if (whole) return whole;
  const several = plainOf(text)
    .split(/(?<=\d\)?)(?:,| and|, and) (?=(?:what|\(?\d))/)
    .slice(0, 5);
  const answers = several.map((part) => workedOut(part, turn)?.text);
  return several.length > 1 && answers.every((answer) => answer !== undefined)
    ? { kind: "answer", text: answers.join(" ") }
    : undefined;
}

/** The same for one sentence among others. */
export const sumIn = (turn: Turn, text: string): Part | undefined => workedOut(text.replace(/[!.]+$/, ""), turn);

/** "2 + 2 = 5" or "is 2 + 2 equal to 5?" */
function checked(text: string): Part | undefined {
  const match =
    /^(?:is (?:it true that )?|does )?([^=]{1,200}?)(?: equals? | equal to | ?==? ?| make | is )(-?[\d.,]+)\s*\??$/i.exec(
      text.trim(),
    );
  const expression = match && expressionOf(match[1] ?? "");
  const [left, right] = expression ? [evaluate(expression), evaluate(match[2] ?? "")] : [];
  if (!expression || !left?.ok || !right?.ok) return undefined;
  const equal = Math.abs(left.value - right.value) <= 1e-9 * Math.max(1, Math.abs(left.value));
  return { kind: "answer", text: `${equal ? "Yes" : "No"}: ${said(expression, left)}` };
}

function workedOut(text: string, turn: Turn): Part | undefined {
  const claim = checked(text);
  if (claim) return claim;
  const given = expressionOf(text);
  if (!given) return undefined;
  const carried = /^[*/^+]|^- /.test(given) ? lastResult(turn) : undefined;
  const expression = carried === undefined ? given : `${carried} ${given}`;
  const sum = evaluate(expression);
  if (!sum.ok && sum.why === "not_a_sum") return undefined;
  return { kind: "answer", text: said(expression, sum) + (CHECKED[turn.character.stance] ?? "") };
}

function lastResult({ mine }: Turn): string | undefined {
  const found = /= \*\*(-?[\d,]+(?:\.\d+)?)\*\*/.exec(mine[0] ?? "")?.[1];
  return found?.replaceAll(",", "");
}

const pretty = (expression: string): string =>
  expression
    .replace(/\s+/g, " ")
    .replace(/(\d) \/ 100 \* ?/g, "$1% of ")
    .replace(/\((-?[\d.,]+)\)/g, "$1")
    .replace(/ ?\* ?/g, " × ")
    .replace(/(?<=[\d)]) ?([-+/]) ?/g, " $1 ")
    .replace(/ ?\^ ?/g, "^")
    .replace(/ %/g, "%")
    .replace(/sqrt ?\(?(\d+(?:\.\d+)?)\)?/g, "√$1")
    .replace(/\bpi\b/g, "π")
    .trim();

function said(expression: string, sum: Sum): string {
  const shown = pretty(expression);
  if (sum.ok) return `${shown} = **${formatNumber(sum.value)}**.`;
  if (sum.why === "division_by_zero") return `${shown} has no answer: nothing can be divided by zero.`;
  if (sum.why === "no_real_number") return `${shown} has no answer among the real numbers.`;
  return `${shown} is larger than any number that I can hold.`;
}
