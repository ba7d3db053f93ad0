import type { Clock } from "../../clock.ts";
import { jsonFrom } from "./event-json.ts";
import type { FollowedLogs } from "./followed-logs.ts";
import { endedCopy, endInStore } from "./lost-streams.ts";
import type { OpenReaders } from "./open-readers.ts";
import type { OwnStreams } from "./own-streams.ts";
import type { ProducedLog } from "./produced-log.ts";
import type { Retries } from "./retries.ts";
import type { SharedStore } from "./shared-store.ts";

export type LettingGoOptions = {
  store: SharedStore;
  clock: Clock;
  own: OwnStreams;
  followed: FollowedLogs;
  readers: OpenReaders;
  persist: Retries["persist"];
  nextFence(): string;
};

export type LettingGo = ReturnType<typeof createLettingGo>;

/** How a server stops writing a stream before its end, and what its readers see then. */
export function createLettingGo({ store, clock, own, followed, readers, persist, nextFence }: LettingGoOptions) {
  const { serverId, local, produced, untrue, fates } = own;

  /** Readers of `log` see the store's log from now on, or what ends it where the store has none; ours where it is ours again. */
  async function followInstead(log: ProducedLog) {
    const { id } = log;
    const ours = produced.get(id);
    if (!ours) await store.runs(serverId, id, false);
    const other = ours ?? (await followed.find(id, { names: log.names, events: jsonFrom(log, 1) }));
    if (!other) return log.become(endedCopy(log, "generation_lost", clock));
    log.become(other);
    readers.whileRead(log, () => untilOver(log, ours ? local.attach(ours) : followed.attach(id)));
  }

  /** Calls `release` at the end of what `log` shows, too. */
  function untilOver(log: ProducedLog, release = () => {}): () => void {
    const letGo = log.listen(() => (log.sealed || log.isVoid) && end());
    const end = () => {
      letGo();
      release();
    };
    if (log.sealed || log.isVoid) end();
    return end;
  }

  /** Whoever looks for it from now on does not find it here. */
  async function stopWriting(log: ProducedLog) {
    log.stop();
    produced.delete(log.id);
    const stopped = local.cancel(log.id, "moved");
    own.remove(log.id);
    await stopped;
  }

  return {
    /** Lets go of a stream that another server writes now: its readers here follow the store. */
    async yieldTo(log: ProducedLog): Promise<void> {
      // It may have been let go of before that was heard.
      if (produced.get(log.id) !== log) return;
      fates.fenced++;
      await stopWriting(log);
      await persist(() => followInstead(log));
    },

    /** Lets go of a stream that was handed over. */
    async handedOver(log: ProducedLog): Promise<void> {
      fates.handedOver++;
      await stopWriting(log);
      await persist(() => followInstead(log));
    },

    /** Lets go of a stream that `goOn` begins to write here anew: its readers go over to that. */
    async writeAnew(log: ProducedLog, goOn: () => Promise<void>): Promise<void> {
      await stopWriting(log);
      await goOn();
      await persist(() => followInstead(log));
    },

    /**
     * Ends a stream whose store has been away for too long: here at once, and in the store when it is back. That may have more of it,
     * or another server have gone on with it: whoever comes then sees the store's.
     */
    async giveUp(log: ProducedLog): Promise<void> {
      const { id } = log;
      fates.givenUp++;
      const seen = log.lastSeq;
      const copy = endedCopy(log, "store_unavailable", clock);
      log.become(copy);
      produced.delete(id);
      untrue.set(id, copy);
      await local.cancel(id, "lost");
      const writer = { fence: nextFence(), names: log.names };
      await persist(
        async () => {
          if ((await store.takeOver(id, serverId, writer.fence)) > 0 || !(await store.isKept(id)).kept) {
            await endInStore(store, { id, writer, code: "store_unavailable", clock, restored: { copy, seen } });
          }
          await store.runs(serverId, id, false);
          if (untrue.has(id)) own.remove(id);
        },
        () => !untrue.has(id),
      );
    },
  };
}
