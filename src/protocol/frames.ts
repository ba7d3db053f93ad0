import { eventSchemas, type WorldEvent } from "./events.ts";

/**
 * The SSE framing of PROTOCOL.md, section 2, and the ids that serve as cursors.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */

/** The first bytes of every response: how long a browser waits before it reconnects, in ms (R-PRIME). */
export const RETRY_LINE = "retry: 1000\n\n";

/** The last bytes of a response whose stream goes on elsewhere: come back soon. The next response sets the wait anew. */
export const COME_BACK_LINE = "retry: 200\n\n";

/** A comment: keeps proxies and watchdogs content, means nothing to a parser (R-BEAT). */
export const HEARTBEAT = ": ping\n\n";

/** `ascii`: it has as many bytes as characters. To know that is half of what it would cost to count them. */
export type Text = { text: string; ascii: boolean };

// JSON escapes every control character, so that CR, LF and NUL cannot break a frame. These three are left: line ends to
// parsers that split as Unicode does (Python's splitlines), though not to the specification.
const UNICODE_LINE_ENDS = /[\u0085\u2028\u2029]/g;
const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

const NOT_ASCII = /[^ -~]/;
// What JSON writes as it is. Most tokens hold nothing else, and to look is half as dear as to have them encoded.
const PLAIN = /^[ !#-[\]-~]*$/;

function jsonLine(value: unknown): Text {
  const json = JSON.stringify(value);
  const ascii = !NOT_ASCII.test(json);
  return { text: ascii ? json : json.replace(UNICODE_LINE_ENDS, escaped), ascii };
}

/** JSON on one line, whatever the text holds (R-INJECT). */
export const oneLine = (value: unknown): string => jsonLine(value).text;

/** What stands between the two numbers of a frame: in one piece, for each piece of a text is an object to make. */
const HEADS = Object.fromEntries(
  Object.keys(eventSchemas).map((type) => [type, `\nevent: ${type}\ndata: {"type":"${type}","seq":`]),
) as Record<WorldEvent["type"], string>;

/**
 * What the frames of one stream have in common, and what those of a message's tokens have: made once, and each in one piece, for
 * each piece that a frame is put together from costs as much as a few letters.
 */
export type Framing = { readonly id: string; messageId: string; token: string };

/** `idPrefix` is `<stream_id>.<epoch>.`, without the seq. */
export const framingOf = (idPrefix: string): Framing => ({ id: joined("id: ", idPrefix), messageId: "", token: "" });

// What is put together by + stays a tree of its pieces.
const joined = (...pieces: string[]): string => pieces.join("");

/** The frame of one event. */
export function frameOf(framing: Framing, seq: number, draft: WorldEvent): Text {
  // The token is the hot path: its free fields are put in by hand.
  if (draft.type === "token") return tokenFrame(framing, seq, draft);
  const { text, ascii } = jsonLine({ ...draft, type: undefined });
  return { text: `${framing.id}${seq}${HEADS[draft.type]}${seq},${text.slice(1)}\n\n`, ascii };
}

function tokenFrame(framing: Framing, seq: number, { message_id, text, turn_id }: Token): Text {
  if (message_id !== framing.messageId) {
    framing.messageId = message_id;
    framing.token = joined(',"message_id":"', message_id, '","text":"');
  }
  const { text: inner, ascii } = PLAIN.test(text) ? { text, ascii: true } : unquoted(jsonLine(text));
  return { text: `${framing.id}${seq}${HEADS.token}${seq}${framing.token}${inner}${tailOf(turn_id)}`, ascii };
}

type Token = Extract<WorldEvent, { type: "token" }>;

const unquoted = ({ text, ascii }: Text): Text => ({ text: text.slice(1, -1), ascii });
const tailOf = (turnId?: string): string => (turnId === undefined ? '"}\n\n' : `","turn_id":"${turnId}"}\n\n`);

/** The text of one frame by itself. */
export const encodeFrame = (idPrefix: string, seq: number, draft: WorldEvent): string =>
  frameOf(framingOf(idPrefix), seq, draft).text;

/** The frame of an event that is JSON already, as {@link frameData} gives it: it begins with its type. */
export function frameOfJson(idPrefix: string, seq: number, json: string): string {
  const type = json.slice('{"type":"'.length, json.indexOf('"', '{"type":"'.length));
  return `id: ${idPrefix}${seq}\nevent: ${type}\ndata: ${json}\n\n`;
}

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
