import { eventSchemas, type WorldEvent } from "./events.ts";

/**
 * The SSE framing of PROTOCOL.md, section 2, and the ids that serve as cursors.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */

/** The first bytes of every response: how long a browser waits before it reconnects, in ms (R-PRIME). */
export const RETRY_LINE = "retry: 1000\n\n";

/** A comment: keeps proxies and watchdogs content, means nothing to a parser (R-BEAT). */
export const HEARTBEAT = ": ping\n\n";

// JSON escapes every control character, so that CR, LF and NUL cannot break a frame. These three are left: line ends to
// parsers that split as Unicode does (Python's splitlines), though not to the specification.
const UNICODE_LINE_ENDS = /[\u0085\u2028\u2029]/g;
const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** JSON on one line, whatever the text holds (R-INJECT). */
export function oneLine(value: unknown): string {
  return JSON.stringify(value).replace(UNICODE_LINE_ENDS, escaped);
}

/** The frame of one event. `idPrefix` is `<stream_id>.<epoch>.`, without the seq. */
export function encodeFrame(idPrefix: string, seq: number, draft: WorldEvent): string {
  const { type } = draft;
  // The token is the hot path: its free fields are put in by hand, 0.3 µs cheaper than copying the object.
  const data =
    type === "token"
      ? `"message_id":"${draft.message_id}","text":${quoted(draft.text)}${turnOf(draft.turn_id)}}`
      : oneLine({ ...draft, type: undefined }).slice(1);
  return `id: ${idPrefix}${seq}${HEADS[type]}${seq},${data}\n\n`;
}

/** What stands between the two numbers of a frame: in one piece, for each piece of a text is an object to make. */
const HEADS = Object.fromEntries(
  Object.keys(eventSchemas).map((type) => [type, `\nevent: ${type}\ndata: {"type":"${type}","seq":`]),
) as Record<WorldEvent["type"], string>;

// What JSON writes as it is. Most tokens hold nothing else, and to look is half as dear as to have them encoded.
const PLAIN = /^[ !#-[\]-~]*$/;
const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : oneLine(text));

const turnOf = (id: string | undefined): string => (id === undefined ? "" : `,"turn_id":"${id}"`);

/** Where a frame's JSON begins and ends: the inverse of {@link encodeFrame}, for readers that need the event itself. */
export function frameData(frame: string): string {
  return frame.slice(frame.indexOf("\ndata: ") + 7, -2);
}

/** An event outside any stream: no id, so that a client's cursor stays where it was. */
export function encodeLooseFrame(type: string, data: object): string {
  return `event: ${type}\ndata: ${oneLine(data)}\n\n`;
}

export type Cursor = { streamId: string; epoch: number; seq: number };

const CURSOR = /^([A-Za-z0-9]{1,40})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,15})$/;

/** Reads an event's id; undefined when it is not one. A cursor is never repaired (R-HONEST). */
export function parseCursor(id: string): Cursor | undefined {
  const match = CURSOR.exec(id);
  return match ? { streamId: match[1] as string, epoch: Number(match[2]), seq: Number(match[3]) } : undefined;
}
