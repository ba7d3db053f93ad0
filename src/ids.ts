import { randomBytes } from "node:crypto";

const ALPHABET = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

/** Bytes that are drawn at once: one call to the system for some 180 ids. */
const POOL_BYTES = 4096;
let pool = Buffer.alloc(0);
let used = 0;

/** Where a name is put together: as bytes, for a string built letter by letter keeps a node for each. */
const scratch = Buffer.alloc(64);

/** A random name of at most 64 letters and digits, log2(62) = 5.95 bits each; from the system's cryptographic source. */
export function randomId(length: number): string {
  let filled = 0;
  while (filled < length) {
    if (used === pool.length) {
      pool = randomBytes(POOL_BYTES);
      used = 0;
    }
    const byte = pool[used++] as number;
    // 248 is the last multiple of 62: beyond it some letters would be likelier than others.
    if (byte < 248) scratch[filled++] = ALPHABET[byte % 62] as number;
  }
  return scratch.toString("latin1", 0, length);
}

/** 131 bits: the id of a stream is the key to it. */
export const newStreamId = (): string => randomId(22);

/** Names a message; no secret, and in every token's frame, so it is short. */
export const newMessageId = (): string => randomId(12);
