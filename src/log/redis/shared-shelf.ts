import type { Clock } from "../../clock.ts";
import { createMemoryShelf, type ShelfLimits } from "../memory-shelf.ts";
import type { Shelf } from "../shelf.ts";
import type { StreamLog } from "../stream-log.ts";
import { type FollowedLog, followLog } from "./followed-log.ts";
import { createProducedLog, type ProducedLog } from "./produced-log.ts";
import { createSharedClaims } from "./shared-claims.ts";
import type { SharedStore } from "./shared-store.ts";

export type SharedShelfOptions = { clock: Clock; limits: ShelfLimits; store: SharedStore; serverId: string };

/** A copy of another server's log, and how many read it here. */
type Followed = { log: FollowedLog; readers: number; takeBack: (() => void) | undefined };

/** A copy that nobody reads is kept for a reader that reconnects. */
const LINGER_MS = 10_000;
/** Before a write that failed is tried again: the connection has a back-off of its own. */
const RETRY_MS = 100;

/**
 * A shelf that servers share. What is written here stands on a shelf in memory, which owns its lifetime, and is shown as far as the
 * store has it; what others write is copied while somebody reads it.
 */
export async function createSharedShelf({ clock, limits, store, serverId }: SharedShelfOptions): Promise<Shelf> {
  const produced = new Map<string, ProducedLog>();
  const followed = new Map<string, Promise<Followed | undefined>>();
  const local = createMemoryShelf(clock, limits, { onForget: forget });
  const { claim } = await createSharedClaims(store);
  const fence = `${serverId}.1`;

  function forget(id: string) {
    const log = produced.get(id);
    produced.delete(id);
    // What is still on its way must not come after.
    Promise.resolve(log?.drained())
      .then(() => store.forget(id))
      .catch(() => {});
  }

  function produce(inner: StreamLog): ProducedLog {
    const { id, kind, world, createdAt, epoch } = inner;
    const names = { kind, createdAt, epoch, owner: serverId, ...(world === undefined ? {} : { world }) };
    const pause = () => new Promise<void>((resolve) => void clock.after(RETRY_MS, resolve));
    const log = createProducedLog({ inner, store, fence, names, pause, onFenced() {} });
    produced.set(id, log);
    return log;
  }

  async function foreign(id: string): Promise<Followed | undefined> {
    const known = followed.get(id);
    if (known) return known;
    const opening = followLog(store, id).then((log) => log && { log, readers: 0, takeBack: undefined });
    followed.set(id, opening);
    const opened = await opening.catch((error: unknown) => {
      followed.delete(id);
      throw error;
    });
    if (opened) linger(id, opened);
    else followed.delete(id);
    return opened;
  }

  function linger(id: string, entry: Followed) {
    entry.takeBack?.();
    entry.takeBack = clock.after(LINGER_MS, () => {
      followed.delete(id);
      entry.log.leave();
    });
  }

  function attachFollowed(id: string, entry: Followed): () => void {
    const release = local.countReader();
    entry.takeBack?.();
    entry.takeBack = undefined;
    entry.readers++;
    return () => {
      release();
      if (--entry.readers === 0) linger(id, entry);
    };
  }

  return {
    ...local,
    claim,
    async create(spec) {
      const log = produce(await local.create(spec));
      // From now on the others know of it.
      await log.announced;
      return log;
    },
    async cancel(id, cause) {
      await local.cancel(id, cause);
      await produced.get(id)?.drained();
    },
    async find(id) {
      const log = produced.get(id);
      if (log?.sealed === false) return { state: "kept", log };
      produced.delete(id);
      const here = await local.find(id);
      if (here.state !== "unknown") return here;
      const entry = await foreign(id);
      if (!entry) return { state: (await store.wasKept(id)) ? "expired" : "unknown" };
      await entry.log.catchUp();
      return { state: "kept", log: entry.log };
    },
    attach(log) {
      if ("catchUp" in log) return attachFollowed(log.id, { log: log as FollowedLog, readers: 0, takeBack: undefined });
      return local.attach(log);
    },
    async close(cause) {
      const open = [...produced.values()];
      await local.close(cause);
      await Promise.all(open.map((log) => log.drained()));
      for (const opening of followed.values()) (await opening)?.log.leave();
      await store.close();
    },
  };
}
