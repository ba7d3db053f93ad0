import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, cpuUs, end, rssKiB, startPart, startServer } from "./child.ts";
import { heapAfterGc } from "./heap.ts";
import type { Group, Outcome, Plan, Window } from "./load.ts";
import { freePort, listening, pause } from "./patience.ts";
import { noProfile, type ProfileSwitch, profileSwitch } from "./profile-switch.ts";
import type { Subject } from "./subjects.ts";

/** One server under measurement, with a model and clients made for it alone. */
export type Stage = {
  subject: Subject;
  port: number;
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

/** Processor time of the server in µs, and of each process in cores. */
export type CpuUse = { serverUs: number; serverCores: number; upstreamCores: number; loadCores: number };
export type Measured = { window: Window; cpu: CpuUse };

const START_MS = 20_000;

type Cast = { server: ChildProcess; upstream: ChildProcess; load: ChildProcess; port: number; dir: string };

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
    const upstream = started(startPart("./upstream.ts"));
    const load = started(startPart("./load.ts"));
    const upstreamPort = await ask<number>(upstream, "port", null, START_MS);
    const port = await freePort();
    const { command, args, env } = subject.start({ port, upstreamPort, dir });
    const profile = profileTo !== undefined && command === process.execPath ? profileSwitch(profileTo) : noProfile;
    const settings = { env: { ...process.env, ...env, ...profile.env } };
    const server = started(startServer(command, [...profile.args, ...args], settings));
    await listening(server, port, START_MS);
    await subject.prepare?.(port);
    return await act(stageOf(subject, { server, upstream, load, port, dir }, profile));
  } finally {
    await Promise.all(children.map(end));
    process.off("exit", clear);
    clear();
  }
}

function stageOf(subject: Subject, { server, upstream, load, port, dir }: Cast, profile: ProfileSwitch): Stage {
  const pid = pidOf(server);
  const during = measuring([pid, pidOf(upstream), pidOf(load)], profile);
  return {
    subject,
    port,
    during,
    rss: () => rssKiB(pid),
    heap: async () => (await heapAfterGc(pid, dir)) / 2 ** 20,
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

/** Tells what the server, the model and the clients used of the processor while a task ran. */
function measuring(pids: [server: number, upstream: number, load: number], profile: ProfileSwitch): Stage["during"] {
  const [server] = pids;
  return async (task) => {
    profile.begin(server);
    const from = performance.now();
    const before = pids.map(cpuUs);
    const value = await task();
    const spent = pids.map((pid, n) => cpuUs(pid) - (before[n] as number));
    const elapsed = (performance.now() - from) * 1000;
    await profile.end(server);
    const [serverCores = 0, upstreamCores = 0, loadCores = 0] = spent.map((us) => us / elapsed);
    return { value, cpu: { serverUs: spent[0] as number, serverCores, upstreamCores, loadCores } };
  };
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error("A process could not be started.");
  return child.pid;
}
