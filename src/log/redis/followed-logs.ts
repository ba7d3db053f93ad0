import type { Clock } from "../../clock.ts";
import { heardWithin } from "../heard-within.ts";
import type { CancelCause } from "../shelf.ts";
import type { Away, StreamLog } from "../stream-log.ts";
import { type FollowedLog, followLog, type Had } from "./followed-log.ts";
import { endForgotten } from "./lost-streams.ts";
import type { SharedStore } from "./shared-store.ts";

/** A copy of another server's log, how many read it here, and who was told of them. */
type Followed = { log: FollowedLog; readers: number; told: string; takeBack: () => void };

/** How often what is read is compared with the store, and its writer is told of its readers: words may be lost. */
export const SYNC_MS = 10_000;
/** A copy that nobody reads is kept for a reader that reconnects. */
const LINGER_MS = 10_000;
/** For a writer to end a stream that it was asked to end. */
const CANCEL_MS = 10_000;
const CANCEL_AGAIN_MS = 1000;

export type FollowedLogsOptions = {
  store: SharedStore;
  clock: Clock;
  serverId: string;
  countReader(): () => void;
  /** Whether all that a server has written is known to be in the store. */
  isSettled(serverId: string): boolean;
  nextFence(): string;
};

export type FollowedLogs = ReturnType<typeof createFollowedLogs>;

/** The copies that this server has of others' logs. */
export function createFollowedLogs(options: FollowedLogsOptions) {
  const { store, clock, serverId, countReader, isSettled } = options;
  const opening = new Map<string, Promise<Followed | undefined>>();
  const open = new Map<string, Followed>();
  let away: Away;

  let closed = false;
  let endSync = clock.after(SYNC_MS, syncSoon);

  function syncSoon() {
    sync();
    endSync = clock.after(SYNC_MS, syncSoon);
  }

  function sync() {
    for (const entry of open.values()) {
      if (entry.log.sealed || entry.log.isVoid || entry.readers === 0) continue;
      entry.log.catchUp().catch(() => {});
      tell(entry);
    }
  }

  async function begin(id: string, had?: Had): Promise<Followed | undefined> {
    try {
      const log = await followLog({ store, clock, id, isSettled }, had);
      if (!log) return undefined;
      if (closed) {
        log.leave();
        return undefined;
      }
      const entry: Followed = { log, readers: 0, told: "", takeBack: () => {} };
      open.set(id, entry);
      if (away) log.sendAway(away);
      linger(entry);
      return entry;
    } finally {
      opening.delete(id);
    }
  }

  function linger(entry: Followed) {
    // A reader may be the last to go when the copy is gone already.
    if (open.get(entry.log.id) !== entry) return;
    entry.takeBack();
    entry.takeBack = clock.after(LINGER_MS, () => drop(entry));
  }

  function drop(entry: Followed) {
    const { log, takeBack } = entry;
    takeBack();
    if (open.get(log.id) === entry) open.delete(log.id);
    log.leave();
  }

  /** It has ended, and is kept nowhere any longer: nobody will give it back. */
  const isForgotten = async ({ id, sealed }: FollowedLog) => sealed && (await store.wasKept(id));

  async function entryOf(id: string, had?: Had): Promise<Followed | undefined> {
    const known = open.get(id);
    if (known) {
      if (known.readers === 0) linger(known);
      const isThere = await known.log.catchUp();
      if (!known.log.isVoid && (isThere || !(await isForgotten(known.log)))) return known;
      drop(known);
    }
    const soon = opening.get(id) ?? begin(id, had);
    opening.set(id, soon);
    return soon;
  }

  /** Tells the writer who reads here. A word that is lost costs a stream that is abandoned late, or a reader that must come back. */
  function tell(entry: Followed) {
    const { log, readers } = entry;
    if (log.sealed) return;
    store
      .ownerOf(log.id)
      .then(async (owner) => {
        if (!owner) return;
        await store.send(owner, { type: "readers", id: log.id, server: serverId, count: readers });
        entry.told = owner;
      })
      .catch(() => {});
  }

  /**
   * What a dead server has left behind, and the store does not know: another one is to go on with it, or it is over. Who goes on with
   * a stream is told of its readers before it could end for want of any.
   */
  async function lookAfter(entry: Followed, living: ReadonlySet<string>, staying: ReadonlySet<string>) {
    const { log } = entry;
    if (log.sealed || log.isVoid || entry.readers === 0) return;
    if (!staying.has(log.owner)) {
      const isKept = await log.catchUp();
      if (!living.has(log.owner)) {
        if (!isKept) return endForgotten(store, log, options.nextFence(), clock);
        await store.leftBehind(log.owner, log.id);
      }
    }
    if (entry.told !== log.owner || !staying.has(log.owner)) tell(entry);
  }

  return {
    /**
     * The copy of a stream as the store has it now; undefined where it has none. `had`: what this server has of it, for a store that
     * has less.
     */
    find: async (id: string, had?: Had): Promise<StreamLog | undefined> => (await entryOf(id, had))?.log,
    /** Compares all with the store: gives back what that has lost of them, or finds that it is away. */
    compare(): void {
      for (const { log } of open.values()) log.catchUp().catch(() => {});
    },
    async lookAfter(living: ReadonlySet<string>, staying: ReadonlySet<string>): Promise<void> {
      await Promise.all([...open.values()].map((entry) => lookAfter(entry, living, staying)));
    },
    /** Counts a reader of a copy; undefined where there is no copy of that stream. */
    attach(id: string): (() => void) | undefined {
      const entry = open.get(id);
      if (!entry) return undefined;
      const release = countReader();
      entry.takeBack();
      if (++entry.readers === 1) tell(entry);
      let attached = true;
      return () => {
        if (!attached) return;
        attached = false;
        release();
        if (--entry.readers > 0) return;
        tell(entry);
        linger(entry);
      };
    },
    /** Asks the server that writes a stream to end it, and resolves when its end is here, or is long in coming. */
    async cancel(id: string, cause: CancelCause): Promise<void> {
      const entry = await entryOf(id);
      // Said again, for its writer may just have died, and another may be about to go on.
      for (let waited = 0; entry && !entry.log.sealed && waited < CANCEL_MS; waited += CANCEL_AGAIN_MS) {
        const owner = await store.ownerOf(id);
        if (!owner) return;
        await store.send(owner, { type: "cancel", id, cause });
        await heardWithin(entry.log, () => entry.log.sealed, clock, CANCEL_AGAIN_MS);
      }
    },
    /** Reads what may have been missed. */
    sync,
    /** This server is about to close: whoever reads here is to go to another. */
    sendAway() {
      away = "leaving";
      for (const { log } of open.values()) log.sendAway(away);
    },
    close() {
      closed = true;
      endSync();
      for (const { log } of open.values()) log.sendAway("closing");
      for (const entry of [...open.values()]) drop(entry);
    },
  };
}
