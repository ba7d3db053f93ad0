import type { Clock } from "../clock.ts";
import type { StreamLog } from "./stream-log.ts";

/** Resolves when `isThere` is true of what a log shows, or after so long, ms. */
export function heardWithin(
  log: Pick<StreamLog, "listen">,
  isThere: () => boolean,
  clock: Clock,
  ms: number,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      release();
      takeBack();
      resolve();
    };
    const release = log.listen(() => isThere() && done());
    const takeBack = clock.after(ms, done);
    if (isThere()) done();
  });
}
