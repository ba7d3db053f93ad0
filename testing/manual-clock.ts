import type { Clock } from "../src/clock.ts";

export type ManualClock = Clock & {
  /** Moves time on, running what falls due in the order of its time. Actions may set further timers. */
  advance(ms: number): void;
  /** How many timers are set: 0 once everything has been released. */
  pending(): number;
};

/** A clock that stands still until it is told to move. */
export function manualClock(wallStart = Date.parse("2026-01-02T03:04:05.000Z")): ManualClock {
  let time = 0;
  let order = 0;
  const timers = new Map<number, { due: number; action: () => void }>();
  const next = () => {
    let first: [number, { due: number; action: () => void }] | undefined;
    for (const entry of timers) if (!first || entry[1].due < first[1].due) first = entry;
    return first;
  };
  return {
    now: () => time,
    wall: () => wallStart + time,
    after(ms, action) {
      const id = ++order;
      timers.set(id, { due: time + Math.max(ms, 0), action });
      return () => void timers.delete(id);
    },
    advance(ms) {
      const until = time + ms;
      for (let entry = next(); entry && entry[1].due <= until; entry = next()) {
        timers.delete(entry[0]);
        time = entry[1].due;
        entry[1].action();
      }
      time = until;
    },
    pending: () => timers.size,
  };
}
