import type { Clock } from "../../clock.ts";
import { isClosed, isRefusal } from "./open-redis.ts";
import type { Retries } from "./retries.ts";
import type { ServerState } from "./server-store.ts";
import type { SharedStore } from "./shared-store.ts";
import { createTrust, type Trust } from "./trust.ts";

export type LeaseOptions = {
  store: SharedStore;
  clock: Clock;
  serverId: string;
  persist: Retries["persist"];
  /** How long after its last sign a server counts as dead; ms. At most 5 s (R-LEASE). */
  leaseMs: number;
  /** Is called with each stream of a dead server that is this server's now, and how often that has happened to it. */
  onTakenOver(id: string, fence: string, times: number): Promise<void>;
  /** Which servers live, again with each sign. */
  onLiving(servers: ReadonlySet<string>): void;
  /** The dead have been looked after: what has been left behind all the same? `staying`: those who live and are not about to close. */
  onLooked(living: ReadonlySet<string>, staying: ReadonlySet<string>): Promise<void>;
  /**
   * The lease had run out, or the store is another one or was emptied: gives it what it lacks of what is written here, and looks whether
   * others have taken that over.
   */
  restore(): Promise<void>;
  /** After each sign that it gave, or why it could not. */
  onSign(error?: unknown): void;
};

export type Lease = Trust & {
  /** Gives the first sign: from now on this server may be given streams. Resolves when the sign has arrived, or failed. */
  begin(): Promise<void>;
  /** Whether the last sign has reached the store. */
  isHeld(): boolean;
  /** Whether another server's time has run out, as far as this can be known. */
  isDead(serverId: string): Promise<boolean>;
  /** A number that no writer had before: what was written under an earlier one is refused. */
  nextFence(): string;
  /** Whether what is not in the store may still be given back to it: it was emptied, or is another one than before. */
  mayLack(): Promise<boolean>;
  /** From now on it says that this server is about to close, and looks after nobody. */
  leave(): Promise<void>;
  /**
   * Resolves when the store has been given what it lacked just now.
   * @throws Error where it cannot be reached
   */
  settle(): Promise<void>;
  /** The store has been away: looks at once what has become of it. */
  hurry(): void;
  release(): Promise<void>;
};

/** Three signs fit into a lease, so that one which is lost on the way kills nobody. */
const SIGNS_A_LEASE = 3;
/** A Redis to which nobody has given everything. */
export const NOWHERE = "-";

/**
 * Keeps a server's lease, and looks after those of others: who finds a dead one takes over its streams. Several may find it at
 * once; the store gives each stream to one of them.
 */
export function createLease(options: LeaseOptions): Lease {
  const { store, clock, serverId, leaseMs, persist } = options;
  let leaving = false;
  let released = false;
  let takeBack = () => {};
  let fences = 0;
  let renewedAt: number | undefined;
  let heldSince: number | undefined;
  let looking = false;
  let restoring: Promise<void> | undefined;
  let signing: Promise<void> = Promise.resolve();
  const trust = createTrust(store, clock, leaseMs / SIGNS_A_LEASE);
  const nextFence = () => `${serverId}.${++fences}`;

  /** A stream that is this server's by an answer that got lost would be gone on with by nobody: it asks again, under the same fence. */
  async function inherit(dead: ServerState, id: string) {
    const fence = nextFence();
    let times = 0;
    await persist(async () => {
      // Noted first: where this server dies in between, the next one finds it.
      await store.runs(serverId, id, true);
      times = await store.takeOver(id, dead.id, fence, dead.stores || NOWHERE);
    });
    if (times > 0) await options.onTakenOver(id, fence, times);
    else await persist(() => store.runs(serverId, id, false));
    await persist(() => store.runs(dead.id, id, false));
  }

  /** After a store was away nobody has a lease at first: each gets the time to come back, and to give back what was lost. */
  const canTell = () => heldSince !== undefined && clock.now() - heldSince >= leaseMs;

  async function look() {
    const servers = await trust.learn();
    const living = new Set(servers.flatMap(({ id, isDead }) => (isDead ? [] : [id])));
    options.onLiving(living);
    if (leaving || !canTell()) return;
    for (const server of servers) {
      if (!server.isDead || released || server.id === serverId) continue;
      const ids = await store.runningOf(server.id);
      await Promise.all(ids.map((id) => inherit(server, id)));
      await store.bury(server.id);
    }
    const staying = servers.filter(({ isDead, isLeaving }) => !isDead && !isLeaving);
    await options.onLooked(living, new Set(staying.map(({ id }) => id)));
  }

  async function lookOnce() {
    if (looking) return;
    looking = true;
    // What a store that is away leaves undone is done with a later sign.
    await look().catch(() => {});
    looking = false;
  }

  function sign(): Promise<void> {
    const next = signNow();
    signing = next.catch(() => {});
    return next;
  }

  async function signNow() {
    const connections = store.connections();
    const here = await store.identity();
    const wasThere = await store.renew(serverId, leaseMs, { isLeaving: leaving, stores: trust.given() ?? here });
    const now = clock.now();
    const hasLapsed = renewedAt !== undefined && now - renewedAt > leaseMs;
    const isEmptied = renewedAt !== undefined && !hasLapsed && !wasThere;
    const isNew = trust.signed(here, connections, isEmptied);
    renewedAt = now;
    heldSince = hasLapsed || isNew ? now : (heldSince ?? now);
    if (hasLapsed || isNew || trust.given() !== here) restoring ??= restore(here);
  }

  async function restore(here: string) {
    // What fails is tried again with the next sign.
    await options.restore().then(
      () => trust.hasGiven(here),
      () => {},
    );
    restoring = undefined;
  }

  async function beat(isFirst = false) {
    takeBack();
    try {
      await sign();
      options.onSign();
      void lookOnce();
    } catch (error) {
      heldSince = undefined;
      if (!released) options.onSign(error);
      // A user who may not do that will never be able to, and where nothing can be written somebody has to look.
      if (isFirst && (isRefusal(error) || isClosed(error))) throw error;
    }
    takeBack();
    if (!released) takeBack = clock.after(leaseMs / SIGNS_A_LEASE, () => void beat());
  }

  return {
    ...trust,
    begin: () => beat(true),
    isHeld: () => heldSince !== undefined,
    isDead: async (id) => id !== serverId && canTell() && !(await store.hasSign(id)),
    nextFence,
    hurry: () => void beat(),
    async mayLack() {
      const isEmptied = !(await store.hasSign(serverId));
      // The sign that is there may be one that has just found it emptied, and has not told yet.
      await signing;
      return isEmptied || trust.isSettling();
    },
    async leave() {
      leaving = true;
      // Where that does not get through, the next sign says it.
      await sign().catch(() => {});
    },
    async settle() {
      await sign();
      await restoring;
    },
    async release() {
      released = true;
      takeBack();
      // What did not get to its end is left to the others.
      await store.bury(serverId).catch(() => {});
    },
  };
}
