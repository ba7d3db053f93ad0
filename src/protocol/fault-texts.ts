import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";

/** The words in which the faults of a body are told. */

/** No body is echoed at length, not even one whose field is called a megabyte. */
const LONGEST_NAME = 64;
export const shortened = (name: string): string =>
  name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;

/** Names the field that nobody knows, and the one that was meant where one is close. */
export function unknownField(key: string, path: string, known: string[]): string {
  const where = path ? ` in "${path}"` : "";
  const guess = key.length > LONGEST_NAME || known.length === 0 ? undefined : closest(key.toLowerCase(), known);
  const close = guess !== undefined && distance(key.toLowerCase(), guess) <= Math.max(2, guess.length / 3);
  return `Unknown field "${shortened(key)}"${where}. ${close ? `Did you mean "${guess}"?` : `Known fields: ${known.join(", ")}.`}`;
}

/** What the value had to be, and what it is, as the rest of a sentence that begins with the field. */
export function expectation(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${withArticle(issue.expected)}, not ${nameOf(value)}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values.map((each) => JSON.stringify(each)))}, not ${nameOf(value)}`;
    case "too_big":
      return `must be at most ${issue.maximum}${unitOf(issue.origin, issue.maximum)}, not ${nameOf(value)}`;
    case "too_small":
      return `must be at least ${issue.minimum}${unitOf(issue.origin, issue.minimum)}, not ${nameOf(value)}`;
    case "invalid_format":
      // A pattern is not for people: the schema that has one says in its message what it asks for.
      return `${issue.format === "regex" ? issue.message : DATE_TIME}, not ${nameOf(value)}`;
    case "custom":
      return issue.message;
    default:
      return "is not valid";
  }
}

const DATE_TIME = "must be a date and time like 2026-01-02T03:04:05Z (RFC 3339)";

const oneOf = (values: string[]): string =>
  values.length < 3 ? values.join(" or ") : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;

function unitOf(origin: string, count: number | bigint): string {
  const many = Number(count) !== 1;
  if (origin === "string") return ` character${many ? "s" : ""} long`;
  return origin === "array" ? ` ${many ? "entries" : "entry"} long` : "";
}

const withArticle = (type: string): string =>
  type === "int" ? "a whole number" : `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;

/** `["messages", 0, "role"]` → `messages[0].role` */
export function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

/** What a value is, in a few words that fit into a sentence. */
export function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object") return "an object";
  if (typeof value === "string" && value.length > 40) return `a string of ${value.length} characters`;
  if (typeof value === "number" && !Number.isFinite(value)) return "a number too large to be one";
  return JSON.stringify(value) ?? "undefined";
}
