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
};

/** Three signs fit into a lease, so that one which is lost on the way kills nobody. */
const SIGNS_A_LEASE = 3;

/**
 * Keeps a server's lease, and looks after those of others: who finds a dead one takes over its streams. Several may find it at
 * once; the store gives each stream to one of them. Returns its release.
 */
export async function keepLease({
  store,
  clock,
  serverId,
  leaseMs,
  onTakenOver,
}: LeaseOptions): Promise<() => Promise<void>> {
  let released = false;
  let takeBack = () => {};
  let times = 1;

  async function inherit(dead: string) {
    for (const id of await store.runningOf(dead)) {
      const fence = `${serverId}.${++times}`;
      const takeovers = await store.takeOver(id, dead, fence);
      if (takeovers > 0) await onTakenOver(id, fence, takeovers);
      await store.runs(dead, id, false);
    }
    await store.bury(dead);
  }

  async function beat() {
    // A store that is away is waited for: what is due then is done with the next beat.
    try {
      await store.renew(serverId, leaseMs);
      for (const dead of await store.dead()) if (!released) await inherit(dead);
    } catch {}
    if (!released) takeBack = clock.after(leaseMs / SIGNS_A_LEASE, beat);
  }

  await beat();
  return async () => {
    released = true;
    takeBack();
    await store.bury(serverId).catch(() => {});
  };
}
