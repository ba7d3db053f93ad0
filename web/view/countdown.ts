import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const EVERY_MS = 500;

/** Milliseconds until `until` (since 1970), renewed as a clock ticks; 0 when it is over. */
export function useCountdown(until: number): number {
  const left = useSignal(Math.max(0, until - Date.now()));
  useEffect(() => {
    const tick = () => {
      left.value = Math.max(0, until - Date.now());
      if (left.value === 0) clearInterval(timer);
    };
    const timer = setInterval(tick, EVERY_MS);
    tick();
    return () => clearInterval(timer);
  }, [until, left]);
  return left.value;
}

/** Milliseconds since `since` (since 1970), renewed as a clock ticks. */
export function useElapsed(since: number): number {
  const elapsed = useSignal(Date.now() - since);
  useEffect(() => {
    const timer = setInterval(() => {
      elapsed.value = Date.now() - since;
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [since, elapsed]);
  return elapsed.value;
}
