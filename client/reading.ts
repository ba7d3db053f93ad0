import type { StreamEvent } from "../src/protocol/events.ts";
import { type Reading, readConnection } from "./connect.ts";
import { cutError, networkError } from "./errors.ts";
import { retryLater } from "./patience.ts";
import type { ChatWaitError } from "./types.ts";

/**
 * The events of a stream, each exactly once and in order, across as many connections as it takes.
 * @throws ChatWaitError where it cannot be begun or gone on with
 */
export async function* readStream(reading: Reading): AsyncGenerator<StreamEvent, void> {
  const { lastEventId, link, signal } = reading;
  while (!signal.aborted) {
    try {
      reading.show({ status: "connecting", attempt: reading.attempt + 1 });
      yield* readConnection(reading);
      if (reading.end) return;
      throw cutError();
    } catch (error) {
      // A resume right after the end gets 204; any other gets the end.
      if ((error as ChatWaitError).status === 204 && reading.lastEventId === lastEventId) return;
      if (!signal.aborted) await retryLater(link, reading, inPlace(reading, error as ChatWaitError));
    }
  }
}

/** Where a ChatWait server has answered before, something else that answers in its place is a trouble of the network. */
const inPlace = ({ seq }: Reading, error: ChatWaitError): ChatWaitError =>
  seq && error.code === "bad_response" && error.status ? networkError(error.message, error) : error;
