import { createParser } from "eventsource-parser";
import { refusal } from "./errors.ts";
import { type Exchange, type Link, type Outgoing, openExchange } from "./exchange.ts";

export type Frame = { id?: string | undefined; data: string };

/** More than the longest stream that a server keeps. */
const LONGEST_FRAME = 2 ** 24;

/**
 * One connection to a stream: its frames, as many at a time as came together. The first batch is empty, and says that the
 * server has answered; a heartbeat is an empty batch too. Ends where the connection ends; of 204 there is not even a first batch.
 * Leaving it closes the connection. `opened` is given the means to cut it.
 * @throws ChatWaitError what the server refused with, or `network`, `bad_response`, `aborted`
 */
export async function* openFrames(
  link: Link,
  outgoing: Outgoing,
  signal?: AbortSignal,
  opened?: (exchange: Exchange) => void,
): AsyncGenerator<Frame[], void> {
  // JSON is for refusals: to whom takes events alone, they would come as an event.
  const headers = { accept: "text/event-stream, application/json", ...outgoing.headers };
  const exchange = openExchange(link, { ...outgoing, headers }, signal);
  opened?.(exchange);
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    const response = await exchange.response;
    if (response.status === 204) return;
    const isStream = response.ok && response.headers.get("content-type")?.startsWith("text/event-stream");
    if (!isStream || !response.body) throw refusal(response, await exchange.step(response.text()));
    yield [];
    reader = response.body.getReader();
    const decoder = new TextDecoder();
    let frames: Frame[] = [];
    const parser = createParser({ onEvent: (frame) => frames.push(frame), maxBufferSize: LONGEST_FRAME });
    for (;;) {
      const { done, value } = await exchange.step(reader.read());
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield frames;
      frames = [];
    }
  } finally {
    exchange.close();
    reader?.cancel().catch(() => {});
  }
}
