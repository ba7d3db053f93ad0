import type { Clock } from "../clock.ts";
import { type Expiring, expiringQueue, unqueued } from "./expiring-queue.ts";

export type ExpiringMap<V> = {
  /** Adds or renews an entry: its time begins anew, and it becomes the youngest. */
  set(key: string, value: V): void;
  get(key: string): V | undefined;
  /** Removes without expiring. */
  delete(key: string): void;
  /** The entry that would expire next. */
  oldest(): V | undefined;
  /** As they are now. */
  keys(): string[];
  readonly size: number;
  /** Forgets all, and the timer. */
  clear(): void;
};

interface Entry<V> extends Expiring<Entry<V>> {
  key: string;
  value: V;
}

/**
 * A map whose entries expire `ttlMs` after they were last set, with one timer for all of them. Beyond `most` entries the oldest
 * is dropped. A queue knows the oldest one: a Map from whose beginning entries were deleted is searched past their empty places.
 */
export function expiringMap<V>(
  clock: Clock,
  ttlMs: number,
  expired: (value: V, key: string) => void,
  most = Number.POSITIVE_INFINITY,
): ExpiringMap<V> {
  const entries = new Map<string, Entry<V>>();
  const queue = expiringQueue<Entry<V>>(clock, ttlMs, ({ key, value }) => {
    entries.delete(key);
    expired(value, key);
  });

  function drop(entry: Entry<V> | undefined) {
    if (!entry) return;
    entries.delete(entry.key);
    queue.remove(entry);
  }

  return {
    set(key, value) {
      drop(entries.get(key));
      const entry = { ...unqueued<Entry<V>>(), key, value };
      entries.set(key, entry);
      queue.push(entry);
      if (entries.size > most) drop(queue.oldest());
    },
    get: (key) => entries.get(key)?.value,
    delete: (key) => drop(entries.get(key)),
    oldest: () => queue.oldest()?.value,
    keys: () => [...entries.keys()],
    get size() {
      return entries.size;
    },
    clear() {
      entries.clear();
      queue.clear();
    },
  };
}
