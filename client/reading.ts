import type { StreamEvent } from "../src/protocol/events.ts";
import { type Reading, readConnection } from "./connect.ts";
import { badResponse, isChatWaitError, networkError } from "./errors.ts";
import { requestJson } from "./exchange.ts";
import { learnPath } from "./learn.ts";
import { pause } from "./pause.ts";
import type { Position } from "./position.ts";
import { afterFailure, FRESH } from "./retry-policy.ts";
import type { ChatWaitError, Snapshot } from "./types.ts";

/** After so many attempts without a byte, there may be a proxy that keeps all to itself until the answer is complete. */
const MUTE_ATTEMPTS = 2;

/**
 * The events of a stream, each exactly once and in order, across as many connections as it takes.
 * @throws ChatWaitError where it cannot be begun or gone on with, or what it was left with
 */
export async function* readStream(reading: Reading): AsyncGenerator<StreamEvent, void> {
  const { position, signal, show } = reading;
  const begunAt = position.seq;
  while (!signal.aborted) {
    try {
      show({ status: "connecting", attempt: reading.effort.attempt + 1 });
      if (reading.effort.mute >= MUTE_ATTEMPTS) await look(reading);
      reading.effort = { ...reading.effort, mute: reading.effort.mute + 1 };
      if (yield* readConnection(reading)) return checkEnd(position, begunAt);
      throw networkError("The connection was cut.");
    } catch (error) {
      if (!signal.aborted) await retryLater(reading, troubleOf(error, reading));
    }
  }
  if (isChatWaitError(signal.reason)) throw signal.reason;
}

/** A resume right after the end gets nothing; any other gets the end. */
function checkEnd({ end, seq }: Position, begunAt: number): void {
  if (!end && seq !== begunAt) throw badResponse("The stream is over, but its last event never came.");
}

/** Waits as long as the policy says. @throws ChatWaitError the error itself, where nothing else is to be done */
async function retryLater(reading: Reading, trouble: ChatWaitError): Promise<void> {
  const { link, signal, show } = reading;
  const { effort, retryInMs } = afterFailure(reading.effort, trouble, {
    ...link,
    now: link.now(),
    random: link.random(),
  });
  reading.effort = effort;
  show({ status: "waiting", attempt: effort.attempt, retryInMs, cause: trouble.message });
  const armed = (wake: () => void) => {
    reading.wake = wake;
  };
  if (await pause(link, retryInMs, signal, armed)) reading.effort = { ...FRESH, strikes: effort.strikes };
}

/** Where a ChatWait server has answered before, something else that answers in its place is a trouble of the network. */
function troubleOf(error: unknown, { position }: Reading): ChatWaitError {
  if (!isChatWaitError(error)) throw error;
  const isForeign = error.code === "bad_response" && error.status !== undefined;
  return isForeign && position.seq > 0 ? networkError(error.message, error) : error;
}

/** Looks whether the answer is still being written, though nothing of it gets through: then giving up has time. */
async function look(reading: Reading): Promise<void> {
  const { link, source, signal } = reading;
  if (source.isFeed) return;
  if (source.path === undefined) {
    // Of a turn there is nothing that could be asked.
    if (source.learn) source.path = await learnPath(link, source, signal);
  } else {
    const { status } = await requestJson<Snapshot>(link, { path: source.path }, signal);
    if (status !== "running") return;
  }
  reading.effort = { ...reading.effort, since: undefined };
}
