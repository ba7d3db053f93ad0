import { counted, type Finding, finding, seconds } from "./finding.ts";
import { judgeArrival } from "./judge-arrival.ts";
import { judgeHeaders } from "./judge-headers.ts";
import { mending } from "./mending.ts";
import type { Arrival, Watched } from "./observe.ts";
import type { Probe } from "./probe.ts";

/** Says what a proxy does to a stream, from what was seen of one. Pure: no clock, no network. */

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

/** The server says why; a proxy gives its name. */
function refused({ status, headers, refusal = "" }: Watched): Finding {
  const said = messageIn(refusal);
  if (said !== undefined)
    return finding("stream", "fail", `The server refused a stream with status ${status}: ${said}`);
  const by = headers.server === undefined ? "" : ` by ${headers.server}`;
  return finding("stream", "fail", `A stream was refused with status ${status}${by}.`);
}

/** Whether something on the way, or at its end, has broken a stream off. */
export const isCut = ({ status, end }: Watched): boolean => status === 200 && end === "cut";

/** What a proxy cuts it cuts each time: a stream that broke off before one that did not was broken by something that has passed. */
export function judgeBreak({ openedAt, endedAt, arrivals }: Watched): Finding {
  const how = `after ${seconds(endedAt - openedAt)} and ${counted(arrivals.length, "event")}`;
  const title = `A stream broke off ${how}, but not the next one: a server stopped, or the network failed for a moment.`;
  return finding("break", "warn", title, "Look again: where it comes back, look into the server's log.");
}

function judgeCut({ end, arrivals, openedAt, endedAt, headers }: Watched): Finding[] {
  if (end === "terminal") {
    const failed = arrivals.find(({ type }) => type === "error");
    return failed
      ? [finding("answer", "warn", `The model's answer failed: ${messageIn(failed.data) ?? "it cannot be read."}`)]
      : [];
  }
  if (end === "left")
    return [finding("cut", "warn", "The answer was not over after a minute, and not read any further.")];
  const how = `after ${seconds(endedAt - openedAt)} and ${counted(arrivals.length, "event")}`;
  return [finding("cut", "fail", `Something on the way cut the stream ${how}.`, ...mending("cut", headers))];
}

/** What an error says, where it is one of the server's. */
function messageIn(json: string): string | undefined {
  try {
    return (JSON.parse(json) as { message?: string }).message;
  } catch {
    return undefined;
  }
}

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
