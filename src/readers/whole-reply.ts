import type { StreamLog } from "../log/stream-log.ts";
import type { DoneEvent, ErrorEvent, MessageEndEvent, StartEvent, Usage } from "../protocol/events.ts";

/** The body of `POST /chat/wait`. */
export type WholeReply = {
  stream_id: string;
  message_id: string;
  message: { role: "assistant"; content: string; timestamp: string };
  reason: string;
  model: string;
  usage?: Usage;
};

/**
 * A sealed chat, folded into one body; or the error that it ended with. It reads three events, however long the answer:
 * a chat that ends well ends with its one message and `done`.
 */
export function wholeReply(log: StreamLog): WholeReply | ErrorEvent {
  const terminal = log.event(log.lastSeq) as DoneEvent | ErrorEvent;
  if (terminal.type === "error") return terminal;
  const start = log.event(1) as StartEvent;
  const { message_id, content, timestamp } = log.event(log.lastSeq - 1) as MessageEndEvent;
  const { reason, usage } = terminal;
  const message = { role: "assistant" as const, content, timestamp };
  const reply: WholeReply = { stream_id: log.id, message_id, message, reason, model: start.model ?? "" };
  if (usage) reply.usage = usage;
  return reply;
}
