import type { StreamLog } from "../log/stream-log.ts";
import type { MessageReason, StreamEvent, Usage } from "../protocol/events.ts";

export type SnapshotMessage = {
  message_id: string;
  sender: string;
  role: "user" | "assistant";
  content: string;
  timestamp: string;
  /** Absent while the message grows. */
  reason?: MessageReason;
};

export type Snapshot = {
  stream_id: string;
  kind: "chat" | "world";
  status: "running" | "completed" | "cancelled" | "failed";
  last_seq: number;
  messages: SnapshotMessage[];
  reason?: string;
  usage?: Usage;
  error_code?: string;
};

/** A stream as it stands, in one piece: its events folded. */
export function snapshot(log: StreamLog): Snapshot {
  const state: Snapshot = {
    stream_id: log.id,
    kind: log.kind,
    status: "running",
    last_seq: log.lastSeq,
    messages: [],
  };
  const growing = new Map<string, { message: SnapshotMessage; pieces: string[] }>();
  for (let seq = 1; seq <= state.last_seq; seq++) fold(log.event(seq));
  for (const { message, pieces } of growing.values()) message.content = pieces.join("");
  return state;

  function fold(event: StreamEvent) {
    switch (event.type) {
      case "message_start": {
        const { message_id, sender, role } = event;
        const message: SnapshotMessage = { message_id, sender, role, content: "", timestamp: log.createdAt };
        growing.set(message_id, { message, pieces: [] });
        state.messages.push(message);
        break;
      }
      case "token":
        growing.get(event.message_id)?.pieces.push(event.text);
        break;
      case "message_end": {
        const { content, timestamp, reason } = event;
        Object.assign(growing.get(event.message_id)?.message ?? {}, { content, timestamp, reason });
        growing.delete(event.message_id);
        break;
      }
      case "message": {
        const { message_id, sender, role, content, timestamp } = event;
        state.messages.push({ message_id, sender, role, content, timestamp });
        break;
      }
      case "done":
        state.status = event.reason === "cancelled" ? "cancelled" : "completed";
        state.reason = event.reason;
        if (event.usage) state.usage = event.usage;
        break;
      case "error":
        state.status = "failed";
        state.error_code = event.error_code;
        break;
    }
  }
}
