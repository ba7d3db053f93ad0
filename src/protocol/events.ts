import { z } from "zod";

/**
 * The events of PROTOCOL.md, section 2: one vocabulary for chat and worlds. The schemas are the single source of the
 * TypeScript types and of the OpenAPI document; nothing validates an event at run time, for only the log makes them.
 */

const seq = z.int().min(1).describe("Position in the stream: 1, 2, 3, … without a hole");
const messageId = z.string().describe("Names one message of the stream");
const timestamp = z.iso.datetime().describe("RFC 3339, UTC");
const turnId = z.string().optional().describe("In a world's feed: the turn that this is of");

export const usageSchema = z
  .object({ input_tokens: z.int().min(0), output_tokens: z.int().min(0) })
  .describe("Tokens as the model counted them; absent where it gives none");

export const messageReasonSchema = z.enum(["stop", "length", "content_filter", "cancelled", "timeout", "error"]);

export const agentOutcomeSchema = z.object({
  agent: z.string(),
  outcome: z.enum(["replied", "declined", "failed", "timed_out", "cancelled", "limited"]),
});

export const startSchema = z.object({
  type: z.literal("start"),
  seq,
  stream_id: z.string().optional().describe("The key to this stream: keep it secret. A feed tells none of a turn"),
  kind: z.enum(["chat", "world", "feed"]),
  created_at: timestamp,
  model: z.string().optional().describe("Chat: the model that answers"),
  world: z.string().optional(),
  turn_id: z.string().optional().describe("World: the public name of the turn"),
  message_id: z.string().optional().describe("World: the id of the message that was published"),
});

export const messageStartSchema = z.object({
  type: z.literal("message_start"),
  seq,
  message_id: messageId,
  sender: z.string(),
  role: z.literal("assistant"),
  in_reply_to: z.string().optional(),
  turn_id: turnId,
});

export const tokenSchema = z.object({
  type: z.literal("token"),
  seq,
  message_id: messageId,
  text: z.string(),
  turn_id: turnId,
});

export const messageEndSchema = z.object({
  type: z.literal("message_end"),
  seq,
  message_id: messageId,
  sender: z.string(),
  content: z.string().describe("The whole text: the token texts of this message, joined"),
  timestamp,
  reason: messageReasonSchema,
  usage: usageSchema.optional(),
  error_code: z.string().optional(),
  in_reply_to: z.string().optional(),
  turn_id: turnId,
});

export const messageSchema = z.object({
  type: z.literal("message"),
  seq,
  message_id: messageId,
  sender: z.string(),
  role: z.enum(["user", "assistant"]),
  content: z.string(),
  timestamp,
  in_reply_to: z.string().optional(),
  mentions: z.array(z.string()).optional().describe("Several servers: whom a request has listed, in place of the text"),
  turn_id: turnId,
});

export const systemSchema = z.object({
  type: z.literal("system"),
  seq,
  code: z
    .string()
    .describe(
      "thinking, waiting, stalled, resumed, turn_limit or unknown_mention; in a feed also published, subscribed, " +
        "world_updated, agent_created, agent_updated and agent_deleted",
    ),
  message: z.string(),
  message_id: z.string().optional(),
  agent: z.string().optional(),
  turn_id: turnId,
});

export const doneSchema = z.object({
  type: z.literal("done"),
  seq,
  reason: z
    .string()
    .describe(
      "Chat: stop, length, content_filter or cancelled. Turn: completed, turn_limit, cancelled, no_recipient or silence. " +
        "Feed: cancelled, for the world is deleted",
    ),
  usage: usageSchema.optional(),
  agents: z.array(agentOutcomeSchema).optional().describe("World: each agent that was woken, with its last outcome"),
  turn_id: turnId,
});

export const errorEventSchema = z.object({
  type: z.literal("error"),
  seq,
  error_code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  turn_id: turnId,
});

export const eventSchemas = {
  start: startSchema,
  message_start: messageStartSchema,
  token: tokenSchema,
  message_end: messageEndSchema,
  message: messageSchema,
  system: systemSchema,
  done: doneSchema,
  error: errorEventSchema,
} as const;

export type Usage = z.infer<typeof usageSchema>;
export type MessageReason = z.infer<typeof messageReasonSchema>;
export type StartEvent = z.infer<typeof startSchema>;
export type TokenEvent = z.infer<typeof tokenSchema>;
export type MessageEndEvent = z.infer<typeof messageEndSchema>;
export type DoneEvent = z.infer<typeof doneSchema>;
export type ErrorEvent = z.infer<typeof errorEventSchema>;
export type StreamEvent =
  | StartEvent
  | z.infer<typeof messageStartSchema>
  | TokenEvent
  | MessageEndEvent
  | z.infer<typeof messageSchema>
  | z.infer<typeof systemSchema>
  | DoneEvent
  | ErrorEvent;

/** Only a feed says of which turn an event is: in a turn's own stream it would be in every token, and always the same. */
type Draft<E> = E extends { type: "start" } ? Omit<E, "seq"> : E extends unknown ? Omit<E, "seq" | "turn_id"> : never;

/** An event before the log has numbered it (R-SEQ: only the log assigns `seq`). */
export type EventDraft = Draft<StreamEvent>;

/** What may seal a log (R-ONE). */
export type TerminalDraft = Draft<DoneEvent | ErrorEvent>;

/** What may stand in the middle of a log. */
export type OpenDraft = Exclude<EventDraft, TerminalDraft>;

/** An event on its way to all who listen to a world. */
export type WorldEvent = EventDraft & { turn_id?: string | undefined };
