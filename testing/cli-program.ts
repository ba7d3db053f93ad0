import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { COMPILE_CACHE } from "./compile-cache.ts";
import { until } from "./until.ts";

/** The real `chatwait`, as a process of its own. */
export type CliProgram = {
  readonly stdout: string;
  readonly stderr: string;
  /** Its own folder, empty at first. */
  readonly cwd: string;
  write(text: string): void;
  /** The end of its input. */
  end(): void;
  signal(name: NodeJS.Signals): void;
  /** Stops reading its output, as `| head` does. */
  leave(): void;
  shows(text: string): Promise<void>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
};

/** Of util-linux: gives a program a terminal of its own. */
const PSEUDO_TERMINAL = "script";

const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

export type CliProgramOptions = {
  /** CHATWAIT_URL. */
  url?: string;
  env?: Record<string, string>;
  /** The whole input; without it, the input stays open until `end`. */
  input?: string;
  cwd?: string;
  /** At a terminal: a pseudo-terminal of script(1), on which both outputs come as stdout. */
  terminal?: boolean;
  /** At a terminal where it was typed into a shell, which goes on when the program ends or is suspended. */
  shell?: boolean;
  /** Where its stdout goes instead of here: a path. */
  stdoutTo?: string;
};

/** Starts it with these settings alone; it ends with the test at the latest. */
export function startCli(t: TestContext, args: readonly string[], options: CliProgramOptions = {}): CliProgram {
  const { url, env = {}, input, shell = false, terminal = shell, stdoutTo } = options;
  const cwd = options.cwd ?? mkdtempSync(join(tmpdir(), "chatwait-cli-"));
  const own = {
    PATH: process.env["PATH"],
    ...COMPILE_CACHE,
    OLLAMA_HOST: "127.0.0.1:1",
    TERM: "xterm",
    ...(url === undefined ? {} : { CHATWAIT_URL: url }),
    ...env,
  };
  const command = [process.execPath, MAIN, ...args];
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const inShell = `exec ${quoted}${stdoutTo === undefined ? "" : ` >'${stdoutTo}'`}`;
  const started = shell ? "exec bash --norc --noprofile -i" : inShell;
  const child = terminal
    ? spawn(PSEUDO_TERMINAL, ["--quiet", "--return", "--echo", "never", "--command", started, "/dev/null"], {
        cwd,
        env: own,
      })
    : spawn("sh", ["-c", inShell], { cwd, env: own });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  // It may be gone before it has read everything.
  child.stdin.on("error", () => {});
  if (input !== undefined) child.stdin.end(input);
  if (shell) child.stdin.write(`${quoted}\r`);
  const { promise: ended, resolve } = Promise.withResolvers<{ code: number | null; stdout: string; stderr: string }>();
  child.on("close", (code) => resolve({ code, ...output }));
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
    if (options.cwd === undefined) rmSync(cwd, { recursive: true, force: true });
  });
  return {
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    cwd,
    write: (text) => void child.stdin.write(text),
    end: () => void child.stdin.end(),
    signal: (name) => void child.kill(name),
    leave: () => void child.stdout.destroy(),
    shows: (text) => until(() => output.stdout.includes(text), `${JSON.stringify(text)} on stdout`),
    ended,
  };
}

/** Runs it to its end, with an empty input unless another is given. */
export const runCliProgram = (t: TestContext, args: readonly string[], options: CliProgramOptions = {}) =>
  startCli(t, args, { input: "", ...options }).ended;
