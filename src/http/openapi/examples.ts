import { encodeFrame, RETRY_LINE } from "../../protocol/frames.ts";

/** The values that the OpenAPI document shows: one conversation, told the same way everywhere. */

const STREAM = "5mXq0Zc2vJt8RkPw1bNhYd";
const MESSAGE = "mvhBpQpclcjw";
const CREATED = "2026-01-02T03:04:05.000Z";
const FINISHED = "2026-01-02T03:04:05.420Z";

const usage = { input_tokens: 14, output_tokens: 4 };

export const chatStart = {
  message: "What is my name?",
  context: {
    messages: [
      { role: "user", content: "My name is Ada.", timestamp: "2026-01-02T03:03:00Z" },
      { role: "assistant", content: "Nice to meet you, Ada." },
    ],
  },
  instructions: "Answer in one sentence.",
};

export const waitReply = {
  stream_id: STREAM,
  message_id: MESSAGE,
  message: { role: "assistant", content: "Your name is Ada.", timestamp: FINISHED },
  reason: "stop",
  model: "builtin:chat",
  usage,
};

export const waitRunning = { stream_id: STREAM, status: "running" };

export const snapshot = {
  stream_id: STREAM,
  kind: "chat",
  status: "completed",
  last_seq: 8,
  messages: [
    {
      message_id: MESSAGE,
      sender: "assistant",
      role: "assistant",
      content: "Your name is Ada.",
      timestamp: FINISHED,
      reason: "stop",
    },
  ],
  reason: "stop",
  usage,
};

export const stoppedSnapshot = {
  ...snapshot,
  status: "cancelled",
  last_seq: 6,
  messages: snapshot.messages.map((message) => ({ ...message, content: "Your name", reason: "cancelled" })),
  reason: "cancelled",
};

export const models = { default: "builtin:chat", models: [{ id: "builtin:chat", context_window: 262_144 }] };

const words = ["Your ", "name ", "is ", "Ada."];

/** The events of a whole answer, in order. */
export const events = [
  { type: "start", stream_id: STREAM, kind: "chat", created_at: CREATED, model: "builtin:chat" },
  { type: "message_start", message_id: MESSAGE, sender: "assistant", role: "assistant" },
  ...words.map((text) => ({ type: "token" as const, message_id: MESSAGE, text })),
  {
    type: "message_end",
    message_id: MESSAGE,
    sender: "assistant",
    content: words.join(""),
    timestamp: FINISHED,
    reason: "stop",
    usage,
  },
  { type: "done", reason: "stop", usage },
] as const;

const frames = events.map((event, index) => encodeFrame(`${STREAM}.0.`, index + 1, event));

/** What such a response looks like on the wire, from its first byte. */
export const wholeStream = RETRY_LINE + frames.join("");

/** The same after a cut: what follows the fourth event. */
export const resumedStream = RETRY_LINE + frames.slice(4).join("");

/** One example of each type of event; those that this conversation lacks are added. */
export const eventExamples: Record<string, object> = {
  ...Object.fromEntries(events.map(({ type, ...event }, index) => [type, { type, seq: index + 1, ...event }])),
  system: { type: "system", seq: 2, code: "thinking", message: "The model is thinking." },
  message: {
    type: "message",
    seq: 3,
    message_id: MESSAGE,
    sender: "Vera",
    role: "assistant",
    content: "I doubt it.",
    timestamp: FINISHED,
  },
  error: {
    type: "error",
    seq: 5,
    error_code: "model_timeout",
    message: "The model took too long.",
    retryable: true,
  },
};

export const lastEventId = `${STREAM}.0.4`;
export const streamId = STREAM;
