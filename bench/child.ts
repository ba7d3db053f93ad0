import { type ChildProcess, fork, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** The processes of the bench: each is ended by its pid, whatever happens, and speaks by question and answer. */

type Ask = { ask: string; id: number; with: unknown };
type Answer = { id: number; value?: unknown; error?: string };

const running = new Set<ChildProcess>();
let lastId = 0;

export function endAll() {
  for (const child of running) child.kill("SIGKILL");
}

process.on("exit", endAll);

function owned(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Starts a part of the bench itself, which answers what {@link ask} asks. */
export function startPart(file: string): ChildProcess {
  return owned(fork(new URL(file, import.meta.url), { stdio: ["ignore", "inherit", "inherit", "ipc"] }));
}

/** Starts a server that is to be measured. What it prints is dropped, except for its errors. */
export function startServer(command: string, args: string[], options: SpawnOptions = {}): ChildProcess {
  return owned(spawn(command, args, { stdio: ["ignore", "ignore", "inherit"], ...options }));
}

export async function end(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** Asks a part one question. Fails when it has not answered within `ms`, or died. */
export function ask<T>(child: ChildProcess, question: string, withWhat: unknown = null, ms = 120_000): Promise<T> {
  const id = ++lastId;
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => finish(new Error(`No answer to "${question}" within ${ms} ms.`)), ms);
    const died = () => finish(new Error(`The process died before it answered "${question}".`));
    const heard = (answer: Answer) => {
      if (answer.id === id) finish(answer.error === undefined ? undefined : new Error(answer.error), answer.value as T);
    };
    function finish(error?: Error, value?: T) {
      clearTimeout(timer);
      child.off("message", heard).off("exit", died);
      if (error) reject(error);
      else resolve(value as T);
    }
    child.on("message", heard).once("exit", died);
    child.send({ ask: question, id, with: withWhat } satisfies Ask, (error) => error && finish(error));
  });
}

/** In a part: answers the questions of the process that started it. */
export function answerAsks(answers: Record<string, (withWhat: never) => unknown>) {
  process.on("message", async ({ ask: question, id, with: withWhat }: Ask) => {
    const answer: Answer = { id };
    try {
      answer.value = await answers[question]?.(withWhat as never);
    } catch (error) {
      answer.error = error instanceof Error ? error.message : String(error);
    }
    process.send?.(answer);
  });
}

/** In a part: the bench is gone, however it ended. */
export function onParentGone(action: () => void) {
  process.once("disconnect", action);
}

const TICKS_PER_SECOND = 100;

/** Processor time that a process used so far, user and system, in microseconds (proc_pid_stat(5), fields 14 and 15). */
export function cpuUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
}

/** Resident memory of a process now, in KiB. */
export function rssKiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}
