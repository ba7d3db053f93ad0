import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { failure } from "../protocol/errors.ts";
import { canonicalJson, isIdempotencyKey } from "../protocol/requests.ts";

/**
 * What a start has led to: `messageId` and `turnId` name what it published and where, unless the `start` of its stream does. `replayed`:
 * it had been started before, by the same key.
 */
export type Started = {
  log: StreamLog;
  messageId?: string | undefined;
  turnId?: string | undefined;
  replayed: boolean;
};

/** Binds the key to the stream. To be called before anything can end it: a retryable end frees the key again. */
export type Bind = (streamId: string, messageId?: string) => void;

export type KeyedStart = {
  /** The key within its scope: chat, or one world. */
  key: string;
  /** The body as it came: what a key is compared by. */
  body: unknown;
};

/**
 * Starts something, or finds what its idempotency key has started, however many come at once (R-IDEMPOTENT). Where `begin`
 * binds nothing the key is free again.
 * @throws Failure `idempotency_key_reused`, or what `begin` throws
 */
export function startOnce(
  shelf: Shelf,
  keyed: KeyedStart | undefined,
  begin: (bind: Bind) => Promise<Started>,
): Promise<Started> {
  return keyed ? startKeyed(shelf, keyed, begin) : begin(bindNothing);
}

const bindNothing = () => {};

/** An id that a start has each time it comes under its key, to whichever server. */
export function idOf({ key, body }: KeyedStart): string {
  return createHash("sha256")
    .update(`${key}\n${canonicalJson(body)}`)
    .digest("hex")
    .slice(0, 24);
}

async function startKeyed(
  shelf: Shelf,
  { key, body }: KeyedStart,
  begin: (bind: Bind) => Promise<Started>,
): Promise<Started> {
  const fingerprint = createHash("sha256").update(canonicalJson(body)).digest("base64");
  for (;;) {
    const claim = await shelf.claim(key, fingerprint);
    if (claim.state === "free") {
      try {
        return await begin(claim.bind);
      } finally {
        claim.release();
      }
    }
    const found = await shelf.find(claim.streamId);
    if (found.state === "kept") return { log: found.log, messageId: claim.messageId, replayed: true };
    // Forgotten in this very moment, and its key with it.
  }
}

/**
 * The key of a request within its scope, and what it is compared by.
 * @throws Failure `invalid_idempotency_key`
 */
export function keyedStart(request: FastifyRequest, scope: string, body: unknown): KeyedStart | undefined {
  const key = request.headers["idempotency-key"] as string | undefined;
  if (key === undefined) return undefined;
  if (!isIdempotencyKey(key)) throw failure("invalid_idempotency_key");
  return { key: `${scope} ${key}`, body };
}
