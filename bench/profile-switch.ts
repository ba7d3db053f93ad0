import { existsSync, rmSync } from "node:fs";
import { within } from "./patience.ts";

/** Switches the profiler of a server on and off (profiler.ts), so that a profile shows one window. */
export type ProfileSwitch = {
  /** What the server's command line and environment need for it. */
  args: string[];
  env: Record<string, string>;
  begin(pid: number): void;
  /** Resolves when the profile has been written. */
  end(pid: number): Promise<void>;
};

export const noProfile: ProfileSwitch = { args: [], env: {}, begin() {}, async end() {} };

const WRITE_MS = 10_000;

/** For a server that runs on Node; `file` is replaced. */
export function profileSwitch(file: string): ProfileSwitch {
  rmSync(file, { force: true });
  return {
    args: ["--import", new URL("./profiler.ts", import.meta.url).href],
    env: { BENCH_PROFILE: file },
    begin: (pid) => void process.kill(pid, "SIGURG"),
    async end(pid) {
      process.kill(pid, "SIGURG");
      if (!(await within(WRITE_MS, () => existsSync(file)))) throw new Error("The server wrote no profile.");
    },
  };
}
