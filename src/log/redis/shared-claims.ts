import { randomUUID } from "node:crypto";
import type { Clock } from "../../clock.ts";
import { failure } from "../../protocol/errors.ts";
import { expiringMap } from "../expiring-map.ts";
import type { Claim, Shelf } from "../shelf.ts";
import { type BoundKey, type ClaimStore, PENDING_CLAIM_MS } from "./claim-store.ts";
import type { Retries } from "./retries.ts";
import type { StreamStore } from "./stream-store.ts";

/** Who holds a key may have died, and then nobody says that it is free. */
const LOOK_AGAIN_MS = 1000;
/** Longer than a stream runs. Nobody says when one of another server is kept no longer, into which a message was sent from here. */
const REMEMBERED_MS = 3_600_000;
const MOST_REMEMBERED = 50_000;

export type SharedClaimsOptions = {
  store: ClaimStore & Pick<StreamStore, "isKept">;
  clock: Clock;
  serverId: string;
  persist: Retries["persist"];
  /** Whether that server has died, as far as this can be known. */
  isDead(serverId: string): Promise<boolean>;
  /** Whether the store may have lost keys, and others may be about to put them back. */
  mayLack(): Promise<boolean>;
};

export type SharedClaims = Pick<Shelf, "claim"> & {
  /** Puts back the keys that were bound here. */
  restore(): Promise<void>;
  /** A stream is not kept any longer. */
  forget(streamId: string): void;
  /** Remembers nothing any more. */
  close(): void;
};

/** Idempotency keys that all servers share: one start for each, however many come at once, wherever they come (R-IDEMPOTENT). */
export async function createSharedClaims(options: SharedClaimsOptions): Promise<SharedClaims> {
  const { store, clock, serverId, persist, isDead, mayLack } = options;
  /** By streams, this server's and others': what was bound here, for a store that has lost it. */
  const bound = expiringMap<BoundKey[]>(clock, REMEMBERED_MS, () => {}, MOST_REMEMBERED);
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

  /** What gets lost on the way is said again: the key would be held for nothing, and be free then while its stream runs. */
  function letGo(key: string, token: string): Promise<void> {
    const until = clock.now() + PENDING_CLAIM_MS;
    return persist(
      () => store.release(key, token),
      () => clock.now() > until,
    );
  }

  function free(key: string, fingerprint: string, token: string): Claim {
    let open = true;
    const once = (settle: () => Promise<void>) => {
      if (open) void settle();
      open = false;
    };
    return {
      state: "free",
      bind: (streamId, messageId) => once(() => bind({ key, token, fingerprint, streamId, messageId })),
      release: () => once(() => letGo(key, token)),
    };
  }

  function bind(one: BoundKey): Promise<void> {
    const { streamId } = one;
    bound.set(streamId, [...(bound.get(streamId) ?? []), one]);
    return persist(
      () => store.bind(one),
      () => bound.get(streamId) === undefined,
    );
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
    const token = `${serverId}.${randomUUID()}`;
    // Asked at once: it costs no time.
    const asked = Promise.all([store.claim(key, fingerprint, token), mayLack()]);
    // It may have been claimed though no answer came.
    asked.catch(() => letGo(key, token));
    const [held, isUnsure] = await asked;
    if (held.state === "free") {
      if (!isUnsure) return free(key, fingerprint, token);
      void letGo(key, token);
      throw failure("store_unavailable");
    }
    if (held.state === "pending") {
      if (!(await isDead(serverOf(held.token)))) return undefined;
      await store.release(key, held.token);
      return look(key, fingerprint);
    }
    const { state, streamId, messageId } = held;
    if (streamId !== undefined && (await isOver(key, streamId))) return look(key, fingerprint);
    if (state === "reused" || streamId === undefined) throw failure("idempotency_key_reused");
    return { state: "bound", streamId, ...(messageId === undefined ? {} : { messageId }) };
  }

  return {
    forget: bound.delete,
    close: bound.clear,
    async restore() {
      for (const streamId of bound.keys()) for (const key of bound.get(streamId) ?? []) await store.bind(key);
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

/** The server that has claimed a key under that token. */
const serverOf = (token: string): string => token.slice(0, token.indexOf("."));
