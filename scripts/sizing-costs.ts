import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../bench/results.ts";

/** What one stream and one token were measured to cost, read out of bench/results. */

const RUN = "2026-11-22-ad33785";

type Origin = { run: string; scenario: string; subject: string; metric: string; unit: string; text: string };

const shared = { run: RUN, scenario: "servers-steady", subject: "chatwait-shared" };
const nginx = { run: RUN, scenario: "steady-1000", subject: "nginx" };

/** Where each number stands. A newer run takes the place of an older one here, and `node scripts/sizing.ts --write` brings it into docs/sizing.md. */
export const ORIGINS = {
  serverUsPerToken: { ...shared, metric: "cpuUsPerToken", unit: "µs", text: "CPU of a server, a token" },
  serverKiBPerStream: {
    ...{ run: RUN, scenario: "steady-1000", subject: "chatwait", metric: "rssKiBPerStream" },
    ...{ unit: "KiB", text: "memory of a server, a stream" },
  },
  redisUsPerToken: { ...shared, metric: "redisUsPerToken", unit: "µs", text: "CPU of Redis, a token" },
  redisKiBPerStream: { ...shared, metric: "redisKiBPerStream", unit: "KiB", text: "memory of Redis, such a stream" },
  redisInBytesPerToken: { ...shared, metric: "redisInBytesPerToken", unit: "bytes", text: "into Redis, a token" },
  nginxUsPerToken: { ...nginx, metric: "cpuUsPerToken", unit: "µs", text: "CPU of nginx, a token" },
  nginxKiBPerStream: { ...nginx, metric: "rssKiBPerStream", unit: "KiB", text: "memory of nginx, a stream" },
} satisfies Record<string, Origin>;

export type Costs = Record<keyof typeof ORIGINS, number> & {
  /** What Redis keeps of a token until it is forgotten. */
  redisBytesPerToken: number;
};

const folder = join(import.meta.dirname, "../bench/results");
const reportOf = (run: string): Report => JSON.parse(readFileSync(join(folder, `${run}.json`), "utf8")) as Report;

/** Of `servers-steady`: 20 a second, over the window and the seven seconds around it. */
export const TOKENS_A_STREAM = 20 * (7 + reportOf(RUN).windowSeconds);

/** @throws Error for a number that its run does not have */
export function measuredCosts(): Costs {
  const read = Object.entries(ORIGINS).map(([name, origin]) => [name, medianOf(origin)]);
  const costs = Object.fromEntries(read) as Record<keyof typeof ORIGINS, number>;
  return { ...costs, redisBytesPerToken: (costs.redisKiBPerStream * 1024) / TOKENS_A_STREAM };
}

function medianOf({ run, scenario, subject, metric }: Origin): number {
  const result = reportOf(run).results.find((each) => each.scenario === scenario && each.subject === subject);
  const value = result?.medians[metric];
  if (value === undefined) throw new Error(`${run} has no ${metric} of ${subject} in ${scenario}.`);
  return value;
}
