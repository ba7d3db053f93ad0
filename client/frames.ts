import { createParser } from "eventsource-parser";
import { cutError, refusal } from "./errors.ts";
import { type Exchange, type Link, type Outgoing, openExchange, piecesOf } from "./exchange.ts";
import type { Connection } from "./types.ts";

export type Frame = { id?: string | undefined; data: string };

/** Who reads, and the connection that is read at the moment. */
export type Connected = {
  link: Link;
  signal?: AbortSignal;
  exchange?: Exchange;
  /** Cuts it if nothing has come for a while. */
  doubt?: () => void;
  show?(connection: Connection): void;
};

/** In characters; more than the longest stream that a server keeps. */
const LONGEST_FRAME = 2 ** 24;

/** A connection that was silent for so long may be one whose network is gone; ms. */
const SUSPICIOUS_MS = 1000;

/** Cuts a connection, as a tunnel would. */
export const cut = ({ exchange }: Connected): void => exchange?.close(cutError());

/**
 * One connection to a stream: its frames, as many at a time as came together; a heartbeat is none. Ends where the connection
 * ends. Leaving it closes the connection.
 * @throws ChatWaitError what the server refused with, or `network`, `bad_response`
 */
export async function* openFrames(connected: Connected, outgoing: Outgoing): AsyncGenerator<Frame[], void> {
  const { link, signal } = connected;
  let frames: Frame[] = [];
  let lastByte = link.now();
  // JSON is for refusals: to whom takes events alone, they would come as an event.
  const exchange = openExchange(link, outgoing, signal, "text/event-stream, application/json");
  connected.exchange = exchange;
  // A socket does not notice that its network has changed.
  connected.doubt = () => link.now() - lastByte > SUSPICIOUS_MS && cut(connected);
  const release = link.onWake(connected.doubt);
  try {
    const head = await exchange.response;
    const isStream = head.headers.get("content-type")?.startsWith("text/event-stream");
    if (!isStream) throw refusal(head, await exchange.step(head.text()));
    connected.show?.({ status: "open" });
    const { feed } = createParser({ onEvent: (frame) => frames.push(frame), maxBufferSize: LONGEST_FRAME });
    for await (const piece of piecesOf(exchange, head)) {
      feed(piece);
      lastByte = link.now();
      yield frames;
      frames = [];
    }
  } finally {
    release();
    exchange.close();
  }
}
