import type { IncomingMessage } from "node:http";
import { connect, type NetConnectOpts, type Socket } from "node:net";

/**
 * Connections whose bytes are all read into one buffer, and a short way past node:http for the chunks of a streamed answer.
 * Node makes a buffer for each read, its HTTP parser a second one for each chunk, and the response hands it on as a stream
 * (decisions/013).
 */

/** Takes the payload of one chunk, whose bytes are overwritten when it returns. False: no more in this way. */
export type TakeChunk = (payload: Buffer) => boolean;

type Answer = { response: IncomingMessage; take: TakeChunk };
type Tap = {
  /** Set while the head of an answer is parsed, and nothing that follows it: only then is it known where chunks begin. */
  offered: boolean;
  /** Whose chunks are taken, and how; undefined while all goes to node:http. */
  answer: Answer | undefined;
  /** What node:http has still to get of a chunk that did not come in one piece. */
  owed: number;
};

// One for all: what is read has been handed on or copied before the next read.
const bytes = Buffer.allocUnsafeSlow(64 * 1024);

const LARGEST_CHUNK = 2 ** 24;

const taps = new WeakMap<Socket, Tap>();

/** As `net.connect`, for an agent of node:http. */
export function connectTapped(options: NetConnectOpts): Socket {
  const tap: Tap = { offered: false, answer: undefined, owed: 0 };
  const callback = (length: number) => {
    for (let at = 0; at < length && !socket.destroyed; ) at = read(socket, tap, at, length);
    return true;
  };
  const socket = connect({ ...options, onread: { buffer: bytes, callback } });
  taps.set(socket, tap);
  return socket;
}

/**
 * Called as a response is announced, it gives the chunks that come whole to `take`. All else (a chunk in pieces, the last one,
 * what is no chunk) comes by the response, in order with them; all does where chunks cannot be told.
 */
export function tapChunks(response: IncomingMessage, take: TakeChunk): void {
  const tap = taps.get(response.socket);
  if (tap?.offered && response.headers["transfer-encoding"] === "chunked") tap.answer = { response, take };
}

/** Hands on what begins at `from`. Returns where the rest begins. */
function read(socket: Socket, tap: Tap, from: number, length: number): number {
  if (tap.owed > 0) {
    const to = Math.min(from + tap.owed, length);
    tap.owed -= to - from;
    return parse(socket, from, to);
  }
  return tap.answer ? readChunk(tap, tap.answer, from, length) : readHead(socket, tap, from, length);
}

/** Gives bytes to node:http. */
function parse(socket: Socket, from: number, to: number): number {
  socket.emit("data", bytes.subarray(from, to));
  return to;
}

/** A head goes by itself, so that what follows it may be tapped. */
function readHead(socket: Socket, tap: Tap, from: number, length: number): number {
  const end = bytes.toString("latin1", from, from + 7) === "HTTP/1." ? bytes.indexOf("\r\n\r\n", from) + 4 : 0;
  tap.offered = end > from + 7 && end <= length;
  const to = parse(socket, from, tap.offered ? end : length);
  tap.offered = false;
  return to;
}

function readChunk(tap: Tap, { response, take }: Answer, from: number, length: number): number {
  let size = 0;
  let at = from;
  for (let digit = hexDigit(at); digit >= 0 && at < length; digit = hexDigit(++at)) size = size * 16 + digit;
  const end = at + 2 + size;
  // The last chunk, one with an extension, or a size that is cut in two: from here on node:http has the answer to itself.
  if (size === 0 || size > LARGEST_CHUNK || at + 2 > length || !isLineEnd(at)) tap.answer = undefined;
  else if (end + 2 > length || response.readableLength > 0) tap.owed = end + 2 - from;
  else if (isLineEnd(end)) {
    if (!take(bytes.subarray(at + 2, end))) tap.answer = undefined;
    return end + 2;
  } else tap.answer = undefined;
  return from;
}

const isLineEnd = (at: number) => bytes[at] === 0x0d && bytes[at + 1] === 0x0a;

/** The value of the hexadecimal digit that stands there; -1 if none does. */
function hexDigit(at: number): number {
  const code = bytes[at] ?? 0;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
