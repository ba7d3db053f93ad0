import type { Clock } from "../clock.ts";

export type ExpiringMap<V> = {
  /** Adds or renews an entry: its time begins anew, and it becomes the youngest. */
  set(key: string, value: V): void;
  get(key: string): V | undefined;
  /** Removes without expiring. */
  delete(key: string): void;
  /** The entry that would expire next. */
  oldest(): V | undefined;
  readonly size: number;
  /** Forgets all, and the timer. */
  clear(): void;
};

/**
 * A map whose entries expire `ttlMs` after they were last set, with one timer for all of them: since each entry has the
 * same time to live, the order of insertion is the order of expiry. Beyond `most` entries the oldest is dropped.
 */
export function expiringMap<V>(
  clock: Clock,
  ttlMs: number,
  expired: (value: V, key: string) => void,
  most = Number.POSITIVE_INFINITY,
): ExpiringMap<V> {
  const entries = new Map<string, { value: V; since: number }>();
  let cancelTimer: (() => void) | undefined;

  function sweep() {
    cancelTimer = undefined;
    for (const [key, { value, since }] of entries) {
      const left = since + ttlMs - clock.now();
      if (left > 0) return arm(left);
      entries.delete(key);
      expired(value, key);
    }
  }

  // The timer is left to run when its entry goes: moving it on every request would cost more than one idle wake-up.
  function arm(ms: number) {
    cancelTimer ??= clock.after(ms, sweep);
  }

  return {
    set(key, value) {
      entries.delete(key);
      entries.set(key, { value, since: clock.now() });
      if (entries.size > most) entries.delete(entries.keys().next().value as string);
      arm(ttlMs);
    },
    get: (key) => entries.get(key)?.value,
    delete: (key) => void entries.delete(key),
    oldest: () => entries.values().next().value?.value,
    get size() {
      return entries.size;
    },
    clear() {
      entries.clear();
      cancelTimer?.();
      cancelTimer = undefined;
    },
  };
}
