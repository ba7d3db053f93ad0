import type { StreamEvent } from "../src/protocol/events.ts";
import { type Reading, readConnection } from "./connect.ts";
import { badResponse, networkError } from "./errors.ts";
import { retryLater } from "./patience.ts";
import type { ChatWaitError } from "./types.ts";

/**
 * The events of a stream, each exactly once and in order, across as many connections as it takes.
 * @throws ChatWaitError where it cannot be begun or gone on with
 */
export async function* readStream(reading: Reading): AsyncGenerator<StreamEvent, void> {
  const { seq, link, signal } = reading;
  while (!signal.aborted) {
    try {
      reading.show({ status: "connecting", attempt: reading.attempt + 1 });
      if (yield* readConnection(reading)) {
        // A resume right after the end gets nothing; any other gets the end.
        if (reading.end || Object.is(reading.seq, seq)) return;
        throw badResponse("The end of the stream is missing.");
      }
      throw networkError("The connection was cut.");
    } catch (error) {
      if (!signal.aborted) await retryLater(link, reading, inPlace(reading, error as ChatWaitError));
    }
  }
}

/** Where a ChatWait server has answered before, something else that answers in its place is a trouble of the network. */
const inPlace = ({ seq }: Reading, error: ChatWaitError): ChatWaitError =>
  seq && error.code === "bad_response" && error.status ? networkError(error.message, error) : error;
