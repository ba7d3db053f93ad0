import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

/** A Redis of a test's own, which keeps nothing on disk. */
export type RedisServer = {
  readonly url: string;
  readonly port: number;
  /** Stops it without an answer to anybody, and lets it go on. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Ends it at once. */
  close(): Promise<void>;
};

/** Where servers meet. */
export type Place = { readonly url: string; readonly prefix: string };

let prefixes = 0;
/** A prefix that nothing has had before. */
export const newPrefix = (): string => `test${prefixes++}:`;

export const NOTHING_ON_DISK = ["--save", "", "--appendonly", "no"];

/** Starts the system's redis-server, on a free port of loopback or on that one, and resolves once it takes connections. */
export async function startRedis(onPort?: number, settings: readonly string[] = NOTHING_ON_DISK): Promise<RedisServer> {
  const port = onPort ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), "chatwait-redis-"));
  const place = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder];
  const child = spawn("redis-server", [...place, ...settings], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  let said = "";
  for await (const text of child.stdout.setEncoding("utf8")) {
    said += text;
    if (said.includes("Ready to accept connections")) break;
  }
  child.stdout.resume();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    signal: (name) => void child.kill(name),
    async close() {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
