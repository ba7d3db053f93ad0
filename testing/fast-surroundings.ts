import type { Surroundings } from "../client/types.ts";
import { systemClock } from "../src/clock.ts";

export type FastSurroundings = {
  surroundings: Partial<Surroundings>;
  /** Timers that are set and listeners that wait: 0 once everything has been released. */
  pending(): number;
};

/** A client's surroundings in which so many milliseconds pass in one: what it waits for by its rules is soon over. */
export function fastSurroundings(speed: number, random: () => number = () => 0.5): FastSurroundings {
  const held = new Set<object>();
  const holding = (release: () => void) => {
    const token = {};
    held.add(token);
    return { over: () => held.delete(token), release: () => void (held.delete(token) && release()) };
  };
  return {
    surroundings: {
      random,
      now: () => performance.now() * speed,
      after(ms, run) {
        const hold = holding(() => cancel());
        const cancel = systemClock.after(ms / speed, () => void (hold.over() && run()));
        return hold.release;
      },
      onWake: () => holding(() => {}).release,
    },
    pending: () => held.size,
  };
}
