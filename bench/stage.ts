import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, cpuUs, end, rssKiB, startPart, startServer } from "./child.ts";
import type { Group, Outcome, Plan, Window } from "./load.ts";
import type { Subject } from "./subjects.ts";

/** One server under measurement, with a model and clients made for it alone. */
export type Stage = {
  subject: Subject;
  port: number;
  /** Resident memory of the server, in KiB. */
  rss(): number;
  /** How many calls to the model are open. */
  openCalls(): Promise<number>;
  /** Opens streams and waits for their heads; tells how many came. */
  open(groups: Group[], withinMs?: number): Promise<number>;
  /** Measures for so long what the clients get and what the processes use. */
  window(seconds: number): Promise<Measured>;
  /** Runs a task of the clients and measures it in the same way. */
  during<T>(task: Promise<T>): Promise<{ value: T; cpu: CpuUse }>;
  /** Lets the streams end, and checks each one's tokens. */
  finish(graceMs: number): Promise<Outcome>;
  askLoad<T>(question: string, withWhat: unknown): Promise<T>;
};

/** Processor time of the server in µs, and of each process in cores. */
export type CpuUse = { serverUs: number; serverCores: number; upstreamCores: number; loadCores: number };
export type Measured = { window: Window; cpu: CpuUse };

const START_MS = 20_000;

/** Sets the stage, runs `act` on it, and clears it whatever happened. `profileTo` is a file for the profile of the window. */
export async function onStage<T>(subject: Subject, profileTo: string | undefined, act: (stage: Stage) => Promise<T>) {
  const dir = mkdtempSync(join(tmpdir(), "chatwait-bench-"));
  const children: ChildProcess[] = [];
  const started = (child: ChildProcess) => {
    children.push(child);
    return child;
  };
  try {
    const upstream = started(startPart("./upstream.ts"));
    const load = started(startPart("./load.ts"));
    const upstreamPort = await ask<number>(upstream, "port", null, START_MS);
    const port = await freePort();
    const server = started(start(subject, { port, upstreamPort, dir }, profileTo));
    await listening(server, port);
    return await act(stageOf(subject, port, server, upstream, load, profileTo !== undefined));
  } finally {
    await Promise.all(children.map(end));
    rmSync(dir, { recursive: true, force: true });
  }
}

function start(subject: Subject, place: { port: number; upstreamPort: number; dir: string }, profileTo?: string) {
  const { command, args, env } = subject.start(place);
  const profiled = profileTo !== undefined && command === process.execPath;
  const before = profiled ? ["--import", new URL("./profiler.ts", import.meta.url).href] : [];
  const settings = profiled ? { ...env, BENCH_PROFILE: profileTo } : env;
  return startServer(command, [...before, ...args], { env: { ...process.env, ...settings } });
}

type Child = ChildProcess;

function stageOf(
  subject: Subject,
  port: number,
  server: Child,
  upstream: Child,
  load: Child,
  profiled: boolean,
): Stage {
  const pid = pidOf(server);
  const use = () => [pid, pidOf(upstream), pidOf(load)].map(cpuUs);
  const signalProfiler = () => profiled && process.kill(pid, "SIGUSR2");

  async function during<T>(task: Promise<T>) {
    signalProfiler();
    const from = performance.now();
    const before = use();
    const value = await task;
    const spent = use().map((us, n) => us - (before[n] as number)) as [number, number, number];
    const us = (performance.now() - from) * 1000;
    signalProfiler();
    const [serverCores, upstreamCores, loadCores] = spent.map((each) => each / us) as [number, number, number];
    return { value, cpu: { serverUs: spent[0], serverCores, upstreamCores, loadCores } };
  }

  return {
    subject,
    port,
    during,
    rss: () => rssKiB(pid),
    openCalls: () => ask(upstream, "open"),
    askLoad: (question, withWhat) => ask(load, question, withWhat),
    finish: (graceMs) => ask(load, "finish", graceMs),
    async open(groups, withinMs = 30_000) {
      const plan: Plan = { groups, port, withinMs };
      return (await ask<{ answered: number }>(load, "open", plan)).answered;
    },
    async window(seconds) {
      const { value, cpu } = await during(
        ask(load, "beginWindow")
          .then(() => pause(seconds * 1000))
          .then(() => ask<Window>(load, "endWindow")),
      );
      return { window: value, cpu };
    },
  };
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error("A process could not be started.");
  return child.pid;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function listening(server: ChildProcess, port: number) {
  const deadline = performance.now() + START_MS;
  while (performance.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`The server ended at its start, with exit code ${server.exitCode}.`);
    if (await accepts(port)) return;
    await pause(50);
  }
  throw new Error("The server did not listen within 20 s.");
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => settle(true)).on("error", () => settle(false));
  });
}
