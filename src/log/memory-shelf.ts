import { type Clock, timestampOf } from "../clock.ts";
import { type ErrorCode, failure, isRetryable } from "../protocol/errors.ts";
import type { TerminalDraft } from "../protocol/events.ts";
import { createClaims } from "./claims.ts";
import { expiringMap } from "./expiring-map.ts";
import { type Expiring, expiringQueue, unqueued } from "./expiring-queue.ts";
import type { Archive } from "./frame-store.ts";
import { createMemoryLog, type LogNames, type MemoryLog, openArchive } from "./memory-log.ts";
import type { CancelCause, LogSpec, Shelf } from "./shelf.ts";

export type ShelfLimits = {
  /** How long an ended log is kept after its end or its last reader, and a running one without a reader; ms. */
  retentionMs: number;
  abandonMs: number;
  maxStreams: number;
  maxReaders: number;
  /** Framed bytes of one log, and of all. */
  maxStreamBytes: number;
  maxLogBytes: number;
};

/** `on_disconnect: cancel`: a page that reloads is back within this time. */
const LEAVE_GRACE_MS = 10_000;

/** How long a forgotten id is told from an unknown one, and how many: at 22 characters each, some 10 MB. */
const FORGOTTEN_MS = 3_600_000;
const MOST_FORGOTTEN = 100_000;

/** What a log costs beside its frames; counted, so that many tiny logs cannot outgrow the limit. */
const LOG_OVERHEAD_BYTES = 1024;

/** How long a client should stay away from a full server; seconds. */
const RETRY_AFTER_S = 5;

/**
 * A log that is written or read is open; else it is its archive alone, for most of what is kept is never looked at again and
 * shall cost what it holds. `spec`, which holds the generation, goes when the log is sealed.
 */
interface Entry extends Expiring<Entry>, LogNames {
  open: MemoryLog | undefined;
  archive: Archive | undefined;
  spec: LogSpec | undefined;
  readers: number;
  bytes: number;
}

export type ShelfHooks = {
  /** An id is not kept any longer. */
  onForget?(id: string): void;
};

export type MemoryShelf = Shelf & {
  /** Takes an ended log off the shelf, as if it had never been there. Who reads it reads on. */
  remove(id: string): void;
  /** Whether one more stream of so many bytes fits; makes room for it. */
  hasRoom(bytes: number): boolean;
  /** Stops the writer of a stream without an end; false where it cannot be, or there is none. */
  handOver(id: string): boolean;
};

