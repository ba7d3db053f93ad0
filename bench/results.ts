import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import type { Metrics } from "./metrics.ts";
import { judged, type TargetRow } from "./targets.ts";

/** One server in one scenario: its rounds, their medians, and what failed or was left out. */
export type Result = {
  scenario: string;
  subject: string;
  rounds: Metrics[];
  medians: Metrics;
  failures: string[];
};
export type Results = readonly Result[];

export type Report = {
  date: string;
  commit: string;
  machine: { cpu: string; cores: number; memoryGiB: number; node: string };
  loadBefore: number[];
  loadAfter: number[];
  rounds: number;
  windowSeconds: number;
  targets: TargetRow[];
  results: Results;
};

export type Run = { results: Results; loadBefore: number[]; rounds: number; windowSeconds: number };

export function report({ results, loadBefore, rounds, windowSeconds }: Run): Report {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const date = new Date().toISOString();
  const targets = judged(results);
  return { date, commit: commit(), machine, loadBefore, loadAfter: loadavg(), rounds, windowSeconds, targets, results };
}

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "src") !== "";
    return git("rev-parse", "--short", "HEAD") + (changed ? "-changed" : "");
  } catch {
    return "unknown";
  }
}

/** Writes bench/results/<date>-<commit>.json and .md; returns the path without its ending. */
export function save(made: Report, markdown: string): string {
  const folder = fileURLToPath(new URL("results/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${made.date.slice(0, 10)}-${made.commit}`;
  writeFileSync(`${path}.json`, `${JSON.stringify(made, null, 1)}\n`);
  writeFileSync(`${path}.md`, markdown);
  return path;
}
