import type { Clock } from "../../clock.ts";
import { failure, isFailure } from "../../protocol/errors.ts";
import { endingOf } from "../endings.ts";
import { createMemoryShelf, type ShelfLimits } from "../memory-shelf.ts";
import type { CancelCause, LogSpec, Shelf } from "../shelf.ts";
import type { StreamLog } from "../stream-log.ts";
import { createFollowedLogs } from "./followed-logs.ts";
import { keepLease } from "./lease.ts";
import { endedCopy, endInStore, fillFrom } from "./lost-streams.ts";
import { createProducedLog, type ProducedLog } from "./produced-log.ts";
import { remoteReaders } from "./remote-readers.ts";
import { createRetries } from "./retries.ts";
import { createSharedClaims } from "./shared-claims.ts";
import type { SharedNames, SharedStore, Writer } from "./shared-store.ts";

export type SharedShelfOptions = {
  clock: Clock;
  limits: ShelfLimits;
  store: SharedStore;
  serverId: string;
  leaseMs: number;
  /** Goes on with a stream whose server has died; the log holds what was written. It is this server's now. */
  onTakenOver(taken: TakenOver): void;
};

export type TakenOver = {
  log: StreamLog;
  /** What the stream was created with, for whoever goes on. */
  resume: unknown;
  /** As in the spec of a log that is created. */
  setCancel(cancel: LogSpec["cancel"]): void;
};

export type SharedShelf = Shelf & {
  /** Whether the store can be reached. */
  isUp(): boolean;
  /** How many streams this server has taken over, lost to others, and given up because the store was away. */
  fates(): Readonly<Fates>;
};

export type Fates = { takenOver: number; fenced: number; givenUp: number };

/** A stream that has killed three servers will kill the fourth (R-TAKEOVER). */
const MOST_TAKEOVERS = 2;
/** How long a client should stay away from a server without its store; seconds. */
const RETRY_AFTER_S = 2;
/** For the end of what runs to reach the store when this server ends; ms. */
const CLOSING_MS = 3000;

/**
 * A shelf that servers share. What is written here stands on a shelf in memory, which owns its lifetime, and is shown as far as the
 * store has it; what others write is copied while somebody reads it.
 */