/** A shelf in this process's memory. */
export function createMemoryShelf(clock: Clock, limits: ShelfLimits, hooks: ShelfHooks = {}): MemoryShelf {
  const entries = new Map<string, Entry>();
  const claims = createClaims();
  let running = 0;
  let readers = 0;
  let bytes = 0;
  let closed = false;
  const quiet: (() => void)[] = [];

  // An entry without a reader is in one of the first three, by what happens to it when its time is up.
  const ended = expiringQueue<Entry>(clock, limits.retentionMs, forget);
  const idle = expiringQueue<Entry>(clock, limits.abandonMs, abandon);
  const left = expiringQueue<Entry>(clock, LEAVE_GRACE_MS, ({ spec }) => spec?.cancel("left"));
  const forgotten = expiringMap<true>(clock, FORGOTTEN_MS, () => {}, MOST_FORGOTTEN);

  function remove(entry: Entry) {
    entries.delete(entry.id);
    ended.remove(entry);
    claims.free(entry.id);
    bytes -= entry.bytes;
  }

  function forget(entry: Entry) {
    const { id } = entry;
    remove(entry);
    forgotten.set(id, true);
    hooks.onForget?.(id);
  }

  function abandon(entry: Entry) {
    entry.spec?.cancel("abandoned");
    forget(entry);
  }

  /** Makes room by forgetting ended logs that nobody reads, oldest first. */
  function makeRoom(needed: number): boolean {
    while (bytes + needed > limits.maxLogBytes) {
      const oldest = ended.oldest();
      if (!oldest) return false;
      forget(oldest);
    }
    return true;
  }

  function grow(entry: Entry, more: number, must: boolean): boolean {
    if (!makeRoom(more) && !must) return false;
    entry.bytes += more;
    bytes += more;
    return true;
  }

  function onSealed(entry: Entry, draft: TerminalDraft) {
    entry.spec = undefined;
    if (--running === 0) for (const resolve of quiet.splice(0)) resolve();
    entry.queue?.remove(entry);
    if (entry.readers === 0) putAway(entry);
    if (draft.type === "error" && isRetryable(draft.error_code as ErrorCode)) claims.free(entry.id);
  }

  /** An ended log without a reader: what it holds is kept, for as long as it may be asked for. */
  function putAway(entry: Entry) {
    entry.archive ??= entry.open?.archive();
    entry.open = undefined;
    ended.push(entry);
  }

  function opened(entry: Entry): MemoryLog {
    entry.open ??= openArchive(entry, entry.archive as Archive);
    return entry.open;
  }

  function refuseTooMany() {
    if (readers >= limits.maxReaders) throw failure("overloaded", undefined, { retryAfter: RETRY_AFTER_S });
  }

  function detach(entry: Entry) {
    readers--;
    if (--entry.readers > 0 || entries.get(entry.id) !== entry) return;
    if (entry.spec === undefined) putAway(entry);
    else (entry.spec.cancelOnLeave ? left : idle).push(entry);
  }

  function createEntry(spec: LogSpec): Entry {
    const { id, kind, world } = spec;
    const createdAt = spec.createdAt ?? timestampOf(clock.wall());
    const entry: Entry = {
      ...unqueued<Entry>(),
      id,
      kind,
      world,
      createdAt,
      spec,
      open: undefined,
      archive: undefined,
      readers: 0,
      bytes: LOG_OVERHEAD_BYTES,
    };
    // Only a stream that has lost something has room for that.
    if (spec.epochs) entry.epochs = spec.epochs;
    entry.open = createMemoryLog({
      id,
      kind,
      world,
      createdAt,
      maxBytes: limits.maxStreamBytes,
      grow: (more, must) => grow(entry, more, must),
      onSealed: (draft) => onSealed(entry, draft),
      ...(spec.epochs ? { epochs: spec.epochs } : {}),
    });
    return entry;
  }

  function hasRoom(needed: number): boolean {
    return running < limits.maxStreams && readers < limits.maxReaders && makeRoom(needed);
  }

  function cancelAll(cause: CancelCause) {
    for (const { spec } of entries.values()) spec?.cancel(cause);
  }

  return {
    async create(spec) {
      if (closed) throw failure("shutting_down");
      // Whoever starts a stream reads it: where no reader fits, no model is asked.
      if (!hasRoom(LOG_OVERHEAD_BYTES)) throw failure("overloaded", undefined, { retryAfter: RETRY_AFTER_S });
      const entry = createEntry(spec);
      entries.set(spec.id, entry);
      running++;
      bytes += LOG_OVERHEAD_BYTES;
      (spec.cancelOnLeave && spec.isLeft ? left : idle).push(entry);
      return opened(entry);
    },
    async find(id) {
      const entry = entries.get(id);
      if (entry) return { state: "kept", log: opened(entry) };
      return { state: forgotten.get(id) ? "expired" : "unknown" };
    },
    attach(log) {
      const entry = entries.get(log.id);
      refuseTooMany();
      if (!entry) throw failure("stream_expired");
      readers++;
      entry.readers++;
      entry.queue?.remove(entry);
      let attached = true;
      return () => {
        if (attached) detach(entry);
        attached = false;
      };
    },
    countReader() {
      refuseTooMany();
      readers++;
      let counted = true;
      return () => {
        if (counted) readers--;
        counted = false;
      };
    },
    async cancel(id, cause) {
      entries.get(id)?.spec?.cancel(cause);
    },
    claim: (key, fingerprint) => claims.claim(key, fingerprint),
    remove(id) {
      const entry = entries.get(id);
      if (entry) remove(entry);
    },
    hasRoom: (needed) => hasRoom(LOG_OVERHEAD_BYTES + needed),
    handOver: (id) => entries.get(id)?.spec?.handOver?.() ?? false,
    counts: () => ({ running, kept: entries.size, readers, bytes }),
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => quiet.push(resolve))),
    async close(cause) {
      closed = true;
      cancelAll(cause);
      for (const map of [ended, idle, left, forgotten]) map.clear();
      entries.clear();
      bytes = 0;
    },
  };
}
