import type { StreamLog } from "../stream-log.ts";
import type { Retries } from "./retries.ts";

/** How often it is looked whether they have gone; ms. */
const LOOK_MS = 50;

/** Who reads streams that run, wherever they are written: a server that is about to close waits for those who wait here for an end. */
export function openReaders(pause: Retries["pause"]) {
  const reading = new Map<StreamLog, number>();
  let closed = false;

  function leave(log: StreamLog) {
    const left = (reading.get(log) ?? 0) - 1;
    if (left > 0) reading.set(log, left);
    else reading.delete(log);
  }

  return {
    /** Counts one until the release that it returns, which calls `release`, is called. */
    count(log: StreamLog, release: () => void): () => void {
      reading.set(log, (reading.get(log) ?? 0) + 1);
      let counted = true;
      return () => {
        if (counted) leave(log);
        counted = false;
        release();
      };
    },
    /** Resolves when there is none. */
    async gone(): Promise<void> {
      while (!closed && [...reading.keys()].some(({ sealed }) => !sealed)) await pause(LOOK_MS);
    },
    close() {
      closed = true;
      reading.clear();
    },
  };
}
