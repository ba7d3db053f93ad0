import type { Source } from "./connect.ts";
import { badResponse, isChatWaitError } from "./errors.ts";
import { type Link, requestJson } from "./exchange.ts";
import { openFrames } from "./frames.ts";
import { eventOf } from "./position.ts";

/**
 * The path of a stream whose start was sent, or is sent now: its key finds what it has begun.
 * @throws ChatWaitError what the start was refused with, or `network`, `bad_response`, `aborted`
 */
export async function learnPath(link: Link, source: Source, signal?: AbortSignal): Promise<string> {
  const id = source.learn ? await askForId(link, source.learn, signal) : await readId(link, source, signal);
  if (!id || !source.pathOf) throw badResponse("The stream was begun without an id.");
  return source.pathOf(id);
}

async function askForId(link: Link, learn: NonNullable<Source["learn"]>, signal?: AbortSignal) {
  try {
    return (await requestJson<{ stream_id: string }>(link, learn, signal)).stream_id;
  } catch (error) {
    // It has failed already: that is for its events to tell.
    if (isChatWaitError(error) && error.streamId) return error.streamId;
    throw error;
  }
}

async function readId(link: Link, { start }: Source, signal?: AbortSignal) {
  for await (const [first] of start ? openFrames(link, start, signal) : []) {
    const event = first && eventOf(first);
    if (event?.type === "start") return event.stream_id;
  }
  return undefined;
}
