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
 * Reads one connection until it ends. Returns whether there is nothing to read any more.
 * @throws ChatWaitError why it could not be opened, or went wrong
 */
export async function* readConnection(reading: Reading): AsyncGenerator<StreamEvent, boolean> {
  const tell = resumeTeller(reading);
  let isAnswered = false;
  for await (const frames of openFrames(reading, requestOf(reading))) {
    if (!isAnswered) reading.show({ status: "open" });
    isAnswered = true;
    const events = frames.map(eventOf);
    tell(events);
    for (const [index, event] of events.entries()) {
      if (reading.signal.aborted) return false;
      if (!take(reading, event, frames[index]?.id)) continue;
      Object.assign(reading, FRESH);
      // In a feed, starts are of turns, and have no key.
      if (event.type === "start" && event.stream_id) {
        reading.path ??= reading.pathOf?.(event.stream_id);
        reading.turnId = event.turn_id;
      }
      yield event;
      if (reading.end) return true;
    }
  }
  return !isAnswered;
}

const requestOf = ({ start, path = "", lastEventId }: Reading): Outgoing => (!path && start) || { path, lastEventId };

/** Tells, once, what came with the first events after a cut. */
function resumeTeller(reading: Reading): (events: readonly StreamEvent[]) => void {
  const { seq: after, link } = reading;
  let isResuming = after > 0;
  return (events) => {
    const replayed = events.filter(({ seq }) => seq > after).length;
    if (isResuming && replayed) {
      reading.show({ status: "open", resumed: { after, replayed, gapMs: link.now() - reading.lastByte } });
      isResuming = false;
    }
    if (!isResuming) reading.lastByte = link.now();
  };
}
