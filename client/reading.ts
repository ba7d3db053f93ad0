import type { StreamEvent } from "../src/protocol/events.ts";
import { type Reading, readConnection } from "./connect.ts";
import { networkError } from "./errors.ts";
import { retryLater } from "./patience.ts";
import type { ChatWaitError } from "./types.ts";

const NO_CONTENT = 204;

/**
 * The events of a stream, each exactly once and in order, across as many connections as it takes.
 * @throws ChatWaitError where it cannot be begun or gone on with
 */
export async function* readStream(reading: Reading): AsyncGenerator<StreamEvent, void> {
  const { seq, link, signal } = reading;
  while (!signal.aborted) {
    try {
      reading.show({ status: "connecting", attempt: reading.attempt + 1 });
      yield* readConnection(reading);
      if (reading.end) return;
      throw networkError("The connection was cut.");
    } catch (error) {
      // A resume right after the end gets nothing; any other gets the end.
      if ((error as ChatWaitError).status === NO_CONTENT && Object.is(reading.seq, seq)) return;
      if (!signal.aborted) await retryLater(link, reading, inPlace(reading, error as ChatWaitError));
    }
  }
}

/** Where a ChatWait server has answered before, something else that answers in its place is a trouble of the network. */
const inPlace = ({ seq }: Reading, error: ChatWaitError): ChatWaitError =>
  seq && error.code === "bad_response" && error.status && error.status !== NO_CONTENT
    ? networkError(error.message, error)
    : error;
