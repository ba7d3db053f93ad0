import { storeAway } from "../../protocol/errors.ts";
import type { Shelf } from "../shelf.ts";
import type { FollowedLogs } from "./followed-logs.ts";
import type { Lease } from "./lease.ts";
import type { OwnStreams } from "./own-streams.ts";
import type { SharedStore } from "./shared-store.ts";

export type FindingOptions = {
  store: SharedStore;
  own: OwnStreams;
  followed: Pick<FollowedLogs, "find">;
  lease: Pick<Lease, "learn" | "mayLack">;
};

/**
 * Finds a stream, whoever writes it.
 * @throws where the store is away; Failure `store_unavailable` where it may have lost the stream, and get it back
 */
export function createFinding({ store, own, followed, lease }: FindingOptions): Shelf["find"] {
  const { local, produced, untrue } = own;

  async function elsewhere(id: string) {
    const copy = await followed.find(id);
    // Its writer may be so new that it is not known here.
    if (copy?.mayLack?.()) await lease.learn();
    return copy;
  }

  return async (id) => {
    const log = produced.get(id) ?? untrue.get(id);
    if (log) return { state: "kept", log };
    const here = await local.find(id);
    if (here.state !== "unknown") return here;
    const copy = await elsewhere(id);
    if (copy) return { state: "kept", log: copy };
    if (await store.wasKept(id)) {
      // It may have been given back since it was looked for.
      if ((await store.isKept(id)).kept) throw storeAway();
      return { state: "expired" };
    }
    // Whoever has it may be about to give it back.
    if (await lease.mayLack()) throw storeAway();
    return { state: "unknown" };
  };
}
