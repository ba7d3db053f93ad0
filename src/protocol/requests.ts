import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { type ErrorDetail, failure } from "./errors.ts";

/** What a client may send (PROTOCOL.md, section 3). The schemas describe; `parseChatStart` gives the errors their words. */

const DEEPEST = 32;
const LONGEST_CONTEXT = 200;

/** As many faults as a person reads at once. */
const MOST_DETAILS = 20;

const timestamp = z.iso.datetime({ offset: true }).nullish();

export const contextMessageSchema = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.string(),
  timestamp,
});

export const contextSchema = z.strictObject({
  messages: z.array(contextMessageSchema).max(LONGEST_CONTEXT).nullish().describe("Earlier messages, oldest first"),
});

export const chatStartSchema = z.strictObject({
  message: z.string().min(1).max(32_000).describe("What the user says; not blank"),
  context: contextSchema.nullish(),
  instructions: z.string().max(32_000).nullish().describe("System text for this answer"),
  model: z.string().nullish().describe("One of GET /models"),
  temperature: z.number().min(0).max(2).nullish(),
  max_tokens: z.int().min(1).nullish(),
  on_disconnect: z
    .enum(["continue", "cancel"])
    .nullish()
    .describe("cancel: the generation ends 10 s after its last reader left"),
});

export type ChatStart = z.infer<typeof chatStartSchema>;

// How a message is told too long is the server's setting, and each of its faults has a code of its own.
const restSchema = chatStartSchema.extend({ message: z.string() });

/**
 * Reads the body of a start. `maxChars` is the longest message in UTF-16 code units.
 * @throws Failure `message_required`, `message_too_long` or `invalid_request` (with `details`)
 */
export function parseChatStart(body: unknown, maxChars: number): ChatStart {
  if (body === undefined) throw failure("message_required");
  if (!isObject(body)) {
    throw failure("invalid_request", `The body must be a JSON object like {"message": "Hello"}, not ${nameOf(body)}.`);
  }
  if (isDeeperThan(body, DEEPEST)) {
    throw failure("invalid_request", `The body nests deeper than ${DEEPEST} levels.`);
  }
  refuseLongContext(body["context"]);
  const parsed = restSchema.safeParse(body);
  const issues = parsed.success ? [] : parsed.error.issues.slice(0, MOST_DETAILS);
  const details = [...issues.flatMap((issue) => describe(issue, body)), ...blankUserMessages(body)];
  details.splice(MOST_DETAILS);
  const unknown = details.find((detail) => detail.message.startsWith("Unknown field"));
  if (unknown) throw failure("invalid_request", unknown.message, { details });
  checkMessage(body["message"], maxChars);
  if (!parsed.success || details.length > 0) {
    throw failure("invalid_request", details[0]?.message ?? "The request is not valid.", { details });
  }
  return parsed.data;
}

/** Before the schema sees it: a body of half a million bad entries would cost it half a second. */
function refuseLongContext(context: unknown) {
  const messages = isObject(context) ? context["messages"] : undefined;
  if (!Array.isArray(messages) || messages.length <= LONGEST_CONTEXT) return;
  const path = "context.messages";
  const message = `"${path}" has ${messages.length} entries; at most ${LONGEST_CONTEXT} are allowed. Send the newest ones.`;
  throw failure("invalid_request", message, { details: [{ path, message }] });
}

function checkMessage(message: unknown, maxChars: number) {
  if (message === undefined || message === null) throw failure("message_required");
  if (typeof message !== "string") {
    const text = `The field "message" must be a string, not ${nameOf(message)}.`;
    throw failure("invalid_request", text, { details: [{ path: "message", message: text }] });
  }
  if (message.trim() === "") {
    throw failure("message_required", 'The field "message" is blank. Write something in it.');
  }
  if (message.length > maxChars) {
    throw failure(
      "message_too_long",
      `The message has ${message.length} characters; at most ${maxChars} are allowed. Shorten it, or send it in parts.`,
    );
  }
}

function blankUserMessages(body: Record<string, unknown>): ErrorDetail[] {
  const messages = isObject(body["context"]) ? body["context"]["messages"] : undefined;
  if (!Array.isArray(messages)) return [];
  return messages.flatMap((entry: unknown, index) => {
    const blank =
      isObject(entry) &&
      entry["role"] === "user" &&
      typeof entry["content"] === "string" &&
      entry["content"].trim() === "";
    const path = `context.messages[${index}].content`;
    return blank ? [{ path, message: `"${path}" is blank; only an assistant's message may be empty.` }] : [];
  });
}

type Issue = z.core.$ZodIssue;

function describe(issue: Issue, body: unknown): ErrorDetail[] {
  const path = pathOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = fieldsAt(chatStartSchema, issue.path);
    return issue.keys.slice(0, MOST_DETAILS).map((key) => ({
      path: path ? `${path}.${shortened(key)}` : shortened(key),
      message: unknownField(key, path, known),
    }));
  }
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], body);
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
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_big":
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    case "too_small":
      return `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "invalid_format":
      return "must be a date and time like 2026-01-02T03:04:05Z (RFC 3339)";
    default:
      return "is not valid";
  }
}

const unitOf = (origin: string) => ({ string: " characters long", array: " entries long" })[origin] ?? "";
const withArticle = (type: string) =>
  type === "int" ? "a whole number" : `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

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

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object") return "an object";
  if (typeof value === "string" && value.length > 40) return `a string of ${value.length} characters`;
  if (typeof value === "number" && !Number.isFinite(value)) return "a number too large to be one";
  return JSON.stringify(value) ?? "undefined";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}

/** The same JSON value gives the same text, whatever the order of its fields (R-IDEMPOTENT). Depth must be bounded before. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** Seconds of `Prefer: wait=N` (RFC 7240, section 4.3); undefined where absent or unreadable, as that RFC asks. */
export function preferredWait(header: string | undefined): number | undefined {
  const match = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(header ?? "");
  return match ? Number(match[1]) : undefined;
}

export const isIdempotencyKey = (key: string): boolean => /^[\x20-\x7e]{1,255}$/.test(key);
