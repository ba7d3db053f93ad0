import type { Clock } from "../../clock.ts";
import { isFailure, storeAway } from "../../protocol/errors.ts";
import type { ShelfLimits } from "../memory-shelf.ts";
import type { CancelCause, Shelf, Takeable, TakenOver } from "../shelf.ts";
import { createFinding } from "./finding.ts";
import { createFollowedLogs, SYNC_MS } from "./followed-logs.ts";
import { createHandOver } from "./hand-over.ts";
import { createLease } from "./lease.ts";
import { createLettingGo } from "./letting-go.ts";
import { openReaders } from "./open-readers.ts";
import { createOwnStreams, type Fates } from "./own-streams.ts";
import { remoteReaders } from "./remote-readers.ts";
import { createRestoring } from "./restoring.ts";
import { createRetries } from "./retries.ts";
import type { ReadersCommand } from "./server-store.ts";
import { createSharedClaims } from "./shared-claims.ts";
import type { SharedStore } from "./shared-store.ts";
import { createStarting } from "./starting.ts";
import { createTakingOver } from "./taking-over.ts";

export type SharedShelfOptions = {
  clock: Clock;
  limits: ShelfLimits;
  store: SharedStore;
  serverId: string;
  leaseMs: number;
  /** Whether this server has the models that a stream needs which another one wrote; what it cannot go on with is left to others. */
  canGoOn(stream: Takeable): Promise<boolean>;
  /** Goes on with a stream whose server has died; the log holds what was written. It is this server's now. */
  onTakenOver(taken: TakenOver): void;
  observer?: StoreObserver;
};

/** Is told, with each sign that a server gives, how it is with the store and with streams. */
export type StoreObserver = {
  reached(): void;
  failed(error: unknown): void;
  /** So many until now. */
  fates(fates: Readonly<Fates>): void;
};

export type SharedShelf = Shelf & {
  /** Whether the store can be reached. */
  isUp(): boolean;
  /** What has become of streams besides their end. */
  fates(): Readonly<Fates>;
  /** This server is about to close: what runs is given to others where that is possible, and who reads is sent to them (R-DRAIN). */
  handOver(): void;
};

/** Longer than a server takes to say again who reads there. */
const SURE_MS = 1.5 * SYNC_MS;
/** For the end of what runs to reach the store when this server ends; ms. */
const CLOSING_MS = 3000;

/**
 * A shelf that servers share. What is written here stands on a shelf in memory, which owns its lifetime, and is shown as far as the
 * store has it; what others write is copied while somebody reads it.
 */
