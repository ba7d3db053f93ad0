import type { Readable, Writable } from "node:stream";
import type { Clock } from "../src/clock.ts";
import type { Environment } from "../src/settings.ts";

/** A stream that people or programs read; `isTTY` where it is a terminal. */
export type Output = Writable & { isTTY?: boolean; columns?: number };
export type Input = Readable & { isTTY?: boolean };

/** All that a command touches of its surroundings. `main.ts` passes the process's own, tests theirs. */
export type Io = {
  stdin: Input;
  /** Results only, so that a program can read them. */
  stdout: Output;
  /** Progress, questions and errors. */
  stderr: Output;
  env: Environment;
  /** The folder that file names are relative to. */
  cwd: string;
  clock: Clock;
  /** Calls `handler` for each signal of that name in place of the process's default; what it returns takes that back. */
  onSignal(name: "SIGINT" | "SIGTERM" | "SIGHUP", handler: () => void): () => void;
  /** Aborted once nobody reads stdout any more, as with `| head`; with a CliError where it can no longer be written. */
  readerGone: AbortSignal;
};

/** Prints lines to stdout. */
export const say = (io: Io, ...lines: string[]): void => void io.stdout.write(`${lines.join("\n")}\n`);

/** Prints lines to stderr. */
export const remark = (io: Io, ...lines: string[]): void => void io.stderr.write(`${lines.join("\n")}\n`);

/** Prints one JSON value as one line to stdout. */
export const sayJson = (io: Io, value: unknown): void => say(io, JSON.stringify(value));

/** Whether somebody sits at both ends, so that something may be asked. */
export const isInteractive = ({ stdin, stderr }: Io): boolean => Boolean(stdin.isTTY && stderr.isTTY);
