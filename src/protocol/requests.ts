import { z } from "zod";
import { type ErrorDetail, failure } from "./errors.ts";
import { nameOf } from "./fault-texts.ts";
import { type Fields, isObject, parseBody, refuseField } from "./validation.ts";

/** What a client may send to a chat (PROTOCOL.md, section 3), and what it may say in headers. */

export const LONGEST_CONTEXT = 200;

export const timestampSchema = z.iso.datetime({ offset: true }).nullish();

export const contextMessageSchema = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.string(),
  timestamp: timestampSchema,
});

export const contextSchema = z.strictObject({
  messages: z.array(contextMessageSchema).max(LONGEST_CONTEXT).nullish().describe("Earlier messages, oldest first"),
});

export const messageSchema = z.string().min(1).max(32_000).describe("What the user says; not blank");

export const onDisconnectSchema = z
  .enum(["continue", "cancel"])
  .nullish()
  .describe("cancel: the generation ends 10 s after its last reader left");

export const chatStartSchema = z.strictObject({
  message: messageSchema,
  context: contextSchema.nullish(),
  instructions: z.string().max(32_000).nullish().describe("System text for this answer"),
  model: z.string().nullish().describe("One of GET /models"),
  temperature: z.number().min(0).max(2).nullish(),
  max_tokens: z.int().min(1).nullish(),
  on_disconnect: onDisconnectSchema,
});

export type ChatStart = z.infer<typeof chatStartSchema>;

// How a message is told too long is the server's setting, and each of its faults has a code of its own.
const restSchema = chatStartSchema.extend({ message: z.string() });

/** The list that a request with a context may be too long in. */
export const CONTEXT_LIST = {
  path: ["context", "messages"],
  most: LONGEST_CONTEXT,
  advice: "Send the newest ones.",
} as const;

/**
 * Reads the body of a start. `maxChars` is the longest message in UTF-16 code units.
 * @throws Failure `message_required`, `message_too_long` or `invalid_request` (with `details`)
 */
export function parseChatStart(body: unknown, maxChars: number): ChatStart {
  if (body === undefined) throw failure("message_required");
  return parseBody(body, {
    schema: restSchema,
    example: '{"message": "Hello"}',
    lists: [CONTEXT_LIST],
    faults: blankUserMessages,
    first: ({ message }) => checkMessage(message, maxChars),
  });
}

/** @throws Failure `message_required`, `message_too_long`, or `invalid_request` where it is no string */
export function checkMessage(message: unknown, maxChars: number): void {
  if (message === undefined || message === null) throw failure("message_required");
  if (typeof message !== "string") {
    refuseField("message", `The field "message" must be a string, not ${nameOf(message)}.`);
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

/** The faults of a context: who asks nothing has nothing to be answered. */
export function blankUserMessages(body: Fields): ErrorDetail[] {
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
