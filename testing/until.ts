import { setTimeout as sleep } from "node:timers/promises";

// Far longer than any machine needs, short enough that a test which hangs says why.
const PATIENCE_MS = 10_000;

/** A condition that asks a server must not keep it busy. */
const LONGEST_PAUSE_MS = 25;

/** Resolves once the condition holds: for what a server notices in its own time, such as a client that has gone. */
export async function until(condition: () => boolean | Promise<boolean>, what = String(condition)): Promise<void> {
  const since = performance.now();
  while (!(await condition())) {
    const waited = performance.now() - since;
    if (waited > PATIENCE_MS) throw new Error(`Not within ${PATIENCE_MS} ms: ${what}`);
    await sleep(Math.min(waited / 10, LONGEST_PAUSE_MS));
  }
}

/** Whether what was asked has worked, as a condition: of something that may be away. */
export const succeeds = (asked: Promise<unknown>): Promise<boolean> =>
  asked.then(
    () => true,
    () => false,
  );
