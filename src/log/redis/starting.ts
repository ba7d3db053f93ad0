import { endingOf } from "../endings.ts";
import type { Shelf } from "../shelf.ts";
import type { StreamLog } from "../stream-log.ts";
import type { Lease } from "./lease.ts";
import { namesOf, type OwnStreams } from "./own-streams.ts";
import type { SharedStore } from "./shared-store.ts";
import type { Writer } from "./stream-store.ts";

export type StartingOptions = { store: SharedStore; own: OwnStreams; lease: Pick<Lease, "nextFence"> };

/** Begins streams that are written here. Whoever gets one may be sure that the store knows of it. @throws where the store is away */
export function createStarting({ store, own, lease }: StartingOptions): Shelf["create"] {
  async function announce(inner: StreamLog, writer: Writer) {
    try {
      const nothing = { first: 1, events: [], sealed: false, freesKeys: false };
      await Promise.all([store.runs(own.serverId, inner.id, true), store.append(inner.id, writer, nothing)]);
    } catch (error) {
      // Nobody has heard of it: it takes no more room than its end.
      inner.seal(endingOf([], "store_unavailable", "").terminal);
      throw error;
    }
  }

  return async ({ resume, ...about }) => {
    const inner = await own.local.create(about);
    const names = { ...namesOf(inner), ...(about.cancelOnLeave ? { cancelOnLeave: true } : {}) };
    const writer = { fence: lease.nextFence(), names, resume };
    await announce(inner, writer);
    return own.produce(inner, writer, 0);
  };
}
