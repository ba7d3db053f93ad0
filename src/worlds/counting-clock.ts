import type { Clock } from "../clock.ts";

/** A clock that knows how many of its timers are set. */
export function countingClock(clock: Clock): { clock: Clock; pending(): number } {
  let pending = 0;
  return {
    pending: () => pending,
    clock: {
      ...clock,
      after(ms, action) {
        let set = true;
        const unset = () => {
          if (set) pending--;
          set = false;
        };
        pending++;
        const cancel = clock.after(ms, () => {
          unset();
          action();
        });
        return () => {
          unset();
          cancel();
        };
      },
    },
  };
}
