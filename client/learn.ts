import type { Reading } from "./connect.ts";
import { badResponse } from "./errors.ts";
import { type Link, type Outgoing, requestJson } from "./exchange.ts";
import { openFrames } from "./frames.ts";
import { eventOf } from "./position.ts";

/** What is read from where it is started. */
export type Begun = Required<Pick<Reading, "link" | "start" | "pathOf">> & Pick<Reading, "ask">;

/**
 * The path of a stream whose start was sent, or is sent now: its key finds what it has begun.
 * @throws ChatWaitError what the start was refused with, or `network`, `bad_response`
 */
export async function learnPath({ link, start, ask, pathOf }: Begun): Promise<string> {
  const { stream_id } = ask
    ? await requestJson<{ stream_id?: string }>(link, { ...start, path: ask, prefer: "wait=0" })
    : await firstEvent(link, start);
  if (!stream_id) throw badResponse();
  return pathOf(stream_id);
}

async function firstEvent(link: Link, start: Outgoing): Promise<{ stream_id?: string }> {
  for await (const [first] of openFrames({ link }, start)) if (first) return eventOf(first) as { stream_id?: string };
  return {};
}
