import { z } from "zod";
import { messageReasonSchema, usageSchema } from "../../protocol/events.ts";

/**
 * What the paths answer in JSON, as schemas for the OpenAPI document. Nothing validates an answer at run time; a test
 * holds the schemas to the types that the readers produce.
 */

const timestamp = z.iso.datetime().describe("RFC 3339, UTC");
const streamId = z.string().describe("The key to the stream: keep it secret");

export const waitReplySchema = z
  .object({
    stream_id: streamId,
    message_id: z.string(),
    message: z.object({ role: z.literal("assistant"), content: z.string(), timestamp }),
    reason: z.enum(["stop", "length", "content_filter", "cancelled"]).describe("Why the answer ended"),
    model: z.string().describe("The model that answered"),
    usage: usageSchema.optional(),
  })
  .describe("A whole answer");

export const waitRunningSchema = z
  .object({ stream_id: streamId, status: z.literal("running") })
  .describe("The answer is not complete yet: ask again at the path in Location");

export const snapshotMessageSchema = z.object({
  message_id: z.string(),
  sender: z.string(),
  role: z.enum(["user", "assistant"]),
  content: z.string().describe("While the message grows: what there is so far"),
  timestamp,
  reason: messageReasonSchema.optional().describe("Absent while the message grows"),
});

export const snapshotSchema = z
  .object({
    stream_id: streamId,
    kind: z.enum(["chat", "world"]),
    status: z.enum(["running", "completed", "cancelled", "failed"]),
    last_seq: z.int().min(0),
    messages: z.array(snapshotMessageSchema),
    reason: z.string().optional(),
    usage: usageSchema.optional(),
    error_code: z.string().optional(),
  })
  .describe("A stream as it stands");

export const statusSchema = z.object({ status: z.string() });

export const modelsSchema = z
  .object({
    default: z.string().describe("The model that answers where a request names none"),
    models: z.array(
      z.object({ id: z.string(), context_window: z.int().min(1).describe("Tokens of context the model takes") }),
    ),
  })
  .describe("The models that this server offers");

export const errorBodySchema = z
  .object({
    error_code: z.string().describe("One of the codes in x-error-codes"),
    message: z.string().describe("For people: what was wrong and how to mend it"),
    request_id: z.string().describe("Names this request in the server's log; also the header X-Request-Id"),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    last_seq: z.int().min(0).optional().describe("cursor_ahead: how far the stream is"),
    stream_id: streamId.optional().describe("Where a stream had begun: its partial text can be read there"),
    retryable: z.boolean().optional().describe("Where a stream had begun: whether the same request may succeed"),
  })
  .describe("Every error, on every path");
