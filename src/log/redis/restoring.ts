import type { OwnStreams } from "./own-streams.ts";
import type { SharedStore } from "./shared-store.ts";

/** Gives a store that has lost something what this server still has of it. */
export function createRestoring(store: SharedStore, { serverId, local, produced, ended }: OwnStreams) {
  return {
    /** Running logs: each looks whether the store still has what was written. */
    checkRunning(): void {
      for (const [id, log] of produced) {
        log.check();
        if (!log.sealed) store.runs(serverId, id, true).catch(() => {});
      }
    },

    /** Ended logs. */
    async restoreEnded(): Promise<void> {
      for (const [id, writer] of [...ended]) {
        const here = await local.find(id);
        const state = await store.isKept(id).catch(() => undefined);
        if (here.state !== "kept" || state?.kept !== false) continue;
        const events = Array.from({ length: here.log.lastSeq }, (_, index) =>
          JSON.stringify(here.log.event(index + 1)),
        );
        await store.append(id, writer, { first: 1, events, sealed: true, freesKeys: false }).catch(() => {});
      }
    },
  };
}
