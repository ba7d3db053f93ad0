import { type Finding, finding } from "./finding.ts";
import { mending } from "./mending.ts";
import type { Watched } from "./observe.ts";

/** What became of the headers that the server sends with a stream. Pure. */
export function judgeHeaders({ headers }: Watched): Finding[] {
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
