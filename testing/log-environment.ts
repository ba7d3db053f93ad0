import { randomUUID } from "node:crypto";
import { createMemoryLog } from "../src/log/memory-log.ts";
import type { ShelfLimits } from "../src/log/memory-shelf.ts";
import type { CancelCause, LogSpec, Shelf } from "../src/log/shelf.ts";
import type { StreamLog } from "../src/log/stream-log.ts";
import type { OpenDraft, StreamEvent, TerminalDraft } from "../src/protocol/events.ts";

/** What the contract suites of log, shelf and claims run on. An implementation brings one, and passes them all unchanged. */
export type LogEnvironment = {
  shelf: Shelf;
  /** Moves the shelf's time on, and resolves when what fell due has been done. */
  passTime(ms: number): Promise<void>;
  /** Closes the shelf. Throws where something is left behind: a timer, a connection. */
  close(): Promise<void>;
};

export type MakeEnvironment = (limits: ShelfLimits) => Promise<LogEnvironment>;

/** Limits that a small test does not meet. */
export const ROOMY: ShelfLimits = {
  retentionMs: 300_000,
  abandonMs: 300_000,
  maxStreams: 1000,
  maxReaders: 1000,
  maxStreamBytes: 4 * 1024 * 1024,
  maxLogBytes: 64 * 1024 * 1024,
};

/** Runs `body` in an environment with these limits and roomy other ones, and closes it whatever happens. */
export async function withShelf(
  make: MakeEnvironment,
  limits: Partial<ShelfLimits>,
  body: (environment: LogEnvironment) => Promise<void>,
): Promise<void> {
  const environment = await make({ ...ROOMY, ...limits });
  try {
    await body(environment);
  } finally {
    await environment.close();
  }
}

export type TestStream = {
  log: StreamLog;
  /** With which causes its writer was asked to end it. */
  causes: CancelCause[];
};

/** Puts a stream on the shelf whose writer ends it at once when it is asked to. */
export async function openStream(shelf: Shelf, spec: Partial<LogSpec> = {}): Promise<TestStream> {
  const causes: CancelCause[] = [];
  const cancel = (cause: CancelCause) => {
    causes.push(cause);
    log.seal({ type: "done", reason: "cancelled" });
  };
  const log = await shelf.create({ id: randomUUID().replaceAll("-", ""), kind: "chat", cancel, ...spec });
  return { log, causes };
}

/** A log in memory that stands on no shelf and has no limit, for tests of what reads it. */
export function looseLog(kind: StreamLog["kind"] = "chat"): StreamLog {
  const createdAt = "2026-01-02T03:04:05.000Z";
  const maxBytes = Number.POSITIVE_INFINITY;
  return createMemoryLog({ id: "abc", kind, world: undefined, createdAt, maxBytes, grow: () => true, onSealed() {} });
}

/** Resolves once readers may see event `seq`. */
export const visible = (log: StreamLog, seq: number): Promise<void> => until(log, () => log.lastSeq >= seq);

/** Resolves once readers may see the terminal event. */
export const sealed = (log: StreamLog): Promise<void> => until(log, () => log.sealed);

function until(log: StreamLog, holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve) => {
    const release = log.listen(() => {
      if (!holds()) return;
      release();
      resolve();
    });
  });
}

/** Lets everything that is ready run. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const token = (text: string): OpenDraft => ({ type: "token", message_id: "m1", text });
export const done: TerminalDraft = { type: "done", reason: "stop" };

/** All events that readers may see. */
export function eventsOf(log: StreamLog): StreamEvent[] {
  return Array.from({ length: log.lastSeq }, (_, index) => log.event(index + 1));
}

/** The same in short: the text of a token, the type of any other. */
export const textsOf = (log: StreamLog): string[] =>
  eventsOf(log).map((event) => (event.type === "token" ? event.text : event.type));

/** All bytes after `after`, read in slices of about `maxBytes`. */
export function bytesAfter(log: StreamLog, after: number, maxBytes = 16_384): Buffer {
  let bytes = "";
  for (let slice = log.slice(after, maxBytes); slice; slice = log.slice(slice.seq, maxBytes)) bytes += slice.latin1;
  return Buffer.from(bytes, "latin1");
}
