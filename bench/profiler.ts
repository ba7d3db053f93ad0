import { renameSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";

/**
 * Preloaded into a server (`node --import`): SIGURG begins a profile of its processor time, a second SIGURG writes it to
 * the file BENCH_PROFILE. So a profile shows the window that is measured and nothing else.
 */
const SAMPLING_US = 200;
const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.setSamplingInterval", { interval: SAMPLING_US });

let profiling = false;
process.on("SIGURG", () => {
  profiling = !profiling;
  if (profiling) return session.post("Profiler.start");
  session.post("Profiler.stop", (error, result) => {
    if (!error) writeWhole(process.env["BENCH_PROFILE"] as string, JSON.stringify(result.profile));
  });
});

/** Whoever waits for the file finds all of it. */
function writeWhole(file: string, text: string) {
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}
