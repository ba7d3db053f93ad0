import { counted, type Finding, finding, seconds } from "./finding.ts";
import { mending } from "./mending.ts";
import type { Arrival } from "./observe.ts";
import type { Probe } from "./probe.ts";

/** Longer than a network is late by itself, and long enough to be felt. */
const HELD_MS = 400;

/** An answer that is written faster cannot show whether something holds it back. */
const SHORTEST_MS = 500;

/** Whether something holds a stream back: what the server had written is compared with what had arrived. Pure. */
export function judgeArrival({ stream, sightings }: Probe): Finding {
  const { arrivals, reads, headers } = stream;
  if (arrivals.length === 0) {
    return finding(
      "buffering",
      "fail",
      "The stream began, but not one event of it arrived.",
      ...mending("held", headers),
    );
  }
  const held = Math.max(heldBack(arrivals, sightings), behind(arrivals));
  const span = spanOf(arrivals);
  if (held >= HELD_MS) {
    const how = `${arrivals.length} events came in ${counted(reads, "piece")}, up to ${seconds(held)} after they were written`;
    return finding(
      "buffering",
      "fail",
      `Something on the way holds the stream back: ${how}.`,
      ...mending("held", headers),
    );
  }
  if (Math.max(span, writtenIn(arrivals)) < SHORTEST_MS) {
    return finding(
      "buffering",
      "warn",
      `The answer was written within ${seconds(writtenIn(arrivals))}: too fast to see whether something holds it back.`,
    );
  }
  return finding(
    "buffering",
    "ok",
    `Nothing holds the stream back: ${arrivals.length} events in ${counted(reads, "piece")} over ${seconds(span)}, as they were written.`,
  );
}

/** What gathers a stream delays much of it; a stall of this machine, or of the network, delays a few events once. */
const FEW = 0.1;

/** How long after the server was seen to have them, in ms, events came, but for the latest few; it may have been longer. */
function heldBack(arrivals: readonly Arrival[], sightings: Probe["sightings"]): number {
  const lags = arrivals.map(({ at, seq }) => at - (sightings.find((sighting) => sighting.seq >= seq)?.at ?? at));
  return Math.max(0, lags.sort((a, b) => b - a)[Math.floor(lags.length * FEW)] ?? 0);
}

/** By the server's own times: what was written over a while and came in less was held back, at least by the difference. */
function behind(arrivals: readonly Arrival[]): number {
  return Math.max(0, writtenIn(arrivals) - spanOf(arrivals));
}

const spanOf = (arrivals: readonly Arrival[]): number => (arrivals.at(-1)?.at ?? 0) - (arrivals[0]?.at ?? 0);

/** How long the server wrote, in ms, by its calendar; 0 where it does not say. */
function writtenIn(arrivals: readonly Arrival[]): number {
  const began = timeIn(
    arrivals.find(({ type }) => type === "start"),
    "created_at",
  );
  const ended = timeIn(
    arrivals.findLast(({ type }) => type === "message_end"),
    "timestamp",
  );
  return began === undefined || ended === undefined ? 0 : Math.max(0, ended - began);
}

function timeIn(arrival: Arrival | undefined, field: string): number | undefined {
  try {
    const time = Date.parse((JSON.parse(arrival?.data ?? "null") as Record<string, string> | null)?.[field] ?? "");
    return Number.isNaN(time) ? undefined : time;
  } catch {
    return undefined;
  }
}
