import type { Clock } from "../../clock.ts";
import { createMemoryShelf, type ShelfLimits } from "../memory-shelf.ts";
import type { CancelCause, LogSpec, Shelf } from "../shelf.ts";
import type { StreamLog } from "../stream-log.ts";
import { createFollowedLogs } from "./followed-logs.ts";
import { keepLease } from "./lease.ts";
import { createProducedLog, type ProducedLog } from "./produced-log.ts";
import { remoteReaders } from "./remote-readers.ts";
import { createSharedClaims } from "./shared-claims.ts";
import type { SharedStore } from "./shared-store.ts";

export type SharedShelfOptions = {
  clock: Clock;
  limits: ShelfLimits;
  store: SharedStore;
  serverId: string;
  leaseMs: number;
  /** Goes on with a stream whose server has died; the log holds what was written. It is this server's now. */
  onTakenOver?(taken: TakenOver): void;
};

export type TakenOver = {
  log: StreamLog;
  /** What the stream was created with, for whoever goes on. */
  resume: unknown;
  /** How often this has happened to the stream. */
  times: number;
  /** As in the spec of a log that is created. */
  setCancel(cancel: LogSpec["cancel"]): void;
};

/** Before a write that failed is tried again: the connection has a back-off of its own. */
const RETRY_MS = 100;

/**
 * A shelf that servers share. What is written here stands on a shelf in memory, which owns its lifetime, and is shown as far as the
 * store has it; what others write is copied while somebody reads it.
 */
export async function createSharedShelf(options: SharedShelfOptions): Promise<Shelf> {
  const { clock, limits, store, serverId, leaseMs, onTakenOver } = options;
  const produced = new Map<string, ProducedLog>();
  const local = createMemoryShelf(clock, limits, { onForget: forget });
  const followed = createFollowedLogs({ store, clock, serverId, countReader: () => local.countReader() });
  const guests = remoteReaders((id) => {
    const log = produced.get(id);
    return log && local.attach(log);
  });
  const { claim } = await createSharedClaims(store);
  await store.onCommand(serverId, (command) => {
    if (command.type === "cancel") void local.cancel(command.id, command.cause);
    else guests.set(command.id, command.server, command.count);
  });
  const releaseLease = await keepLease({ store, clock, serverId, leaseMs, onTakenOver: takeOver });

  function forget(id: string) {
    const log = produced.get(id);
    produced.delete(id);
    // What is still on its way must not come after.
    Promise.resolve(log?.drained())
      .then(() => store.forget(id))
      .catch(() => {});
  }

  function produce(inner: StreamLog, fence: string, more: { resume?: unknown; stored?: number }): ProducedLog {
    const { id, kind, world, createdAt, epoch } = inner;
    const { resume, stored } = more;
    const names = {
      kind,
      createdAt,
      epoch,
      ...(world === undefined ? {} : { world }),
      ...(resume === undefined ? {} : { resume }),
    };
    const pause = () => new Promise<void>((done) => void clock.after(RETRY_MS, done));
    const onEnd = () => store.runs(serverId, id, false).catch(() => {});
    const log = createProducedLog({ inner, store, fence, names, pause, onEnd, onFenced: onEnd, stored: stored ?? 0 });
    produced.set(id, log);
    return log;
  }

  /** The events so far are put into a log of our own, and the writer goes on where they end. */
  async function takeOver(id: string, fence: string, times: number) {
    const copy = await followed.find(id);
    const found = await store.read(id, 0);
    if (!copy || !found) return;
    let cancel: LogSpec["cancel"] = () => {};
    const { kind, world } = found.names;
    const inner = await local.create({
      id,
      kind,
      ...(world === undefined ? {} : { world }),
      cancel: (cause) => cancel(cause),
    });
    for (const event of found.batch.events) inner.append(JSON.parse(event));
    await store.runs(serverId, id, true);
    const log = produce(inner, fence, { resume: found.names.resume, stored: found.batch.events.length });
    const setCancel = (given: LogSpec["cancel"]) => {
      cancel = given;
    };
    onTakenOver?.({ log, resume: found.names.resume, times, setCancel });
  }

  return {
    ...local,
    claim,
    async create(spec) {
      const inner = await local.create(spec);
      await store.runs(serverId, spec.id, true);
      const log = produce(inner, `${serverId}.1`, { resume: spec.resume });
      // From now on the others know of it.
      await log.announced;
      return log;
    },
    async find(id) {
      const log = produced.get(id);
      if (log?.sealed === false) return { state: "kept", log };
      produced.delete(id);
      const here = await local.find(id);
      if (here.state !== "unknown") return here;
      const copy = await followed.find(id);
      if (copy) return { state: "kept", log: copy };
      return { state: (await store.wasKept(id)) ? "expired" : "unknown" };
    },
    attach: (log) => followed.attach(log.id) ?? local.attach(log),
    async cancel(id: string, cause: CancelCause) {
      const log = produced.get(id);
      if (!log) return followed.cancel(id, cause);
      await local.cancel(id, cause);
      await log.drained();
    },
    async close(cause) {
      const open = [...produced.values()];
      await local.close(cause);
      await Promise.all(open.map((log) => log.drained()));
      guests.close();
      followed.close();
      await releaseLease();
      await store.close();
    },
  };
}
