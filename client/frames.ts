import { createParser } from "eventsource-parser";
import { refusal } from "./errors.ts";
import { type Exchange, type Link, type Outgoing, openExchange } from "./exchange.ts";

export type Frame = { id?: string | undefined; data: string };

/** Who reads, and the connection that is read at the moment: closing it cuts it. */
export type Connected = { link: Link; signal?: AbortSignal; exchange?: Exchange };

/** In characters; more than the longest stream that a server keeps. */
const LONGEST_FRAME = 2 ** 24;

/**
 * One connection to a stream: its frames, as many at a time as came together. The first batch is empty, and says that the
 * server has answered; a heartbeat is an empty batch too. Ends where the connection ends; of 204 there is not even a first
 * batch. Leaving it closes the connection.
 * @throws ChatWaitError what the server refused with, or `network`, `bad_response`
 */
export async function* openFrames(connected: Connected, outgoing: Outgoing): AsyncGenerator<Frame[], void> {
  // JSON is for refusals: to whom takes events alone, they would come as an event.
  const accept = "text/event-stream, application/json";
  const exchange = openExchange(connected.link, outgoing, connected.signal, accept);
  const { response, step, close } = exchange;
  connected.exchange = exchange;
  try {
    const head = await response;
    if (head.status === 204) return;
    const isStream = head.ok && head.headers.get("content-type")?.startsWith("text/event-stream");
    if (!isStream || !head.body) throw refusal(head, await step(head.text()));
    yield [];
    const reader = head.body.getReader();
    const decoder = new TextDecoder();
    let frames: Frame[] = [];
    const parser = createParser({ onEvent: (frame) => frames.push(frame), maxBufferSize: LONGEST_FRAME });
    for (;;) {
      const { done, value } = await step(reader.read());
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield frames;
      frames = [];
    }
  } finally {
    close();
  }
}
