import { EventEmitter } from "node:events";
import { tmpdir } from "node:os";
import { PassThrough, Writable } from "node:stream";
import type { Io, Output } from "../cli/io.ts";
import { run } from "../cli/run.ts";
import { systemClock } from "../src/clock.ts";
import { until } from "./until.ts";

/** The command line inside the test's own process, at a terminal that the test plays or without one. */
export type CliIo = {
  io: Io;
  readonly stdout: string;
  readonly stderr: string;
  /** Types keys. */
  type(keys: string): void;
  /** The end of the input: Ctrl-D, or the end of a pipe. */
  end(): void;
  signal(name: "SIGINT" | "SIGTERM"): void;
  /** How many listen to a signal. */
  listeners(name: string): number;
  /** As `| head` does when it has seen enough. */
  leave(): void;
  /** Resolves once stdout, without what steers the terminal, has this text. */
  shows(text: string): Promise<void>;
};

export type CliIoOptions = { tty?: boolean; env?: Record<string, string>; cwd?: string };

export function cliIo({ tty = false, env = {}, cwd = tmpdir() }: CliIoOptions = {}): CliIo {
  const stdin = Object.assign(new PassThrough(), { isTTY: tty });
  const out = collector(tty);
  const err = collector(tty);
  const signals = new EventEmitter();
  const gone = new AbortController();
  const io: Io = {
    ...{ stdin, stdout: out.output, stderr: err.output, env, cwd, clock: systemClock },
    onSignal(name, handler) {
      signals.on(name, handler);
      return () => void signals.off(name, handler);
    },
    readerGone: gone.signal,
  };
  return {
    io,
    get stdout() {
      return out.text();
    },
    get stderr() {
      return err.text();
    },
    type: (keys) => void stdin.write(keys),
    end: () => void stdin.end(),
    signal: (name) => void signals.emit(name),
    listeners: (name) => signals.listenerCount(name),
    leave: () => gone.abort(),
    shows: (text) => until(() => plain(out.text()).includes(text), `${JSON.stringify(text)} on stdout`),
  };
}

/** Runs the program to its end with an input of its own. */
export async function runCli(args: readonly string[], options: CliIoOptions & { input?: string } = {}) {
  const cli = cliIo(options);
  if (options.input !== undefined) cli.type(options.input);
  cli.end();
  const code = await run(args, cli.io, "1.2.3");
  return { code, stdout: cli.stdout, stderr: cli.stderr };
}

function collector(isTTY: boolean): { output: Output; text(): string } {
  let text = "";
  const output = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { output: Object.assign(output, isTTY ? { isTTY, columns: 80 } : {}), text: () => text };
}

/** Without the sequences that steer a terminal. */
export const plain = (text: string): string => text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "");
