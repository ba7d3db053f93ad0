import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cast, startCast } from "./cast.ts";
import { ask, cpuUs, end, rssKiB } from "./child.ts";
import { heapAfterGc } from "./heap.ts";
import type { Group, Outcome, Plan, Window } from "./load.ts";
import { pause } from "./patience.ts";
import type { RedisInfo } from "./redis.ts";
import type { Subject } from "./subjects.ts";
import { monotonicUs } from "./token-scan.ts";

/** One server under measurement, or several that share a Redis; with a model and clients made for them alone. */
export type Stage = {
  subject: Subject;
  port: number;
  /** Of another server of those that share with it. */
  otherPort: number;
  /** What the Redis that they share tells of itself. */
  redis(): Promise<RedisInfo>;
  /** Ends the server at once, as `kill -9` does; tells when, in µs of the clock of token-scan.ts. */
  kill(): number;
  /** Resident memory of the server, in KiB. */
  rss(): number;
  /** Heap of the server that is used after its garbage is collected, in MiB; only where it was started to tell it. */
  heap(): Promise<number>;
  /** The value of one of the server's metrics. */
  metric(name: string): Promise<number>;
  /** How many calls to the model are open. */
  openCalls(): Promise<number>;
  /** Opens streams and waits for their heads; tells how many came. */
  open(groups: Group[], withinMs?: number): Promise<number>;
  /** Measures for so long what the clients get and what the processes use. */
  window(seconds: number): Promise<Measured>;
  /** Runs a task of the clients and measures it in the same way. */
  during<T>(task: () => Promise<T>): Promise<{ value: T; cpu: CpuUse }>;
  /** Lets the streams end, and checks each one's tokens. */
  finish(graceMs: number): Promise<Outcome>;
  askLoad<T>(question: string, withWhat: unknown, withinMs?: number): Promise<T>;
};

/** Processor time of the servers and of their Redis in µs, and of each process in cores. */
export type CpuUse = {
  serverUs: number;
  otherUs: number;
  redisUs: number;
  serverCores: number;
  upstreamCores: number;
  loadCores: number;
};
export type Measured = { window: Window; cpu: CpuUse };

/** Sets the stage, runs `act` on it, and clears it whatever happened. `profileTo` is a file for the profile of the window. */
export async function onStage<T>(subject: Subject, profileTo: string | undefined, act: (stage: Stage) => Promise<T>) {
  const dir = mkdtempSync(join(tmpdir(), "chatwait-bench-"));
  const clear = () => rmSync(dir, { recursive: true, force: true });
  const children: ChildProcess[] = [];
  const started = (child: ChildProcess) => {
    children.push(child);
    return child;
  };
  process.once("exit", clear);
  try {
    const cast = await startCast(subject, { dir, profileTo, started });
    await subject.prepare?.(cast.servers[0].port);
    return await act(stageOf(subject, cast, dir));
  } finally {
    await Promise.all(children.map(end));
    process.off("exit", clear);
    clear();
  }
}

function stageOf(subject: Subject, cast: Cast, dir: string): Stage {
  const { upstream, load, redis } = cast;
  const [{ child: server, port }, other] = cast.servers;
  const pid = pidOf(server);
  const during = measuring(cast);
  return {
    subject,
    port,
    otherPort: other?.port ?? Number.NaN,
    during,
    async redis() {
      if (!redis) throw new Error("These servers share nothing.");
      return redis.info();
    },
    kill() {
      server.kill("SIGKILL");
      return monotonicUs();
    },
    rss: () => rssKiB(pid),
    heap: async () => (await heapAfterGc(pid, join(dir, "first"))) / 2 ** 20,
    metric: (name) => metricOf(port, name),
    openCalls: () => ask(upstream, "open"),
    askLoad: (question, withWhat, withinMs) => ask(load, question, withWhat, withinMs),
    finish: (graceMs) => ask(load, "finish", graceMs),
    async open(groups, withinMs = 30_000) {
      const plan: Plan = { groups, port, withinMs };
      return (await ask<{ answered: number }>(load, "open", plan)).answered;
    },
    async window(seconds) {
      const { value, cpu } = await during(async () => {
        await ask(load, "beginWindow");
        await pause(seconds * 1000);
        return ask<Window>(load, "endWindow");
      });
      return { window: value, cpu };
    },
  };
}

async function metricOf(port: number, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const line = text.split("\n").find((line) => line.startsWith(`${name} `));
  if (line === undefined) throw new Error(`The server has no metric ${name}.`);
  return Number(line.slice(name.length));
}

/** Tells what the servers, their Redis, the model and the clients used of the processor while a task ran. */
function measuring({ servers, redis, upstream, load }: Cast): Stage["during"] {
  const [first, ...others] = servers.map(({ child }) => child);
  const groups = [[first], others, redis ? [redis.child] : [], [upstream], [load]].map((group) =>
    group.flatMap((child) => (child ? [pidOf(child)] : [])),
  );
  const used = () => groups.map((pids) => pids.reduce((sum, pid) => sum + cpuUs(pid), 0));
  return async (task) => {
    for (const { child, profile } of servers) profile.begin(pidOf(child));
    const from = performance.now();
    const before = used();
    const value = await task();
    const after = used();
    const elapsed = (performance.now() - from) * 1000;
    for (const { child, profile } of servers) await profile.end(pidOf(child));
    const [serverUs = 0, otherUs = 0, redisUs = 0, upstreamUs = 0, loadUs = 0] = after.map(
      (us, n) => us - (before[n] as number),
    );
    const cores = { serverCores: serverUs / elapsed, upstreamCores: upstreamUs / elapsed, loadCores: loadUs / elapsed };
    return { value, cpu: { serverUs, otherUs, redisUs, ...cores } };
  };
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error("A process could not be started.");
  return child.pid;
}