export async function createSharedShelf(options: SharedShelfOptions): Promise<SharedShelf> {
  const { clock, limits, store, serverId, leaseMs, onTakenOver } = options;
  const produced = new Map<string, ProducedLog>();
  /** Ended here, and kept: under what they were written, for a store that has lost them. */
  const ended = new Map<string, Writer>();
  /** Given up: they ended otherwise than what stands on the local shelf. */
  const untrue = new Map<string, StreamLog>();
  const fates: Fates = { takenOver: 0, fenced: 0, givenUp: 0 };
  const { persist, pause, close: endRetries } = createRetries(clock);
  const local = createMemoryShelf(clock, limits, { onForget: forget });
  const followed = createFollowedLogs({ store, clock, serverId, countReader: () => local.countReader() });
  const guests = remoteReaders((id) => {
    const log = produced.get(id);
    return log && local.attach(log);
  });
  const { claim } = await createSharedClaims(store, clock);
  await store.onCommand(serverId, (command) => {
    if (command.type === "cancel") void local.cancel(command.id, command.cause);
    else guests.set(command.id, command.server, command.count);
  });
  const onLiving = (servers: ReadonlySet<string>) => guests.keepOnly(servers);
  const lease = await keepLease({
    store,
    clock,
    serverId,
    leaseMs,
    onTakenOver: takeOver,
    onLiving,
    onLapse: checkAll,
  });
  store.onBack(() => {
    checkAll();
    void restoreEnded();
    followed.sync();
  });

  function checkAll() {
    for (const [id, log] of produced) {
      log.check();
      if (!log.sealed) store.runs(serverId, id, true).catch(() => {});
    }
  }

  /** Ended logs that the store has lost are given back to it. */
  async function restoreEnded() {
    for (const [id, writer] of [...ended]) {
      const here = await local.find(id);
      const state = await store.isKept(id).catch(() => undefined);
      if (here.state !== "kept" || state?.kept !== false) continue;
      const events = Array.from({ length: here.log.lastSeq }, (_, index) => JSON.stringify(here.log.event(index + 1)));
      await store.append(id, writer, { first: 1, events, sealed: true, freesKeys: false }).catch(() => {});
    }
  }

  function forget(id: string) {
    produced.get(id)?.stop();
    produced.delete(id);
    ended.delete(id);
    // What was given up may be another's.
    if (untrue.delete(id)) return;
    store.forget(id).catch(() => {});
  }

  function produce(inner: StreamLog, writer: Writer, stored: number): ProducedLog {
    const { id } = inner;
    const log: ProducedLog = createProducedLog({
      ...{ inner, store, clock, writer, stored },
      onEnd() {
        produced.delete(id);
        ended.set(id, { fence: writer.fence, names: writer.names });
        store.runs(serverId, id, false).catch(() => {});
      },
      onFenced: () => void yieldTo(log),
      onAway: () => void giveUp(log),
    });
    produced.set(id, log);
    return log;
  }

  /** Lets go of a stream that another server writes now: its readers here follow the store. */
  async function yieldTo(log: ProducedLog) {
    const { id } = log;
    fates.fenced++;
    produced.delete(id);
    await local.cancel(id, "lost");
    local.remove(id);
    await persist(async () => {
      await store.runs(serverId, id, false);
      const copy = await followed.find(id);
      if (!copy) return log.become(endedCopy(log, "generation_lost", clock));
      log.become(copy);
      const release = followed.attach(id);
      const letGo = log.listen(() => {
        if (!log.sealed) return;
        letGo();
        release?.();
      });
      if (log.sealed) release?.();
    });
  }

  /** Ends a stream whose store has been away for too long: here at once, and in the store when it is back. */
  async function giveUp(log: ProducedLog) {
    const { id } = log;
    fates.givenUp++;
    const copy = endedCopy(log, "store_unavailable", clock);
    log.become(copy);
    produced.delete(id);
    untrue.set(id, copy);
    await local.cancel(id, "lost");
    const writer = { fence: lease.nextFence(), names: namesOf(log) };
    await persist(
      async () => {
        if ((await store.takeOver(id, serverId, writer.fence)) > 0 || !(await store.isKept(id)).kept) {
          await endInStore(store, { id, writer, code: "store_unavailable", clock, restored: copy });
        }
        await store.runs(serverId, id, false);
      },
      () => !untrue.has(id),
    );
  }

  /** The events so far are put into a log of our own, and the writer goes on where they end. */
  async function takeOver(id: string, fence: string, times: number) {
    const isOurs = times <= MOST_TAKEOVERS;
    await persist(async () => {
      const found = await store.read(id, 0);
      if (!found || found.batch.sealed) return;
      const { names, batch } = found;
      const resume = await store.resumeOf(id);
      try {
        if (!isOurs) throw failure("generation_lost");
        await goOn(id, { fence, names, resume }, batch.events);
        fates.takenOver++;
      } catch (error) {
        if (!isFailure(error)) throw error;
        await endInStore(store, { id, writer: { fence, names }, code: "generation_lost", clock });
        await store.runs(serverId, id, false);
      }
    });
  }

  async function goOn(id: string, writer: Writer, events: readonly string[]) {
    const { kind, world, createdAt, cancelOnLeave = false } = writer.names;
    let cancel: LogSpec["cancel"] = () => {};
    const setCancel = (given: LogSpec["cancel"]) => {
      cancel = given;
    };
    const about = { id, kind, createdAt, cancelOnLeave, ...(world === undefined ? {} : { world }) };
    untrue.delete(id);
    local.remove(id);
    const inner = await local.create({ ...about, cancel: (cause) => cancel(cause) });
    const refused = fillFrom(inner, events);
    if (refused) {
      inner.seal(refused);
      local.remove(id);
      throw failure("generation_lost");
    }
    const log = produce(inner, writer, events.length);
    onTakenOver({ log, resume: writer.resume, setCancel });
  }

  /** What fails for the store's sake, so that a client may be told. */
  async function asked<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (isFailure(error)) throw error;
      throw failure("store_unavailable", undefined, { retryAfter: RETRY_AFTER_S });
    }
  }

  async function announce(inner: StreamLog, writer: Writer) {
    try {
      const nothing = { first: 1, events: [], sealed: false, freesKeys: false };
      await Promise.all([store.runs(serverId, inner.id, true), store.append(inner.id, writer, nothing)]);
    } catch (error) {
      // Nobody has heard of it: it takes no more room than its end.
      inner.seal(endingOf([], "store_unavailable", "").terminal);
      throw error;
    }
  }

  return {
    ...local,
    isShared: true,
    isUp: lease.isHeld,
    fates: () => fates,
    claim: (key, fingerprint) => asked(() => claim(key, fingerprint)),
    create: (spec) =>
      asked(async () => {
        const { resume, ...own } = spec;
        const inner = await local.create(own);
        const names = { ...namesOf(inner), ...(spec.cancelOnLeave ? { cancelOnLeave: true } : {}) };
        const writer = { fence: lease.nextFence(), names, resume };
        await announce(inner, writer);
        return produce(inner, writer, 0);
      }),
    find: (id) =>
      asked(async () => {
        const log = produced.get(id) ?? untrue.get(id);
        if (log) return { state: "kept", log };
        const here = await local.find(id);
        if (here.state !== "unknown") return here;
        const copy = await followed.find(id);
        if (copy) return { state: "kept", log: copy };
        return { state: (await store.wasKept(id)) ? "expired" : "unknown" };
      }),
    attach: (log) =>
      produced.has(log.id) || untrue.has(log.id) ? local.attach(log) : (followed.attach(log.id) ?? local.attach(log)),
    cancel: (id: string, cause: CancelCause) =>
      asked(async () => {
        const log = produced.get(id);
        if (!log) return followed.cancel(id, cause);
        await local.cancel(id, cause);
        await Promise.race([log.drained(), pause(CLOSING_MS)]);
      }),
    async close(cause) {
      const open = [...produced.values()];
      await local.close(cause);
      await Promise.race([Promise.all(open.map((log) => log.drained())), pause(CLOSING_MS)]);
      for (const log of open) log.stop();
      endRetries();
      guests.close();
      followed.close();
      await lease.release();
      await store.close();
    },
  };
}

function namesOf({ kind, world, createdAt, epoch }: StreamLog): SharedNames {
  return { kind, createdAt, epoch, ...(world === undefined ? {} : { world }) };
}
