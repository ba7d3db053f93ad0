/**
 * Time, passed in. `now` is monotonic and measures durations; `wall` is the calendar and is only ever printed.
 * Tests use the manual clock of `testing/`.
 */
export type Clock = {
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /** Milliseconds since the Unix epoch. */
  wall(): number;
  /** Runs `action` once after `ms`; the returned function cancels it, and may be called at any time. */
  after(ms: number, action: () => void): () => void;
};

// setTimeout fires at once for anything longer.
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, Math.min(Math.max(ms, 0), LONGEST_TIMER));
    return () => clearTimeout(timer);
  },
};

let printed = { wall: Number.NaN, text: "" };

/** A time of the calendar as RFC 3339, UTC. What is asked for again within the same millisecond is not printed twice. */
export function timestampOf(wall: number): string {
  if (wall !== printed.wall) printed = { wall, text: new Date(wall).toISOString() };
  return printed.text;
}

export type Deadline = {
  /** Begins the time anew. Costs one read of the clock, no timer. */
  touch(): void;
  stop(): void;
};

/**
 * Runs `expired` once `ms` have passed since the last touch, and then begins anew. The timer is moved only when it fires: a
 * token costs a number, not a timer.
 */
export function deadline(clock: Clock, ms: number, expired: () => void): Deadline {
  let since = clock.now();
  let cancel = clock.after(ms, check);
  let stopped = false;
  function check() {
    const left = since + ms - clock.now();
    if (left <= 0) {
      since = clock.now();
      expired();
    }
    if (!stopped) cancel = clock.after(left > 0 ? left : ms, check);
  }
  return {
    touch() {
      since = clock.now();
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
