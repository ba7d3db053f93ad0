import type { Clock } from "../clock.ts";

/** What can stand in a queue, and in no more than one: it carries its own links, for a map of places would be searched in. */
export type Expiring<T> = {
  queue: ExpiringQueue<T> | undefined;
  /** When it was pushed. */
  since: number;
  older: T | undefined;
  newer: T | undefined;
};

export type ExpiringQueue<T> = {
  /** Adds or renews an item, wherever it stood: its time begins anew, and it becomes the youngest. */
  push(item: T): void;
  /** Removes without expiring. Does nothing where the item is not in this queue. */
  remove(item: T): void;
  /** The item that would expire next. */
  oldest(): T | undefined;
  /** Forgets all, and the timer. */
  clear(): void;
};

/** The links of an item that is in no queue. */
export const unqueued = <T>(): Expiring<T> => ({ queue: undefined, since: 0, older: undefined, newer: undefined });

/**
 * Items that expire `ttlMs` after they were last pushed, with one timer for all of them: since each has the same time to live,
 * the order of insertion is the order of expiry. Each call takes the same time, however many there are.
 */
export function expiringQueue<T extends Expiring<T>>(
  clock: Clock,
  ttlMs: number,
  expired: (item: T) => void,
): ExpiringQueue<T> {
  let oldest: T | undefined;
  let youngest: T | undefined;
  let cancelTimer: (() => void) | undefined;

  function sweep() {
    cancelTimer = undefined;
    for (let item = oldest; item; item = oldest) {
      const left = item.since + ttlMs - clock.now();
      if (left > 0) return arm(left);
      queue.remove(item);
      expired(item);
    }
  }

  // The timer is left to run when its item goes: moving it on every request would cost more than one idle wake-up.
  function arm(ms: number) {
    cancelTimer ??= clock.after(ms, sweep);
  }

  const queue: ExpiringQueue<T> = {
    push(item) {
      item.queue?.remove(item);
      item.queue = queue;
      item.since = clock.now();
      item.older = youngest;
      if (youngest) youngest.newer = item;
      else oldest = item;
      youngest = item;
      arm(ttlMs);
    },
    remove(item) {
      if (item.queue !== queue) return;
      if (item.older) item.older.newer = item.newer;
      else oldest = item.newer;
      if (item.newer) item.newer.older = item.older;
      else youngest = item.older;
      item.queue = item.older = item.newer = undefined;
    },
    oldest: () => oldest,
    clear() {
      while (oldest) queue.remove(oldest);
      cancelTimer?.();
      cancelTimer = undefined;
    },
  };
  return queue;
}
