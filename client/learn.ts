import type { Reading } from "./connect.ts";
import { badResponse } from "./errors.ts";
import { requestJson } from "./exchange.ts";
import { openFrames } from "./frames.ts";
import { eventOf } from "./position.ts";
import type { ChatWaitError } from "./types.ts";

/**
 * The path of a stream whose start was sent, or is sent now: its key finds what it has begun.
 * @throws ChatWaitError what the start was refused with, or `network`, `bad_response`
 */
export async function learnPath(reading: Reading, signal?: AbortSignal): Promise<string> {
  const id = await (reading.learn ? askForId : readId)(reading, signal);
  if (!id || !reading.pathOf) throw badResponse("The stream has no id.");
  return reading.pathOf(id);
}

async function askForId({ link, learn }: Reading, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return (await requestJson<{ stream_id: string }>(link, learn ?? { path: "" }, signal)).stream_id;
  } catch (error) {
    // It has failed already: that is for its events to tell.
    const { streamId } = error as ChatWaitError;
    if (streamId) return streamId;
    throw error;
  }
}

async function readId({ link, start }: Reading, signal?: AbortSignal): Promise<string | undefined> {
  for await (const [first] of start ? openFrames(link, start, signal) : []) {
    if (first) return (eventOf(first) as { stream_id?: string }).stream_id;
  }
  return undefined;
}
