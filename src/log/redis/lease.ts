import type { Clock } from "../../clock.ts";
import type { SharedStore } from "./shared-store.ts";

export type LeaseOptions = {
  store: SharedStore;
  clock: Clock;
  serverId: string;
  /** How long after its last sign a server counts as dead; ms. At most 5 s (R-LEASE). */
  leaseMs: number;
  /** Is called with each stream of a dead server that is this server's now, and how often that has happened to it. */
  onTakenOver(id: string, fence: string, times: number): Promise<void>;
  /** Which servers live, again with each sign. */
  onLiving(servers: ReadonlySet<string>): void;
  /** The lease had run out, for whatever reason, and is held again: others may have taken over what is written here. */
  onLapse(): void;
};

export type Lease = {
  /** Whether the last sign has reached the store. */
  isHeld(): boolean;
  /** A number that no writer had before: what was written under an earlier one is refused. */
  nextFence(): string;
  /** From now on it says that this server is about to close, and looks after nobody. */
  leave(): Promise<void>;
  release(): Promise<void>;
};

/** Three signs fit into a lease, so that one which is lost on the way kills nobody. */
const SIGNS_A_LEASE = 3;

/**
 * Keeps a server's lease, and looks after those of others: who finds a dead one takes over its streams. Several may find it at
 * once; the store gives each stream to one of them.
 */
export async function keepLease(options: LeaseOptions): Promise<Lease> {
  const { store, clock, serverId, leaseMs } = options;
  let leaving = false;
  let released = false;
  let takeBack = () => {};
  let fences = 0;
  let renewedAt: number | undefined;
  let heldSince: number | undefined;
  let looking = false;
  const nextFence = () => `${serverId}.${++fences}`;

  async function inherit(dead: string, id: string) {
    // Noted first: where this server dies in between, the next one finds it.
    await store.runs(serverId, id, true);
    const fence = nextFence();
    const times = await store.takeOver(id, dead, fence);
    if (times > 0) await options.onTakenOver(id, fence, times);
    else await store.runs(serverId, id, false);
    await store.runs(dead, id, false);
  }

  async function look() {
    const servers = await store.servers();
    options.onLiving(new Set(servers.flatMap(({ id, isDead }) => (isDead ? [] : [id]))));
    // After a store was away nobody has a lease at first: each gets the time to come back.
    if (leaving || heldSince === undefined || clock.now() - heldSince < leaseMs) return;
    for (const { id: dead, isDead } of servers) {
      if (!isDead || released || dead === serverId) continue;
      const ids = await store.runningOf(dead);
      await Promise.all(ids.map((id) => inherit(dead, id)));
      await store.bury(dead);
    }
  }

  async function lookOnce() {
    if (looking) return;
    looking = true;
    // What a store that is away leaves undone is done with a later sign.
    await look().catch(() => {});
    looking = false;
  }

  async function sign() {
    await store.renew(serverId, leaseMs, leaving);
    const now = clock.now();
    const hasLapsed = renewedAt !== undefined && now - renewedAt > leaseMs;
    renewedAt = now;
    heldSince = hasLapsed ? now : (heldSince ?? now);
    if (hasLapsed) options.onLapse();
  }

  async function beat() {
    try {
      await sign();
      void lookOnce();
    } catch {
      heldSince = undefined;
    }
    if (!released) takeBack = clock.after(leaseMs / SIGNS_A_LEASE, beat);
  }

  await beat();
  return {
    isHeld: () => heldSince !== undefined,
    nextFence,
    async leave() {
      leaving = true;
      // Where that does not get through, the next sign says it.
      await store.renew(serverId, leaseMs, leaving).catch(() => {});
    },
    async release() {
      released = true;
      takeBack();
      // What did not get to its end is left to the others.
      const left = await store.runningOf(serverId).catch(() => [""]);
      if (left.length === 0) await store.bury(serverId).catch(() => {});
    },
  };
}
