import type { StreamEvent } from "../src/protocol/events.ts";
import type { Exchange, Link, Outgoing } from "./exchange.ts";
import { openFrames } from "./frames.ts";
import { eventOf, type Position, take } from "./position.ts";
import { type Effort, FRESH } from "./retry-policy.ts";
import type { Connection } from "./types.ts";

/** Where a stream is read from. */
export type Source = {
  /** The request that starts it. It may be repeated, for it has a key. */
  start?: Outgoing;
  /** Where it is resumed; of one that is still to be started, known once it has been. */
  path?: string | undefined;
  /** The path of a stream that is started here. */
  pathOf?(id: string): string;
  /** Starts it as well, and tells its id in JSON without waiting for its end. */
  learn?: Outgoing;
  /** It has no end, and nothing to look at but its events. */
  isFeed?: boolean;
};

/** The state of a stream that is being read. */
export type Reading = {
  readonly link: Link;
  readonly source: Source;
  readonly position: Position;
  /** Leaves; a ChatWaitError as its reason is thrown. */
  readonly signal: AbortSignal;
  show(connection: Connection): void;
  effort: Effort;
  /** When something came last, but for what came since the last cut without an event. */
  lastByte: number;
  /** The connection at the moment. */
  exchange?: Exchange;
  /** Ends the wait for the next one. */
  wake?: () => void;
};

/**
 * Reads one connection until it ends. Returns whether there is nothing to read any more.
 * @throws ChatWaitError why it could not be opened, or went wrong
 */
export async function* readConnection(reading: Reading): AsyncGenerator<StreamEvent, boolean> {
  const { link, source, position, signal, show } = reading;
  const tell = resumeTeller(reading);
  const opened = (exchange: Exchange) => {
    reading.exchange = exchange;
  };
  let isAnswered = false;
  for await (const frames of openFrames(link, requestOf(source, position), signal, opened)) {
    if (isAnswered) reading.effort = { ...reading.effort, mute: 0 };
    else show({ status: "open" });
    isAnswered = true;
    const events = frames.map(eventOf);
    tell(events);
    for (const [index, event] of events.entries()) {
      if (signal.aborted) return false;
      if (event.type === "start" && event.stream_id) source.path ??= source.pathOf?.(event.stream_id);
      const { seq } = position;
      const isForCaller = take(position, event, frames[index]?.id);
      if (position.seq > seq) reading.effort = FRESH;
      if (isForCaller) yield event;
      if (position.end) return true;
    }
  }
  return !isAnswered;
}

function requestOf({ start, path }: Source, { lastEventId }: Position): Outgoing {
  if (path === undefined && start) return start;
  return { path: path ?? "", headers: { "last-event-id": lastEventId } };
}

/** Tells, once, what came with the first events after a cut. */
function resumeTeller(reading: Reading): (events: readonly StreamEvent[]) => void {
  const { link, position, show } = reading;
  const after = position.seq;
  let isResuming = position.lastEventId !== undefined;
  return (events) => {
    const now = link.now();
    const replayed = events.filter(({ seq }) => seq > after).length;
    if (isResuming && replayed > 0) {
      show({ status: "open", resumed: { after, replayed, gapMs: now - reading.lastByte } });
      isResuming = false;
    }
    if (!isResuming) reading.lastByte = now;
  };
}
