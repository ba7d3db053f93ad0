import { failure } from "../protocol/errors.ts";
import type { Claim } from "./shelf.ts";

export type Claims = {
  claim(key: string, fingerprint: string): Promise<Claim>;
  /** Unbinds the key of a stream, if it has one. */
  free(streamId: string): void;
};

type Held = { fingerprint: string; streamId: string | undefined; settled: Promise<void> };

/** Idempotency keys in memory: one start for each, however many come at once (R-IDEMPOTENT). */
export function createClaims(): Claims {
  const held = new Map<string, Held>();
  const keys = new Map<string, string>();

  function open(key: string, fingerprint: string): Claim {
    const { promise, resolve } = Promise.withResolvers<void>();
    const entry: Held = { fingerprint, streamId: undefined, settled: promise };
    held.set(key, entry);
    return {
      state: "free",
      bind(streamId) {
        entry.streamId = streamId;
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
        if (entry.streamId !== undefined) return { state: "bound", streamId: entry.streamId };
        // The first one is still being looked at. If it is refused, the key is free again and the next may have it.
        await entry.settled;
      }
    },
    free(streamId) {
      const key = keys.get(streamId);
      if (key === undefined) return;
      keys.delete(streamId);
      held.delete(key);
    },
  };
}
