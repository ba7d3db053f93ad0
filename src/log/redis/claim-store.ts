import { BIND, CLAIM, RELEASE, UNBIND } from "./claim-scripts.ts";
import type { Connection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { defineScript } from "./scripts.ts";

/** Whose key it is: nobody's until now, somebody's who is still being looked at, a stream's; or it came with another body. */
export type StoredClaim =
  | { state: "free" }
  /** `token`: what it was claimed under. */
  | { state: "pending"; token: string }
  | { state: "bound" | "reused"; streamId: string | undefined; messageId: string | undefined };

/** What a key is bound with, by who claimed it under `token`. */
export type BoundKey = {
  key: string;
  token: string;
  fingerprint: string;
  streamId: string;
  messageId: string | undefined;
};

/** The idempotency keys in the store. All of it may be repeated. */
export type ClaimStore = {
  claim(key: string, fingerprint: string, token: string): Promise<StoredClaim>;
  /** Binds a key to a stream. Only who claimed it may, but for one that the store has lost. */
  bind(bound: BoundKey): Promise<void>;
  /** Lets a key go that was claimed under that token, and not bound. */
  release(key: string, token: string): Promise<void>;
  unbind(key: string, streamId: string): Promise<void>;
  /** Calls `settled` with each key that any server has bound or let go. */
  onSettled(settled: (key: string) => void): Promise<void>;
};

/** Longer than any start takes to be looked at. What nobody binds and nobody lets go is free again then; ms. */
export const PENDING_CLAIM_MS = 30_000;

/** `ttlMs`: how long a key that was bound stays where nobody frees it. */
export function createClaimStore({ redis, listen }: Connection, keys: Keys, ttlMs: number): ClaimStore {
  const claim = defineScript<string[]>(redis, "chatwaitClaim", 1, CLAIM);
  const bind = defineScript<string>(redis, "chatwaitBind", 1, BIND);
  const release = defineScript<string>(redis, "chatwaitRelease", 1, RELEASE);
  const unbind = defineScript<string>(redis, "chatwaitUnbind", 1, UNBIND);

  return {
    claim: async (key, fingerprint, token) =>
      claimOf(await claim(keys.claim(key), fingerprint, token, PENDING_CLAIM_MS)),
    async bind({ key, token, fingerprint, streamId, messageId = "" }) {
      await bind(keys.claim(key), token, fingerprint, streamId, messageId, ttlMs, keys.claims, key);
    },
    async release(key, token) {
      await release(keys.claim(key), token, keys.claims, key);
    },
    async unbind(key, streamId) {
      await unbind(keys.claim(key), streamId);
    },
    async onSettled(settled) {
      await listen(keys.claims, settled);
    },
  };
}

function claimOf([state, first = "", messageId]: string[]): StoredClaim {
  if (state === "free") return { state };
  if (state === "pending") return { state, token: first };
  return { state: state as "bound" | "reused", streamId: first || undefined, messageId: messageId || undefined };
}
