import { renameSync, writeFileSync } from "node:fs";
import { getHeapStatistics } from "node:v8";

/**
 * Preloaded into a server (`node --expose-gc --import`): at SIGUSR2 it collects its garbage and writes to the file BENCH_HEAP how
 * many bytes of its heap are still used.
 */
process.on("SIGUSR2", async () => {
  const file = process.env["BENCH_HEAP"] as string;
  // What was waiting to be finalised is let go by the second.
  for (let n = 0; n < 2; n++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  writeFileSync(`${file}.part`, String(getHeapStatistics().used_heap_size));
  renameSync(`${file}.part`, file);
});