export async function createSharedShelf(options: SharedShelfOptions): Promise<SharedShelf> {
  const { clock, limits, store, serverId, leaseMs, canGoOn, onTakenOver, observer } = options;
  // Who was told of a reader and has died, or was not there to be told, knows of none. They are told of again soon.
  let unsureUntil = Number.NEGATIVE_INFINITY;
  const beUnsure = () => {
    unsureUntil = clock.now() + SURE_MS;
  };
  const { persist, pause, close: endRetries } = createRetries(clock);
  const own = createOwnStreams({
    ...{ clock, limits, store, serverId },
    isFollowed: (id) => guests.has(id) || clock.now() < unsureUntil,
    onFenced: (log) => void lettingGo.yieldTo(log),
    onAway: (log) => void lettingGo.giveUp(log),
    onForget(id) {
      claims.forget(id);
      guests.forget(id);
    },
  });
  const { local, produced, untrue } = own;
  const readers = openReaders(pause);
  const followed = createFollowedLogs({
    ...{ store, clock, serverId },
    countReader: () => local.countReader(),
    isSettled: (id) => lease.isSettled(id),
    nextFence: () => lease.nextFence(),
  });
  const guests = remoteReaders((id, ended) => {
    const log = produced.get(id);
    if (!log || log.sealed) return undefined;
    try {
      const detach = local.attach(log);
      const stopListening = log.listen(() => log.sealed && ended());
      return () => {
        stopListening();
        detach();
      };
    } catch {
      // Full, or closing: nobody asked who could be told.
      return undefined;
    }
  });
  const restoreOwn = createRestoring(store, own);
  const restore = async () => {
    followed.compare();
    await Promise.all([restoreOwn(), claims.restore()]);
  };

  function hearOfReaders({ id, server, count }: ReadersCommand) {
    guests.set(id, server, count);
    // From here on they are told of each batch, and now how far the log is: they may have missed one.
    if (count > 0) produced.get(id)?.tell();
  }

  const taking = createTakingOver({
    ...{ store, clock, own, persist, canGoOn, onTakenOver },
    passOn: (id) => handOver.passOn(id),
  });
  const takeOver: typeof taking.takeOver = (...stream) => {
    beUnsure();
    const begin = () => taking.takeOver(...stream);
    // It may have lost the stream and got it back, and not have heard of either.
    const before = produced.get(stream[0]);
    return before ? lettingGo.writeAnew(before, begin) : begin();
  };
  const lease = createLease({
    ...{ store, clock, serverId, leaseMs, persist },
    onTakenOver: takeOver,
    onLiving: (servers) => guests.keepOnly(servers),
    onLooked: followed.lookAfter,
    restore,
    onSign(error) {
      if (error === undefined) {
        for (const log of produced.values()) log.keep();
        observer?.reached();
      } else {
        followed.compare();
        observer?.failed(error);
      }
      observer?.fates(own.fates);
    },
  });
  const lettingGo = createLettingGo({
    ...{ store, clock, own, followed, readers, persist, nextFence: lease.nextFence },
  });
  const handOver = createHandOver({
    ...{ store, clock, own, lease, lettingGo, persist, pause, maxStreams: limits.maxStreams },
    goOn: (id, fence) => takeOver(id, fence, 0),
    sizeIfAble: taking.sizeIfAble,
  });
  const claims = await createSharedClaims({
    ...{ store, clock, serverId, persist, isDead: lease.isDead },
    mayLack: () => lease.mayLack(),
  });
  await store.onCommand(serverId, (command) => {
    if (command.type === "cancel") void local.cancel(command.id, command.cause);
    else if (command.type === "readers") hearOfReaders(command);
    else if (command.type === "take") void handOver.take(command);
    else if (command.type === "taken") handOver.taken(command);
  });
  await lease.begin();
  store.onBack(() => {
    beUnsure();
    restore().catch(() => {});
    followed.sync();
    lease.hurry();
  });

  const start = createStarting({ store, own, lease });
  const find = createFinding({ store, own, followed, lease });

  /** What fails for the store's sake, so that a client may be told. */
  async function asked<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (isFailure(error)) throw error;
      throw storeAway();
    }
  }

  return {
    ...local,
    isShared: true,
    isUp: lease.isHeld,
    fates: () => own.fates,
    claim: (key, fingerprint) => asked(() => claims.claim(key, fingerprint)),
    create: (spec) => asked(() => start(spec)),
    find: (id) => asked(() => find(id)),
    attach(log) {
      const isOwn = produced.has(log.id) || untrue.has(log.id);
      return readers.count(log, (isOwn ? undefined : followed.attach(log.id)) ?? local.attach(log));
    },
    cancel: (id: string, cause: CancelCause) =>
      asked(async () => {
        const log = produced.get(id);
        if (!log) return followed.cancel(id, cause);
        await local.cancel(id, cause);
        await Promise.race([log.drained(), pause(CLOSING_MS)]);
        // It has just been given to another server.
        if (!log.sealed && produced.get(id) !== log) await followed.cancel(id, cause);
      }),
    handOver() {
      followed.sendAway();
      void handOver.begin();
    },
    async idle() {
      await local.idle();
      await readers.gone();
    },
    async close(cause) {
      handOver.close();
      readers.close();
      // What has ended here outlives this server: a store that was emptied just now is given it first.
      await Promise.race([lease.settle().catch(() => {}), pause(CLOSING_MS)]);
      const open = [...produced.values()];
      await local.close(cause);
      await Promise.race([Promise.all(open.map((log) => log.drained())), pause(CLOSING_MS)]);
      for (const log of open) log.stop();
      endRetries();
      claims.close();
      guests.close();
      followed.close();
      await lease.release();
      observer?.fates(own.fates);
      await store.close();
    },
  };
}
