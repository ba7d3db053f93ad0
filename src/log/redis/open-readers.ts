import type { StreamLog } from "../stream-log.ts";
import type { Retries } from "./retries.ts";

/** How often it is looked whether they have gone; ms. */
const LOOK_MS = 50;

export type OpenReaders = ReturnType<typeof openReaders>;

/** Who reads streams that run, wherever they are written: a server that is about to close waits for those who wait here for an end. */
export function openReaders(pause: Retries["pause"]) {
  const reading = new Map<StreamLog, { count: number; gone: (() => void)[] }>();
  let closed = false;

  function leave(log: StreamLog) {
    const entry = reading.get(log);
    if (!entry || --entry.count > 0) return;
    reading.delete(log);
    for (const gone of entry.gone) gone();
  }

  return {
    /** Counts one until the release that it returns, which calls `release`, is called. */
    count(log: StreamLog, release: () => void): () => void {
      const entry = reading.get(log) ?? { count: 0, gone: [] };
      reading.set(log, entry);
      entry.count++;
      let counted = true;
      return () => {
        if (counted) leave(log);
        counted = false;
        release();
      };
    },
    /** Calls `begin` where somebody reads that log, and what it returns when nobody does any more. */
    whileRead(log: StreamLog, begin: () => (() => void) | undefined): void {
      const end = reading.has(log) ? begin() : undefined;
      if (end) reading.get(log)?.gone.push(end);
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
