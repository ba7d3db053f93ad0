import { type ErrorCode, isRetryable, textOf } from "../protocol/errors.ts";
import type { OpenDraft, StreamEvent, TerminalDraft } from "../protocol/events.ts";

export type Ending = { ends: OpenDraft[]; terminal: TerminalDraft };

/**
 * How a log ends whose writer is gone: each message that has begun is ended with the text that it has, then comes the error
 * (R-ONE, R-TEXT). `timestamp`: RFC 3339.
 */
export function endingOf(events: Iterable<StreamEvent>, code: ErrorCode, timestamp: string): Ending {
  const open = new Map<string, { sender: string; pieces: string[] }>();
  for (const event of events) {
    if (event.type === "message_start") open.set(event.message_id, { sender: event.sender, pieces: [] });
    else if (event.type === "token") open.get(event.message_id)?.pieces.push(event.text);
    else if (event.type === "message_end") open.delete(event.message_id);
  }
  const ends = [...open].map(
    ([message_id, { sender, pieces }]): OpenDraft => ({
      ...{ type: "message_end", message_id, sender, content: pieces.join(""), timestamp },
      ...{ reason: "error", error_code: code },
    }),
  );
  const terminal = { error_code: code, message: textOf(code), retryable: isRetryable(code) };
  return { ends, terminal: { type: "error", ...terminal } };
}
