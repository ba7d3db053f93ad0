import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { COMPILE_CACHE } from "./compile-cache.ts";

/** The real program, `node src/main.ts`, as a process of its own. */
export type Program = {
  /** Where it listens. */
  readonly url: string;
  readonly stdout: string;
  readonly stderr: string;
  signal(name: NodeJS.Signals): void;
  /** How it ended: its exit code, or null where a signal ended it. */
  readonly exited: Promise<number | null>;
};

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FLUSH = fileURLToPath(new URL("flush-compile-cache.ts", import.meta.url));

/** Starts it on a free port with these settings alone; it ends with the test at the latest. Rejects where it does not listen. */
export async function startProgram(t: TestContext, env: Record<string, string> = {}): Promise<Program> {
  const { started, ...program } = launch(t, env);
  const url = await Promise.race([started, program.exited.then(() => undefined)]);
  if (url === undefined) throw new Error(`It did not start: ${program.output.stderr}`);
  return {
    url,
    exited: program.exited,
    signal: program.signal,
    get stdout() {
      return program.output.stdout;
    },
    get stderr() {
      return program.output.stderr;
    },
  };
}

/** Runs it where it is expected not to start. */
export async function runProgram(t: TestContext, env: Record<string, string>) {
  const { started, exited, output } = launch(t, env);
  const unexpected = started.then((url) => assert.fail(`It has started, at ${url}.`));
  return { code: await Promise.race([exited, unexpected]), ...output };
}

function launch(t: TestContext, env: Record<string, string>) {
  const dataDir = mkdtempSync(join(tmpdir(), "chatwait-program-"));
  const own = { PATH: process.env["PATH"], ...COMPILE_CACHE };
  const child = spawn(process.execPath, ["--import", FLUSH, "src/main.ts"], {
    cwd: ROOT,
    // Nothing of this process's own settings; OLLAMA_HOST is a port on which nobody answers.
    env: { ...own, PORT: "0", CHATWAIT_DATA_DIR: dataDir, OLLAMA_HOST: "127.0.0.1:1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  const { promise: started, resolve: listening } = Promise.withResolvers<string>();
  const { promise: exited, resolve: ended } = Promise.withResolvers<number | null>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
    const url = /"url":"([^"]+)"/.exec(output.stdout)?.[1];
    if (url !== undefined) listening(url);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  // After "close" all of its output has been read.
  child.on("close", (code) => ended(code));
  t.after(async () => {
    child.kill("SIGKILL");
    await exited;
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { started, exited, output, signal: (name: NodeJS.Signals) => void child.kill(name) };
}
