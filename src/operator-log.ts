import { pino } from "pino";
import { type Clock, systemClock } from "./clock.ts";

/** Characters that are worth a system call. */
const ENOUGH = 16_000;

/** How long a line waits for others, ms. */
const LONGEST_WAIT_MS = 1000;

/** What is written for whoever runs the server: lines of JSON on standard output. */
export function openOperatorLog(level: string, clock: Clock = systemClock) {
  const output = pino.destination({ sync: false });
  const lines = gatherLines((text) => output.write(text), clock);
  function flushSync() {
    lines.flush();
    output.flushSync();
  }
  const destination = { write: lines.write, flushSync };
  return { logger: pino({ level }, destination), flush: lines.flush, flushSync };
}

/**
 * Gathers lines, and passes them on together: when they are enough, at the latest a second later, or when told to. SonicBoom's own
 * `minLength` does so too, but measures all that it has gathered again for each line (decisions/020).
 */
export function gatherLines(pass: (text: string) => void, clock: Clock): { write(line: string): void; flush(): void } {
  let gathered = "";
  let cancelTimer = () => {};

  function flush() {
    cancelTimer();
    if (gathered !== "") pass(gathered);
    gathered = "";
  }

  return {
    write(line) {
      if (gathered === "") cancelTimer = clock.after(LONGEST_WAIT_MS, flush);
      gathered += line;
      if (gathered.length >= ENOUGH) flush();
    },
    flush,
  };
}
