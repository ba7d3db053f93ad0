import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { type ErrorDetail, failure } from "./errors.ts";

/** Checks bodies against schemas, in words that teach: which field, what it must be, what it was, what was meant. */

export type Fields = Record<string, unknown>;

export type BodyRules<S extends z.ZodType> = {
  schema: S;
  /** A body that would be taken, as JSON, for the text of an error. */
  example: string;
  /** Lists that are counted before the schema sees them: half a million bad entries would cost it half a second. */
  lists?: readonly { path: readonly string[]; most: number; advice: string }[];
  /** Faults that the schema cannot tell. */
  faults?(body: Fields): ErrorDetail[];
  /** Throws for faults that have a code of their own: they come after unknown fields and before all others. */
  first?(body: Fields): void;
};

const DEEPEST = 32;

/** As many faults as a person reads at once. */
const MOST_DETAILS = 20;

/**
 * Reads a body that is there.
 * @throws Failure `invalid_request` (with `details`), and whatever `rules.first` throws
 */
export function parseBody<S extends z.ZodType>(body: unknown, rules: BodyRules<S>): z.infer<S> {
  const fields = checkShape(body, rules);
  const parsed = rules.schema.safeParse(fields);
  const issues = parsed.success ? [] : parsed.error.issues.slice(0, MOST_DETAILS);
  const details = [
    ...issues.flatMap((issue) => describe(issue, fields, rules.schema)),
    ...(rules.faults?.(fields) ?? []),
  ].slice(0, MOST_DETAILS);
  const unknown = details.find((detail) => detail.message.startsWith("Unknown field"));
  if (unknown) throw failure("invalid_request", unknown.message, { details });
  rules.first?.(fields);
  if (!parsed.success || details.length > 0) {
    throw failure("invalid_request", details[0]?.message ?? "The request is not valid.", { details });
  }
  return parsed.data;
}

function checkShape(body: unknown, { example, lists = [] }: BodyRules<z.ZodType>): Fields {
  if (body === undefined) throw failure("invalid_request", `The body is missing. Send JSON like ${example}.`);
  if (!isObject(body)) {
    throw failure("invalid_request", `The body must be a JSON object like ${example}, not ${nameOf(body)}.`);
  }
  if (isDeeperThan(body, DEEPEST)) {
    throw failure("invalid_request", `The body nests deeper than ${DEEPEST} levels.`);
  }
  for (const { path: keys, most, advice } of lists) {
    const list = valueAt(body, keys);
    if (!Array.isArray(list) || list.length <= most) continue;
    const path = pathOf(keys);
    refuseField(path, `"${path}" has ${list.length} entries; at most ${most} are allowed. ${advice}`);
  }
  return body;
}

/** @throws Failure `invalid_request` with one detail */
export function refuseField(path: string, message: string): never {
  throw failure("invalid_request", message, { details: [{ path, message }] });
}

type Issue = z.core.$ZodIssue;

function describe(issue: Issue, body: Fields, schema: z.ZodType): ErrorDetail[] {
  const path = pathOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = fieldsAt(schema, issue.path);
    return issue.keys.slice(0, MOST_DETAILS).map((key) => ({
      path: path ? `${path}.${shortened(key)}` : shortened(key),
      message: unknownField(key, path, known),
    }));
  }
  const value = valueAt(body, issue.path);
  if (value === undefined || value === null) return [{ path, message: `The field "${path}" is missing.` }];
  return [{ path, message: `"${path}" ${expectation(issue)}, not ${nameOf(value)}.` }];
}

/** No body is echoed at length, not even one whose field is called a megabyte. */
const LONGEST_NAME = 64;
const shortened = (name: string) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);

function unknownField(key: string, path: string, known: string[]): string {
  const where = path ? ` in "${path}"` : "";
  const guess = key.length > LONGEST_NAME || known.length === 0 ? undefined : closest(key.toLowerCase(), known);
  const close = guess !== undefined && distance(key.toLowerCase(), guess) <= Math.max(2, guess.length / 3);
  return `Unknown field "${shortened(key)}"${where}. ${close ? `Did you mean "${guess}"?` : `Known fields: ${known.join(", ")}.`}`;
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${withArticle(issue.expected)}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values.map((value) => JSON.stringify(value)))}`;
    case "too_big":
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    case "too_small":
      return `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "invalid_format":
      // A pattern is not for people: the schema that has one says in its message what it asks for.
      return issue.format === "regex" ? issue.message : "must be a date and time like 2026-01-02T03:04:05Z (RFC 3339)";
    default:
      return "is not valid";
  }
}

const oneOf = (values: string[]): string =>
  values.length < 3 ? values.join(" or ") : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
const UNITS: Record<string, string> = { string: " characters long", array: " entries long" };
const unitOf = (origin: string): string => UNITS[origin] ?? "";
const withArticle = (type: string): string =>
  type === "int" ? "a whole number" : `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

const valueAt = (body: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], body);

/** The field names that the schema knows at a path. */
function fieldsAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  let at: z.core.$ZodType = schema;
  for (const key of path) at = unwrap(at, key);
  const shape = bare(at);
  return shape instanceof z.ZodObject ? Object.keys(shape.shape) : [];
}

function unwrap(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType {
  const inner = bare(schema);
  if (inner instanceof z.ZodArray) return inner.element;
  if (inner instanceof z.ZodObject) return inner.shape[String(key)] ?? inner;
  return inner;
}

function bare(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? bare(schema.unwrap()) : schema;
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

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
