import { systemClock } from "../src/clock.ts";
import type { Io } from "./io.ts";

/** The process's own streams, environment and signals. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  const gone = new AbortController();
  // Whoever reads the output may leave at any time (`| head`): that is no error, and nothing more need be said.
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    gone.abort();
  };
  stdout.on("error", onError);
  stderr.on("error", onError);
  return {
    stdin,
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    clock: systemClock,
    onSignal(name, handler) {
      process.on(name, handler);
      return () => void process.off(name, handler);
    },
    readerGone: gone.signal,
  };
}
