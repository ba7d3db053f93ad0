import { setTimeout as sleep } from "node:timers/promises";
import type { ManualClock } from "./manual-clock.ts";

// Far longer than any machine needs, short enough that a test which hangs says why.
const PATIENCE_MS = 10_000;

/** Resolves once the condition holds: for what a server notices in its own time, such as a client that has gone. */
export async function until(condition: () => boolean | Promise<boolean>, what = String(condition)): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Not within ${PATIENCE_MS} ms: ${what}`);
    await sleep(1);
  }
}

/** The same for what comes with time: lets it pass on their clocks, by so many ms at a step. */
export const passUntil = (
  servers: readonly { clock: ManualClock }[],
  stepMs: number,
  condition: () => boolean | Promise<boolean>,
  what = String(condition),
): Promise<void> =>
  until(() => {
    for (const { clock } of servers) clock.advance(stepMs);
    return condition();
  }, what);

/** Whether what was asked has worked, as a condition: of something that may be away. */
export const succeeds = (asked: Promise<unknown>): Promise<boolean> =>
  asked.then(
    () => true,
    () => false,
  );
