import { randomBytes } from "node:crypto";

const ALPHABET = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

/** Letters that are drawn at once, for some 30 streams: one by one they cost several times as much. A name keeps all of them. */
const POOL = 1024;
let pool = "";
let used = 0;

/** A random name of letters and digits, log2(62) = 5.95 bits each; from the system's cryptographic source. */
export function randomId(length: number): string {
  if (used + length > pool.length) {
    pool = randomLetters(Math.max(POOL, length));
    used = 0;
  }
  used += length;
  return pool.slice(used - length, used);
}

function randomLetters(count: number): string {
  const letters = Buffer.allocUnsafe(count);
  let filled = 0;
  while (filled < count) {
    for (const byte of randomBytes(count - filled)) {
      // 248 is the last multiple of 62: beyond it some letters would be likelier than others.
      if (byte < 248) letters[filled++] = ALPHABET[byte % 62] as number;
    }
  }
  return letters.toString("latin1");
}

/** 131 bits: the id of a stream is the key to it. */
export const newStreamId = (): string => randomId(22);

/** Names a message; no secret, and in every token's frame, so it is short. */
export const newMessageId = (): string => randomId(12);
