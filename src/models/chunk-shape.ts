import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { type AnswerEnd, takeCompletion } from "./chat-completions.ts";

/**
 * The chunks of one answer mostly differ in nothing but their text. What stands before and after it is learned from one chunk;
 * of the next ones that have the same around theirs, the text is all that is read (decisions/013).
 */
export type ChunkShape = {
  head: Buffer;
  tail: Buffer;
  /** How often a shape may still be learned: where no two chunks are alike, that is given up. */
  credit: number;
};

const MOST_CREDIT = 8;

const nothing = Buffer.alloc(0);

export const createChunkShape = (): ChunkShape => ({ head: nothing, tail: nothing, credit: MOST_CREDIT });

/** The text of a chunk that has the shape; undefined where the chunk must be parsed. It must be at the beginning of an event. */
export function shapedText(shape: ChunkShape, chunk: Buffer): string | undefined {
  const { head, tail } = shape;
  const from = head.length;
  const to = chunk.length - tail.length;
  if (from === 0 || from >= to || !isPlain(chunk, from, to)) return undefined;
  if (tail.compare(chunk, to) !== 0 || head.compare(chunk, 0, from) !== 0) return undefined;
  if (shape.credit < MOST_CREDIT) shape.credit++;
  return chunk.toString("utf8", from, to);
}

/** Learns from a chunk that had to be parsed, if it is one event with nothing in it but text. */
export function learnShape(shape: ChunkShape, chunk: Buffer): void {
  if (shape.credit === 0) return;
  shape.credit--;
  const raw = chunk.toString("latin1");
  const text = ONE_EVENT.test(raw) ? textOf(chunk.toString("utf8", 5)) : undefined;
  const [key, ...others] = raw.matchAll(CONTENT);
  if (text === undefined || !key || others.length > 0) return;
  const from = key.index + key[0].length;
  const to = from + Buffer.byteLength(text);
  // With an escape in it, the text would not stand there as it is.
  if (chunk.toString("utf8", from, to) !== text || chunk[to] !== QUOTE) return;
  shape.head = Buffer.from(chunk.subarray(0, from));
  shape.tail = Buffer.from(chunk.subarray(to));
}

/** One line of data and the empty line that ends the event. */
const ONE_EVENT = /^data:[^\r\n]+\n\n$/;
/** Not within a string: there its quotes would be escaped. */
const CONTENT = /[{,] ?"content": ?"/g;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether bytes may stand in a JSON string as they are. */
function isPlain(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) return false;
  }
  return true;
}

function textOf(json: string): string | undefined {
  const parts: LanguageModelV4StreamPart[] = [];
  const end: AnswerEnd = { reason: undefined, usage: undefined };
  const failure = takeCompletion(json, end, { part: (part) => parts.push(part) });
  const [only, ...more] = parts;
  if (failure || end.reason !== undefined || end.usage || more.length > 0) return undefined;
  return only?.type === "text-delta" ? only.delta : undefined;
}
