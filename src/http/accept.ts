import Negotiator from "negotiator";
import { failure } from "../protocol/errors.ts";

export type Format = "sse" | "json";

const JSON_TYPES = new Set(["application/json", "application/*"]);

/**
 * R-ACCEPT: which of the formats that a path can give is meant. Where it can give both, it is SSE unless the header allows JSON
 * and neither names text/event-stream nor takes anything.
 * @throws Failure `not_acceptable`
 */
export function formatFor(accept: string | undefined, able: readonly Format[]): Format {
  const types = mediaTypes(accept);
  const anything = types.includes("*/*");
  const sse = types.includes("text/event-stream");
  const json = types.some((type) => JSON_TYPES.has(type));
  if (able.includes("json") && json && !sse && !anything) return "json";
  if (able.includes("sse") && (sse || anything || types.includes("text/*"))) return "sse";
  if (able.includes("json") && (json || anything)) return "json";
  const given = able.map((format) => (format === "sse" ? "text/event-stream" : "application/json")).join(" or ");
  throw failure(
    "not_acceptable",
    `This path answers with ${given}, and the Accept header allows neither that nor */*.`,
  );
}

/** Whether the client has said that an event stream is all it can read. */
export function takesEventsAlone(accept: string | undefined): boolean {
  const [only, ...others] = mediaTypes(accept);
  return only === "text/event-stream" && others.length === 0;
}

function mediaTypes(accept: string | undefined): string[] {
  if (accept === undefined || accept.trim() === "") return ["*/*"];
  // Types are told apart without regard to case (RFC 9110, section 8.3.1).
  return new Negotiator({ headers: { accept: accept.toLowerCase() } }).mediaTypes();
}
