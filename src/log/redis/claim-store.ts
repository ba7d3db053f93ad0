import { CLAIM, PUT_BACK, SETTLE, UNBIND } from "./claim-scripts.ts";
import type { Connection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { defineScript } from "./scripts.ts";

/** Whose key it is: nobody's until now, somebody's who is still being looked at, a stream's; or it came with another body. */
export type StoredClaim = {
  state: "free" | "pending" | "bound" | "reused";
  streamId: string | undefined;
  messageId: string | undefined;
};

/** What a key was bound with. */
export type BoundKey = { key: string; fingerprint: string; streamId: string; messageId: string | undefined };

/** The idempotency keys in the store. */
export type ClaimStore = {
  claim(key: string, fingerprint: string, token: string): Promise<StoredClaim>;
  /** Binds a key to a stream, or lets it go where that is undefined. Only who claimed it may. */
  settle(key: string, token: string, streamId: string | undefined, messageId: string | undefined): Promise<void>;
  unbind(key: string, streamId: string): Promise<void>;
  /** Binds a key that the store has lost. */
  putBack(bound: BoundKey): Promise<void>;
  /** Calls `settled` with each key that any server has bound or let go. */
  onSettled(settled: (key: string) => void): Promise<void>;
};

/** Longer than any start takes to be looked at. What a server that dies has claimed is free again then. */
const PENDING_CLAIM_MS = 30_000;

/** `ttlMs`: how long a key that was bound stays where nobody frees it. */
export function createClaimStore({ redis, listen }: Connection, keys: Keys, ttlMs: number): ClaimStore {
  const claim = defineScript<string[]>(redis, "chatwaitClaim", 1, CLAIM);
  const settle = defineScript<string>(redis, "chatwaitSettle", 1, SETTLE);
  const unbind = defineScript<string>(redis, "chatwaitUnbind", 1, UNBIND);
  const putBack = defineScript<string>(redis, "chatwaitPutBack", 1, PUT_BACK);

  return {
    async claim(key, fingerprint, token) {
      const [state, streamId, messageId] = await claim(keys.claim(key), fingerprint, token, PENDING_CLAIM_MS);
      const stateNow = state as StoredClaim["state"];
      return { state: stateNow, streamId: streamId || undefined, messageId: messageId || undefined };
    },
    async settle(key, token, streamId = "", messageId = "") {
      await settle(keys.claim(key), token, streamId, messageId, ttlMs, keys.claims, key);
    },
    async unbind(key, streamId) {
      await unbind(keys.claim(key), streamId);
    },
    async putBack({ key, fingerprint, streamId, messageId = "" }) {
      await putBack(keys.claim(key), fingerprint, streamId, messageId, ttlMs);
    },
    async onSettled(settled) {
      await listen(keys.claims, settled);
    },
  };
}
