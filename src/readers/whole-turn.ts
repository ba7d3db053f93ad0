import type { StreamLog } from "../log/stream-log.ts";
import type { DoneEvent, ErrorEvent, StartEvent } from "../protocol/events.ts";
import { type SnapshotMessage, snapshot } from "./snapshot.ts";

/** The body of a world's chat that was waited for. */
export type WholeTurn = {
  stream_id: string;
  turn_id: string;
  reason: string;
  messages: SnapshotMessage[];
  agents: NonNullable<DoneEvent["agents"]>;
};

/** A sealed turn, folded into one body; or the error that it ended with. */
export function wholeTurn(log: StreamLog): WholeTurn | ErrorEvent {
  const terminal = log.event(log.lastSeq) as DoneEvent | ErrorEvent;
  if (terminal.type === "error") return terminal;
  const start = log.event(1) as StartEvent;
  return {
    stream_id: log.id,
    turn_id: start.turn_id ?? "",
    reason: terminal.reason,
    messages: snapshot(log).messages,
    agents: terminal.agents ?? [],
  };
}
