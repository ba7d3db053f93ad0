import type { IncomingHttpHeaders } from "node:http";
import { createParser } from "eventsource-parser";
import type { Clock } from "../../../src/clock.ts";
import { openRaw, type RawReply, type RawRequest } from "./raw-http.ts";

/** One event as it arrived. `at`: ms on the clock of whoever looks. */
export type Arrival = { at: number; id: string; type: string; data: string; seq: number };

/** What was seen of a stream. */
export type Watched = {
  status: number;
  headers: IncomingHttpHeaders;
  openedAt: number;
  arrivals: Arrival[];
  /** When a comment, a sign of life, arrived. */
  beats: number[];
  /** How often bytes came. */
  reads: number;
  endedAt: number;
  /** The text of a refusal. */
  refusal?: string;
  /** How it ended: with its terminal event, without one, or because nobody looked on any longer. */
  end: "terminal" | "cut" | "left";
};

export type WatchOptions = RawRequest & { clock: Clock; onEvent?(arrival: Arrival): void };

/** Reads a stream to its end, or until the signal. Rejects where no answer came at all. */
export async function watch(url: string, { clock, onEvent, ...request }: WatchOptions): Promise<Watched> {
  const reply = await openRaw(url, { ...request, headers: { accept: "text/event-stream", ...request.headers } });
  const watched: Watched = {
    ...{ status: reply.status, headers: reply.headers },
    ...{ openedAt: clock.now(), arrivals: [], beats: [], reads: 0, endedAt: 0, end: "cut" },
  };
  try {
    if (reply.status === 200) await read(reply, watched, clock, onEvent);
    else watched.refusal = await textOf(reply);
  } catch {
    // A connection that breaks is one that was cut.
  }
  watched.endedAt = clock.now();
  if (watched.arrivals.some(({ type }) => type === "done" || type === "error")) watched.end = "terminal";
  else if (request.signal?.aborted) watched.end = "left";
  return watched;
}

async function read(
  { body }: RawReply,
  watched: Watched,
  clock: Clock,
  onEvent?: (arrival: Arrival) => void,
): Promise<void> {
  const parser = createParser({
    onEvent({ id = "", event = "", data }) {
      const arrival = { at: clock.now(), id, type: event, data, seq: Number(id.split(".")[2] ?? 0) };
      watched.arrivals.push(arrival);
      onEvent?.(arrival);
    },
    onComment: () => void watched.beats.push(clock.now()),
  });
  for await (const part of body.setEncoding("utf8")) {
    watched.reads++;
    parser.feed(part as string);
  }
}

async function textOf({ body }: RawReply): Promise<string> {
  let text = "";
  for await (const part of body.setEncoding("utf8")) text += part;
  return text;
}
