import { systemClock } from "../src/clock.ts";
import { cliError } from "./failures.ts";
import type { Io } from "./io.ts";
import { reasonOf } from "./text-file.ts";

/** The process's own streams, environment and signals. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  const gone = new AbortController();
  const lost = (name: string) => (error: NodeJS.ErrnoException) =>
    // Whoever reads the output may leave at any time (`| head`): that is no error, and nothing more need be said.
    gone.abort(
      error.code === "EPIPE" ? undefined : cliError("output_lost", `${name} cannot be written: ${reasonOf(error)}.`),
    );
  stdout.on("error", lost("stdout"));
  stderr.on("error", lost("stderr"));
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
