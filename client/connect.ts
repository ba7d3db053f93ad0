import type { StreamEvent } from "../src/protocol/events.ts";
import type { Outgoing } from "./exchange.ts";
import { type Connected, openFrames } from "./frames.ts";
import type { Trying } from "./patience.ts";
import { eventOf, type Position, take } from "./position.ts";
import { FRESH } from "./retry-policy.ts";
import type { Connection } from "./types.ts";

/** Where a stream is read from. */
export type Source = {
  /** The request that starts it. It may be repeated, for it has a key. */
  start?: Outgoing;
  /** Where the same request asks for its id alone. */
  ask?: string | undefined;
  /** Where it is resumed; of one that is still to be started, known once it has been. */
  path?: string | undefined;
  /** The path of a stream that is started here. */
  pathOf?(id: string): string;
};

/** A stream that is being read. */
export type Reading = Source &
  Position &
  Trying &
  Connected & {
    /** Leaves. */
    signal: AbortSignal;
    show(connection: Connection): void;
    /** The public name of a turn. */
    turnId?: string | undefined;
    /** When something came last, but for what came since the last cut without an event. */
    lastByte: number;
  };

/**
 * Reads one connection until it, or the stream, ends.
 * @throws ChatWaitError why it could not be opened, or went wrong
 */
export async function* readConnection(reading: Reading): AsyncGenerator<StreamEvent, void> {
  const { link, seq: after } = reading;
  let isResuming = after > 0;
  for await (const frames of openFrames(reading, requestOf(reading))) {
    const now = link.now();
    if (isResuming && frames[0]) {
      isResuming = false;
      const gapMs = now - reading.lastByte;
      reading.show({ status: "open", resumed: { after, replayed: frames.length, gapMs } });
    }
    if (!isResuming) reading.lastByte = now;
    for (const frame of frames) {
      const event = eventOf(frame);
      if (reading.signal.aborted) return;
      if (!take(reading, event, frame.id)) continue;
      Object.assign(reading, FRESH);
      // In a feed, starts are of turns, and have no key.
      if (event.type === "start" && event.stream_id) {
        reading.path ??= reading.pathOf?.(event.stream_id);
        reading.turnId = event.turn_id;
      }
      yield event;
      if (reading.end) return;
    }
  }
}

const requestOf = ({ start, path = "", lastEventId }: Reading): Outgoing => (!path && start) || { path, lastEventId };
