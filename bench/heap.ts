import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { within } from "./patience.ts";

/** How a server on Node is started whose heap is to be read (heap-probe.ts); `dir` is a folder of its own. */
export const heapProbe = (dir: string) => ({
  flags: ["--expose-gc", "--import", new URL("./heap-probe.ts", import.meta.url).href],
  env: { BENCH_HEAP: fileIn(dir) },
});

const WRITE_MS = 10_000;
const fileIn = (dir: string) => join(dir, "heap-used");

/** Heap of a process that is used after its garbage is collected, in bytes. */
export async function heapAfterGc(pid: number, dir: string): Promise<number> {
  rmSync(fileIn(dir), { force: true });
  process.kill(pid, "SIGUSR2");
  let text = "";
  const told = await within(WRITE_MS, () => {
    text = readIfThere(fileIn(dir));
    return text !== "";
  });
  if (!told) throw new Error("The server did not tell its heap.");
  return Number(text);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
