import type { StreamEvent } from "../src/protocol/events.ts";
import type { Exchange, Link, Outgoing } from "./exchange.ts";
import { openFrames } from "./frames.ts";
import type { Trying } from "./patience.ts";
import { eventOf, type Position, take } from "./position.ts";
import { FRESH } from "./retry-policy.ts";
import type { Connection } from "./types.ts";

/** Where a stream is read from. */
export type Source = {
  /** The request that starts it. It may be repeated, for it has a key. */
  start?: Outgoing;
  /** Starts it as well, and tells its id in JSON without waiting for its end. */
  learn?: Outgoing;
  /** Where it is resumed; of one that is still to be started, known once it has been. */
  path?: string | undefined;
  /** The path of a stream that is started here. */
  pathOf?(id: string): string;
  /** It has no end, and nothing to look at but its events. */
  isFeed?: boolean;
};

/** A stream that is being read. */
export type Reading = Source &
  Position &
  Trying & {
    link: Link;
    /** Leaves; a ChatWaitError as its reason is thrown. */
    signal: AbortSignal;
    show(connection: Connection): void;
    /** How many attempts in a row have not brought a single byte. */
    mute: number;
    /** When something came last, but for what came since the last cut without an event. */
    lastByte: number;
    /** The connection at the moment. */
    exchange?: Exchange;
  };

/**
 * Reads one connection until it ends. Returns whether there is nothing to read any more.
 * @throws ChatWaitError why it could not be opened, or went wrong
 */
export async function* readConnection(reading: Reading): AsyncGenerator<StreamEvent, boolean> {
  const tell = resumeTeller(reading);
  const opened = (exchange: Exchange) => {
    reading.exchange = exchange;
  };
  let isAnswered = false;
  for await (const frames of openFrames(reading.link, requestOf(reading), reading.signal, opened)) {
    if (isAnswered) reading.mute = 0;
    else reading.show({ status: "open" });
    isAnswered = true;
    const events = frames.map(eventOf);
    tell(events);
    for (const [index, event] of events.entries()) {
      if (reading.signal.aborted) return false;
      const { seq } = reading;
      const isForCaller = take(reading, event, frames[index]?.id);
      if (event.type === "start" && event.stream_id) reading.path ??= reading.pathOf?.(event.stream_id);
      if (reading.seq > seq) Object.assign(reading, FRESH);
      if (isForCaller) yield event;
      if (reading.end) return true;
    }
  }
  return !isAnswered;
}

const requestOf = ({ start, path = "", lastEventId }: Reading): Outgoing =>
  (!path && start) || { path, headers: { "last-event-id": lastEventId } };

/** Tells, once, what came with the first events after a cut. */
function resumeTeller(reading: Reading): (events: readonly StreamEvent[]) => void {
  const { seq: after, link } = reading;
  let isResuming = reading.lastEventId !== undefined;
  return (events) => {
    const replayed = events.filter(({ seq }) => seq > after).length;
    if (isResuming && replayed) {
      reading.show({ status: "open", resumed: { after, replayed, gapMs: link.now() - reading.lastByte } });
      isResuming = false;
    }
    if (!isResuming) reading.lastByte = link.now();
  };
}
