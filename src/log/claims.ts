import { failure } from "../protocol/errors.ts";
import type { Claim } from "./shelf.ts";

export type Claims = {
  claim(key: string, fingerprint: string): Promise<Claim>;
  /** Unbinds the keys of a stream. */
  free(streamId: string): void;
};

type Held = {
  fingerprint: string;
  streamId: string | undefined;
  messageId: string | undefined;
  settled: Promise<void>;
  /** The key that was bound to the same stream before. Most streams have but one: a list for each would be dear. */
  before: string | undefined;
};

/** Idempotency keys in memory: one start for each, however many come at once (R-IDEMPOTENT). */
export function createClaims(): Claims {
  const held = new Map<string, Held>();
  /** The last key of each stream that has any. */
  const keys = new Map<string, string>();

  function open(key: string, fingerprint: string): Claim {
    const { promise, resolve } = Promise.withResolvers<void>();
    const unbound = { streamId: undefined, messageId: undefined, before: undefined };
    const entry: Held = { fingerprint, settled: promise, ...unbound };
    held.set(key, entry);
    return {
      state: "free",
      bind(streamId, messageId) {
        entry.streamId = streamId;
        entry.messageId = messageId;
        entry.before = keys.get(streamId);
        keys.set(streamId, key);
        resolve();
      },
      release() {
        // Only its own: once bound or let go, the key may be another's.
        if (held.get(key) === entry && entry.streamId === undefined) held.delete(key);
        resolve();
      },
    };
  }

  return {
    async claim(key, fingerprint) {
      for (;;) {
        const entry = held.get(key);
        if (!entry) return open(key, fingerprint);
        if (entry.fingerprint !== fingerprint) throw failure("idempotency_key_reused");
        const { streamId, messageId } = entry;
        if (streamId !== undefined)
          return { state: "bound", streamId, ...(messageId === undefined ? {} : { messageId }) };
        // The first one is still being looked at. If it is refused, the key is free again and the next may have it.
        await entry.settled;
      }
    },
    free(streamId) {
      let key = keys.get(streamId);
      keys.delete(streamId);
      while (key !== undefined) {
        const before: string | undefined = held.get(key)?.before;
        held.delete(key);
        key = before;
      }
    },
  };
}
