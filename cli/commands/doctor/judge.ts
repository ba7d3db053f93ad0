import { type Finding, finding } from "./finding.ts";
import { mending } from "./mending.ts";
import type { Arrival, Watched } from "./observe.ts";
import type { Probe } from "./probe.ts";

/** Says what a proxy does to a stream, from what was seen of one. Pure: no clock, no network. */

/** Longer than a network is late by itself, and long enough to be felt. */
const HELD_MS = 400;

/** An answer that is written faster cannot show whether something holds it back. */
const SHORTEST_MS = 500;

/** The findings of a probe, the most important first. */
export function judgeStream(probe: Probe): Finding[] {
  const { stream } = probe;
  if (stream.status !== 200) return [refused(stream)];
  return [
    judgeArrival(probe),
    ...judgeCut(stream),
    ...judgeHeaders(stream),
    ...judgeResume(probe),
    ...judgeStop(probe),
  ];
}

const refused = ({ status, headers }: Watched): Finding =>
  finding(
    "stream",
    "fail",
    `A stream was refused with status ${status}${headers.server === undefined ? "" : ` by ${headers.server}`}.`,
  );

function judgeArrival({ stream, sightings }: Probe): Finding {
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

/** How long after the server was seen to have it, in ms, the latest event came; it may have been longer. */
function heldBack(arrivals: readonly Arrival[], sightings: Probe["sightings"]): number {
  const lags = arrivals.map(({ at, seq }) => at - (sightings.find((sighting) => sighting.seq >= seq)?.at ?? at));
  return Math.max(0, ...lags);
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

function judgeCut({ end, arrivals, openedAt, endedAt, headers }: Watched): Finding[] {
  if (end === "terminal") {
    const failed = arrivals.find(({ type }) => type === "error");
    return failed ? [finding("answer", "warn", `The model's answer failed: ${messageOf(failed)}`)] : [];
  }
  if (end === "left")
    return [finding("cut", "warn", "The answer was not over after a minute, and not read any further.")];
  const how = `after ${seconds(endedAt - openedAt)} and ${counted(arrivals.length, "event")}`;
  return [finding("cut", "fail", `Something on the way cut the stream ${how}.`, ...mending("cut", headers))];
}

function messageOf({ data }: Arrival): string {
  try {
    return String((JSON.parse(data) as { message?: unknown }).message);
  } catch {
    return "it cannot be read.";
  }
}

function judgeHeaders({ headers }: Watched): Finding[] {
  const findings: Finding[] = [];
  const type = headers["content-type"] ?? "none";
  if (!/^text\/event-stream\b/i.test(type)) {
    findings.push(
      finding(
        "content_type",
        "fail",
        `The Content-Type arrives as ${type}, not as text/event-stream: browsers refuse such a stream.`,
        ...mending("content_type", headers),
      ),
    );
  }
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    findings.push(
      finding(
        "compression",
        "fail",
        `Something on the way compresses the stream (${encoding}); the server never does.`,
        ...mending("compressed", headers),
      ),
    );
  }
  const lost = ["no-cache", "no-transform"].filter((word) => !(headers["cache-control"] ?? "").includes(word));
  if (lost.length > 0) {
    findings.push(
      finding(
        "cache_control",
        "warn",
        `Something on the way changes Cache-Control: ${lost.join(" and ")} did not arrive, so others may store or change the stream.`,
      ),
    );
  }
  if (findings.length === 0)
    findings.push(finding("headers", "ok", `Its headers arrive as they were sent${accel(headers)}.`));
  return findings;
}

/** nginx takes it out when it obeys it: that it is missing is no fault. */
const accel = (headers: Watched["headers"]): string =>
  headers["x-accel-buffering"] === undefined
    ? " (X-Accel-Buffering was obeyed or taken out on the way, which does no harm)"
    : "";

function judgeResume({ stream, resume }: Probe): Finding[] {
  if (!resume) return [];
  const { after, watched } = resume;
  const expected = stream.arrivals.filter(({ seq }) => seq > after).map(textOf);
  const got = watched.arrivals.map(textOf);
  if (watched.status === 200 && expected.join("\n") === got.slice(0, expected.length).join("\n")) {
    return [finding("resume", "ok", `A resume after event ${after} brings exactly the rest.`)];
  }
  if (watched.status === 400) {
    return [
      finding(
        "resume",
        "fail",
        "Last-Event-ID does not reach the server: a stream that breaks cannot be resumed.",
        ...mending("no_last_event_id", stream.headers),
      ),
    ];
  }
  const what =
    watched.status === 200 ? `other events than the ${expected.length} that were left` : `status ${watched.status}`;
  return [finding("resume", "fail", `A resume after event ${after} brought ${what}.`)];
}

const textOf = ({ id, data }: Arrival): string => `${id} ${data}`;

function judgeStop({ stopStatus, stream }: Probe): Finding[] {
  if (stopStatus === undefined) return [];
  if (stopStatus === 200) return [finding("stop", "ok", "Answers can be stopped (DELETE comes through).")];
  return [
    finding(
      "stop",
      "fail",
      `Answers cannot be stopped: DELETE brings status ${stopStatus || "none"}.`,
      ...mending("no_delete", stream.headers),
    ),
  ];
}

/** What became of a connection on which nothing was said. `wantedMs`: how long it was to stay open. */
export function judgeQuiet({ status, end, openedAt, endedAt, beats, headers }: Watched, wantedMs: number): Finding {
  if (status !== 200) return finding("quiet", "warn", `A quiet connection could not be opened: status ${status}.`);
  const open = endedAt - openedAt;
  if (end !== "left") {
    const silence = endedAt - (beats.at(-1) ?? openedAt);
    const why =
      beats.length === 0 ? "before the server's first sign of life" : `${seconds(silence)} after a sign of life`;
    return finding(
      "quiet",
      "fail",
      `A quiet connection was cut after ${seconds(open)}, ${why}.`,
      ...mending("cut", headers),
    );
  }
  if (beats.length > 0)
    return finding(
      "quiet",
      "ok",
      `A quiet connection stayed open for ${seconds(wantedMs)}, with ${counted(beats.length, "sign")} of life.`,
    );
  const title = `No sign of life came within ${seconds(wantedMs)}: something holds them back, or CHATWAIT_HEARTBEAT_MS is longer.`;
  return finding("quiet", "warn", title, ...mending("held", headers));
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
