import { randomUUID } from "node:crypto";
import { failure } from "../../protocol/errors.ts";
import type { Claim, Shelf } from "../shelf.ts";
import type { SharedStore } from "./shared-store.ts";

/** Idempotency keys that all servers share: one start for each, however many come at once, wherever they come (R-IDEMPOTENT). */
export async function createSharedClaims(store: SharedStore): Promise<Pick<Shelf, "claim">> {
  /** Who waits for a key to be bound or let go. */
  const waiting = new Map<string, Set<() => void>>();
  await store.onSettled((key) => {
    for (const go of waiting.get(key) ?? []) go();
    waiting.delete(key);
  });

  /** Resolves when the key has been settled since this was called. */
  function settled(key: string): Promise<void> {
    return new Promise((resolve) => {
      const others = waiting.get(key) ?? new Set();
      waiting.set(key, others.add(resolve));
    });
  }

  function free(key: string, token: string): Claim {
    let open = true;
    const settle = (streamId?: string, messageId?: string) => {
      if (open) store.settle(key, token, streamId, messageId).catch(() => {});
      open = false;
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

  return {
    async claim(key, fingerprint) {
      const token = randomUUID();
      for (;;) {
        const news = settled(key);
        const claim = await store.claim(key, fingerprint, token);
        const { state, streamId, messageId } = claim;
        if (state === "free") return free(key, token);
        if (streamId !== undefined && (await isOver(key, streamId))) continue;
        if (state === "reused") throw failure("idempotency_key_reused");
        if (streamId !== undefined)
          return { state: "bound", streamId, ...(messageId === undefined ? {} : { messageId }) };
        await news;
      }
    },
  };
}
