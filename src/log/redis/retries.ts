import type { Clock } from "../../clock.ts";

/** What is tried until the store is back, and ends with its owner. */
export type Retries = {
  /** Tries until it succeeds, or until `isOver`. */
  persist(action: () => Promise<void>, isOver?: () => boolean): Promise<void>;
  pause(ms: number): Promise<void>;
  /** Ends all that is tried, and every pause. */
  close(): void;
};

/** Between two tries: the connection has a back-off of its own. */
const RETRY_MS = 250;

export function createRetries(clock: Clock): Retries {
  const pauses = new Set<() => void>();
  let closed = false;

  function pause(ms: number): Promise<void> {
    if (closed) return Promise.resolve();
    return new Promise((resolve) => {
      const go = () => {
        takeBack();
        pauses.delete(go);
        resolve();
      };
      const takeBack = clock.after(ms, go);
      pauses.add(go);
    });
  }

  return {
    pause,
    async persist(action, isOver = () => false) {
      while (!closed && !isOver()) {
        try {
          return await action();
        } catch {
          await pause(RETRY_MS);
        }
      }
    },
    close() {
      closed = true;
      for (const go of [...pauses]) go();
    },
  };
}
