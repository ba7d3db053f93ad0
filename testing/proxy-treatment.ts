/**
 * What a proxy does to one response, as plain data: a seed can make it, and a failure can print it. Without any of it the
 * response is passed on as it is.
 */
export type Treatment = {
  /** The request never reaches the server; the connection is reset. */
  lost?: boolean;
  /** The proxy answers by itself: this status, and a page of HTML. The server is not asked. */
  page?: number;
  /** The response is held back until it is whole, as nginx does with `proxy_buffering`. */
  holds?: boolean;
  /** The end of the connection is the end of the body: a cut by FIN then looks like an orderly end. */
  bare?: boolean;
  /** So many frames are left out, from that index on. */
  drops?: { from: number; frames: number };
  /** After the frame of that index, the last so many frames come again. */
  repeats?: { after: number; frames: number };
  /** No packet is larger. */
  pieceBytes?: number;
  /** What happens once so many bytes have been passed on, the head included. */
  ending?: { after: number | Place; how: Ending };
};

/** A place in a response that a number does not name: in a header, in the JSON of a frame, in a character of UTF-8. */
export type Place = "header" | "frame" | "character";

/**
 * `fin` and `reset` end both connections. `stall` ends none, and passes nothing on until it is told to. The other two are
 * half-open: with `server-gone` the client is left with a silent connection, with `client-gone` the server has a reader that is none.
 */
export type Ending = "fin" | "reset" | "stall" | "server-gone" | "client-gone";

type Bytes = AsyncIterable<Uint8Array>;

/** The bytes of a body as the treatment leaves them, in the packets in which they are to be sent. */
export function treated(head: string, body: Bytes, treatment: Treatment, isChunked: boolean): Bytes {
  const { holds = false, pieceBytes } = treatment;
  const frames = treatment.drops || treatment.repeats ? spoiltFrames(body, treatment) : body;
  const coded = withHead(Buffer.from(head, "latin1"), isChunked ? chunked(frames) : frames);
  const held = holds ? whole(coded) : coded;
  return pieceBytes === undefined ? held : inPieces(held, pieceBytes);
}

async function* withHead(head: Uint8Array, body: Bytes): Bytes {
  yield head;
  yield* body;
}

async function* chunked(body: Bytes): Bytes {
  for await (const bytes of body) {
    // An empty chunk would be the last one.
    if (bytes.length === 0) continue;
    yield Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
  }
  yield Buffer.from("0\r\n\r\n");
}

async function* whole(body: Bytes): Bytes {
  const parts: Uint8Array[] = [];
  for await (const bytes of body) parts.push(bytes);
  yield Buffer.concat(parts);
}

async function* inPieces(body: Bytes, size: number): Bytes {
  for await (const bytes of body) {
    for (let at = 0; at < bytes.length; at += size) {
      yield bytes.subarray(at, at + size);
      // Packets that are written in one turn of the event loop are read in one, too.
      await new Promise(setImmediate);
    }
  }
}

/** Frames are those that carry an event; what else there is, such as a comment, is passed on. */
async function* spoiltFrames(body: Bytes, { drops, repeats }: Treatment): Bytes {
  const seen: string[] = [];
  for await (const block of blocksOf(body)) {
    if (!/^id:/m.test(block)) {
      yield Buffer.from(block, "latin1");
      continue;
    }
    const index = seen.push(block) - 1;
    const isDropped = drops && index >= drops.from && index < drops.from + drops.frames;
    const again = repeats?.after === index ? seen.slice(-repeats.frames) : [];
    yield Buffer.from((isDropped ? "" : block) + again.join(""), "latin1");
  }
}

async function* blocksOf(body: Bytes): AsyncIterable<string> {
  let rest = "";
  for await (const bytes of body) {
    const blocks = (rest + Buffer.from(bytes).toString("latin1")).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) yield `${block}\n\n`;
  }
  if (rest) yield rest;
}

const PLACES: Record<Place, RegExp> = {
  header: /\r\nc/i,
  frame: /data: \{"ty/,
  character: /[\xc2-\xf4]/,
};

/** How many bytes of what was passed on, and of what comes next, lie before the place; undefined while it is not in sight. */
export function placeIn(passed: string, after: number | Place): number | undefined {
  if (typeof after === "number") return passed.length >= after ? after : undefined;
  const match = PLACES[after].exec(passed);
  return match ? match.index + match[0].length : undefined;
}
