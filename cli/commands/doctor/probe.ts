import { randomUUID } from "node:crypto";
import type { Clock } from "../../../src/clock.ts";
import { type Watched, watch } from "./observe.ts";
import { requestRaw } from "./raw-http.ts";

/** A stream through a URL, looked at from two sides: as it arrives, and as the server says it stands. */

/** At `at` the server had written everything up to `seq`, whatever had arrived by then. */
export type Sighting = { at: number; seq: number };

export type Probe = {
  stream: Watched;
  sightings: Sighting[];
  /** The same stream, read again after its middle event. */
  resume: { after: number; watched: Watched } | undefined;
  /** HTTP status of the request that stops a stream. */
  stopStatus: number | undefined;
};

export type ProbeDeps = {
  url: string;
  headers: Readonly<Record<string, string>>;
  clock: Clock;
  question: { message: string; model?: string; max_tokens?: number };
};

/** Often enough to see what is held back for half a second. */
const LOOK_MS = 100;

/** A model that takes longer has something wrong that is not the proxy's. */
const LONGEST_MS = 60_000;

/** Starts an answer, reads it to its end, reads a half of it again, and stops it. Rejects where no answer came at all. */
export async function probe(deps: ProbeDeps): Promise<Probe> {
  const { url, headers, clock, question } = deps;
  const own = { ...headers, "idempotency-key": randomUUID() };
  const over = new AbortController();
  const disarm = clock.after(LONGEST_MS, () => over.abort());
  const looking = new AbortController();
  const sightings = look(deps, own, looking.signal);
  try {
    const request = { method: "POST", body: question, headers: own, signal: over.signal };
    const stream = await watch(`${url}/chat/streaming`, { ...request, clock });
    looking.abort();
    return {
      stream,
      sightings: await sightings,
      resume: await resume(deps, stream),
      stopStatus: await stop(deps, stream),
    };
  } finally {
    looking.abort();
    disarm();
  }
}

/**
 * Asks again and again how far the answer is. Its id is learned apart from its stream, by the same key (R-IDEMPOTENT): where
 * the stream is held back, so is the event that would tell it.
 */
async function look(
  { url, headers, clock, question }: ProbeDeps,
  own: Record<string, string>,
  signal: AbortSignal,
): Promise<Sighting[]> {
  const sightings: Sighting[] = [];
  const asked = { method: "POST", body: question, headers: { ...own, prefer: "wait=0" } };
  const id = field(await requestRaw(`${url}/chat/wait`, asked).catch(() => undefined), "stream_id");
  while (typeof id === "string" && !signal.aborted) {
    const reply = await requestRaw(`${url}/chat/streaming/${id}`, { headers }).catch(() => undefined);
    const seq = field(reply, "last_seq");
    if (typeof seq === "number") sightings.push({ at: clock.now(), seq });
    if (field(reply, "status") !== "running") break;
    await pause(clock, signal);
  }
  return sightings;
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(LOOK_MS, resolve);
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(cancel);
}

const field = (reply: { json: unknown } | undefined, name: string): unknown =>
  (reply?.json as Record<string, unknown> | null | undefined)?.[name];

async function resume({ url, headers, clock }: ProbeDeps, { arrivals }: Watched): Promise<Probe["resume"]> {
  const middle = arrivals[Math.floor(arrivals.length / 2) - 1];
  if (!middle) return undefined;
  const signal = AbortSignal.timeout(LONGEST_MS / 2);
  const request = { headers: { ...headers, "last-event-id": middle.id }, signal };
  const watched = await watch(`${url}/chat/streaming`, { ...request, clock }).catch(() => undefined);
  return watched && { after: middle.seq, watched };
}

/** Also what is over can be stopped (it does no harm); what is not costs nothing any more. */
async function stop({ url, headers }: ProbeDeps, { arrivals }: Watched): Promise<number | undefined> {
  const id = arrivals[0]?.id.split(".", 1)[0];
  if (!id) return undefined;
  const reply = await requestRaw(`${url}/chat/streaming/${id}`, { method: "DELETE", headers }).catch(() => undefined);
  return reply?.status ?? 0;
}
