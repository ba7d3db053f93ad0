import type { StreamEvent } from "../src/protocol/events.ts";
import { type Reading, readConnection } from "./connect.ts";
import { badResponse, networkError } from "./errors.ts";
import { requestJson } from "./exchange.ts";
import { learnPath } from "./learn.ts";
import { retryLater } from "./patience.ts";
import type { ChatWaitError, Snapshot } from "./types.ts";

/** After so many attempts without a byte, there may be a proxy that keeps all to itself until the answer is complete. */
const MUTE_ATTEMPTS = 2;

/**
 * The events of a stream, each exactly once and in order, across as many connections as it takes.
 * @throws ChatWaitError where it cannot be begun or gone on with, or what it was left with
 */
export async function* readStream(reading: Reading): AsyncGenerator<StreamEvent, void> {
  const { seq, link, signal } = reading;
  while (!signal.aborted) {
    try {
      reading.show({ status: "connecting", attempt: reading.attempt + 1 });
      if (reading.mute++ >= MUTE_ATTEMPTS) await look(reading);
      if (yield* readConnection(reading)) {
        // A resume right after the end gets nothing; any other gets the end.
        if (reading.end || reading.seq === seq) return;
        throw badResponse("The end of the stream is missing.");
      }
      throw networkError("The connection was cut.");
    } catch (error) {
      if (!signal.aborted) await retryLater(link, reading, inPlace(reading, error as ChatWaitError));
    }
  }
  if (signal.reason.code === "aborted") throw signal.reason;
}

/** Where a ChatWait server has answered before, something else that answers in its place is a trouble of the network. */
const inPlace = ({ seq }: Reading, error: ChatWaitError): ChatWaitError =>
  seq && error.code === "bad_response" && error.status ? networkError(error.message, error) : error;

/** Looks whether the answer is still being written, though nothing of it gets through: then giving up has time. */
async function look(reading: Reading): Promise<void> {
  const { link, path, signal } = reading;
  if (path && !reading.isFeed) {
    const { status } = await requestJson<Snapshot>(link, { path }, signal);
    if (status === "running") reading.since = undefined;
  }
  // Of a turn there is nothing that could be asked.
  if (!path && reading.learn) reading.path = await learnPath(reading, signal);
}
