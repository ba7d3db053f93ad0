import type { DoneEvent, ErrorEvent, StreamEvent } from "../src/protocol/events.ts";
import { badResponse, parsed } from "./errors.ts";
import { fold } from "./fold.ts";
import type { Frame } from "./frames.ts";
import type { Message } from "./types.ts";

/** Where a reader stands in a stream: what it has, and so what comes next. */
export type Position = {
  /**
   * Of the last event; 0 before the first. NaN where whatever comes first is what comes next, for nothing is greater or less:
   * in a feed, or after a cursor that does not tell its `seq`.
   */
  seq: number;
  /** The cursor to resume from. */
  lastEventId?: string | undefined;
  messages: readonly Message[];
  /** The event that ended the stream. */
  end?: DoneEvent | ErrorEvent;
};

/** The event of a frame. @throws ChatWaitError `bad_response` */
export function eventOf({ data }: Frame): StreamEvent {
  const event = parsed(data);
  if (event?.seq > 0) return event;
  throw badResponse();
}

/**
 * Moves on by an event: each counts just once, in order and without a hole. Returns whether it is one that was not there yet.
 * @throws ChatWaitError `bad_response` where events before it are missing
 */
export function take(position: Position, event: StreamEvent, id: string | undefined): boolean {
  const { seq } = event;
  if (seq <= position.seq) return false;
  if (seq > position.seq + 1) throw badResponse();
  position.seq = seq;
  position.lastEventId = id;
  position.messages = fold(position.messages, event);
  if (isTerminal(event)) position.end = event;
  return true;
}

/** In a feed, the ends of turns end nothing. */
const isTerminal = (event: StreamEvent): event is DoneEvent | ErrorEvent =>
  (event.type === "done" || event.type === "error") && event.turn_id === undefined;
