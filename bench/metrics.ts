import type { Directive } from "./directive.ts";
import type { Group, Outcome } from "./load.ts";
import { pause } from "./patience.ts";
import type { Measured, Stage } from "./stage.ts";

/** What is read off a stage: a record of numbers, whose names carry their units. */
export type Metrics = Record<string, number>;

/** Unless a group says otherwise, its streams are opened over this time. */
export const RAMP_MS = 2000;

export function group(stage: Stage, streams: number, directive: Directive, extra: Partial<Group> = {}): Group {
  const { path, body } = stage.subject;
  return { streams, path, body: body(directive), tokens: directive.tokens, rampMs: RAMP_MS, ...extra };
}

/** A few short answers, so that the code is loaded and compiled; then resident memory before the streams, in KiB. */
export async function warmedUp(stage: Stage): Promise<number> {
  await stage.open([group(stage, 40, { tokens: 50, pace: 200 }, { rampMs: 400 })]);
  checked(await stage.finish(5000));
  await pause(500);
  return stage.rss();
}

/** A wrong count of tokens, or a wrong order, makes every number worthless. */
export function checked(outcome: Outcome): Outcome {
  if (outcome.faults.length > 0) throw new Error(outcome.faults.slice(0, 3).join(" | "));
  return outcome;
}

export function cores({ cpu }: Pick<Measured, "cpu">): Metrics {
  return { serverCores: cpu.serverCores, upstreamCores: cpu.upstreamCores, loadCores: cpu.loadCores };
}

export function perToken(measured: Measured): Metrics {
  const { window, cpu } = measured;
  return {
    cpuUsPerToken: cpu.serverUs / window.tokens,
    tokensPerSecond: (window.tokens * 1000) / window.ms,
    addedP50Ms: window.latency.p50,
    addedP99Ms: window.latency.p99,
    addedMaxMs: window.latency.max,
    ...cores(measured),
  };
}

export function endings(outcome: Outcome): Metrics {
  const { ended, unfinished, firstToken } = checked(outcome);
  return { firstTokenP50Ms: firstToken.p50, firstTokenP99Ms: firstToken.p99, ended, unfinished };
}
