import { randomUUID } from "node:crypto";
import type { Clock } from "../../clock.ts";
import { failure } from "../../protocol/errors.ts";
import type { Claim, Shelf } from "../shelf.ts";
import type { BoundKey, ClaimStore } from "./claim-store.ts";
import type { StreamStore } from "./stream-store.ts";

/** Who holds a key may have died, and then nobody says that it is free. */
const LOOK_AGAIN_MS = 1000;

export type SharedClaimsOptions = {
  store: ClaimStore & Pick<StreamStore, "isKept">;
  clock: Clock;
  /** Whether the store may have lost keys, and others may be about to put them back. */
  mayLack(): Promise<boolean>;
};

export type SharedClaims = Pick<Shelf, "claim"> & {
  /** Puts back the keys that were bound here. */
  restore(): Promise<void>;
  /** A stream is not kept any longer. */
  forget(streamId: string): void;
};

/** Idempotency keys that all servers share: one start for each, however many come at once, wherever they come (R-IDEMPOTENT). */
export async function createSharedClaims({ store, clock, mayLack }: SharedClaimsOptions): Promise<SharedClaims> {
  /** Of the streams that this server keeps: what was bound here, for a store that has lost it. */
  const bound = new Map<string, BoundKey[]>();
  /** Who waits for a key to be bound or let go. */
  const waiting = new Map<string, Set<() => void>>();
  await store.onSettled((key) => {
    for (const go of waiting.get(key) ?? []) go();
    waiting.delete(key);
  });

  /** Resolves when the key has been settled since this was called, or may have been; `stop` ends the waiting. */
  function settled(key: string): { news: Promise<void>; stop(): void } {
    const { promise: news, resolve } = Promise.withResolvers<void>();
    const others = waiting.get(key) ?? new Set();
    waiting.set(key, others.add(go));
    const takeBack = clock.after(LOOK_AGAIN_MS, go);
    function go() {
      takeBack();
      others.delete(go);
      if (others.size === 0 && waiting.get(key) === others) waiting.delete(key);
      resolve();
    }
    return { news, stop: go };
  }

  function free(key: string, fingerprint: string, token: string): Claim {
    let open = true;
    const settle = (streamId?: string, messageId?: string) => {
      if (!open) return;
      open = false;
      if (streamId !== undefined)
        bound.set(streamId, [...(bound.get(streamId) ?? []), { key, fingerprint, streamId, messageId }]);
      store.settle(key, token, streamId, messageId).catch(() => {});
    };
    return { state: "free", bind: (streamId, messageId) => settle(streamId, messageId), release: () => settle() };
  }

  /** A key is bound as long as its stream is kept, and a retryable end frees it. */
  async function isOver(key: string, streamId: string): Promise<boolean> {
    const { kept, freed } = await store.isKept(streamId);
    if (kept && !freed) return false;
    await store.unbind(key, streamId);
    return true;
  }

  /** What a key says now; undefined where another start is still being looked at. */
  async function look(key: string, fingerprint: string): Promise<Claim | undefined> {
    const token = randomUUID();
    // Asked at once: it costs no time.
    const [held, isUnsure] = await Promise.all([store.claim(key, fingerprint, token), mayLack()]);
    const { state, streamId, messageId } = held;
    if (state === "free" && isUnsure) {
      await store.settle(key, token, undefined, undefined);
      throw failure("store_unavailable");
    }
    if (state === "free") return free(key, fingerprint, token);
    if (streamId !== undefined && (await isOver(key, streamId))) return look(key, fingerprint);
    if (state === "reused") throw failure("idempotency_key_reused");
    if (streamId === undefined) return undefined;
    return { state: "bound", streamId, ...(messageId === undefined ? {} : { messageId }) };
  }

  return {
    forget: (streamId) => void bound.delete(streamId),
    async restore() {
      for (const keys of bound.values()) for (const key of keys) await store.putBack(key);
    },
    async claim(key, fingerprint) {
      for (;;) {
        // Listened for before it is looked at, so that nothing is missed in between.
        const { news, stop } = settled(key);
        try {
          const claim = await look(key, fingerprint);
          if (claim) return claim;
          await news;
        } finally {
          stop();
        }
      }
    },
  };
}
