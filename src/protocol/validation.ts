import { z } from "zod";
import { type ErrorDetail, failure } from "./errors.ts";
import { expectation, nameOf, pathOf, shortened, unknownField } from "./fault-texts.ts";

/** Checks bodies against schemas, and tells their faults in words that teach. */

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
 * Reads the body of a request.
 * @throws Failure `invalid_request` (with `details`), and whatever `rules.first` throws
 */
export function parseBody<S extends z.ZodType>(body: unknown, rules: BodyRules<S>): z.infer<S> {
  const fields = checkShape(body, rules);
  const parsed = rules.schema.safeParse(fields);
  const faults = rules.faults?.(fields) ?? [];
  if (!parsed.success || faults.length > 0) refuse(fields, parsed.error?.issues ?? [], faults, rules);
  rules.first?.(fields);
  return parsed.data;
}

function refuse(
  fields: Fields,
  issues: readonly z.core.$ZodIssue[],
  faults: readonly ErrorDetail[],
  rules: BodyRules<z.ZodType>,
): never {
  const described = issues.slice(0, MOST_DETAILS).flatMap((issue) => describe(issue, fields, rules));
  const details = [...oneOfEach(described), ...faults].slice(0, MOST_DETAILS);
  const unknown = details.find((detail) => detail.message.startsWith("Unknown field"));
  if (unknown) throw failure("invalid_request", unknown.message, { details });
  rules.first?.(fields);
  throw failure("invalid_request", details[0]?.message ?? "The request is not valid.", { details });
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

function describe(issue: z.core.$ZodIssue, body: Fields, rules: BodyRules<z.ZodType>): ErrorDetail[] {
  const path = pathOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = fieldsAt(rules.schema, issue.path);
    return issue.keys.slice(0, MOST_DETAILS).map((key) => ({
      path: path ? `${path}.${shortened(key)}` : shortened(key),
      message: unknownField(key, path, known),
    }));
  }
  const value = valueAt(body, issue.path);
  if (value === undefined || value === null) return [{ path, message: missing(issue.path, rules.example) }];
  return [{ path, message: `"${path}" ${expectation(issue, value)}.` }];
}

/** A list where a text belongs is of the wrong type, and may be too long for it besides: the first says enough. */
const oneOfEach = (details: ErrorDetail[]): ErrorDetail[] =>
  details.filter(({ path }, index) => details.findIndex((other) => other.path === path) === index);

const missing = (path: readonly PropertyKey[], example: string): string =>
  `The field "${pathOf(path)}" is missing.${path.length === 1 ? ` Send JSON like ${example}.` : ""}`;

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

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
