import type { Reading } from "./connect.ts";
import { badResponse } from "./errors.ts";
import { requestJson } from "./exchange.ts";
import { openFrames } from "./frames.ts";
import { eventOf } from "./position.ts";

type Begun = { stream_id?: string };

/**
 * The path of a stream whose start was sent, or is sent now: its key finds what it has begun.
 * @throws ChatWaitError what the start was refused with, or `network`, `bad_response`
 */
export async function learnPath(reading: Reading): Promise<string> {
  const { link, start, ask, pathOf } = reading;
  const begun: Begun = ask
    ? await requestJson(link, { ...start, path: ask, prefer: "wait=0" })
    : await firstEvent(reading);
  if (!begun.stream_id || !pathOf) throw badResponse("There is no stream id.");
  return pathOf(begun.stream_id);
}

async function firstEvent({ link, start }: Reading): Promise<Begun> {
  for await (const [first] of start ? openFrames({ link }, start) : []) if (first) return eventOf(first) as Begun;
  return {};
}
