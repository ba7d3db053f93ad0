import type { ErrorCode } from "../protocol/errors.ts";
import type { EventDraft, StreamEvent, TerminalDraft } from "../protocol/events.ts";
import { encodeFrame, frameData } from "../protocol/frames.ts";
import { createFrameStore } from "./frame-store.ts";
import type { StreamLog } from "./stream-log.ts";

export type MemoryLogOptions = Pick<StreamLog, "id" | "kind" | "world" | "createdAt"> & {
  /** Framed bytes beyond which `append` refuses; closing events always fit, so that no log ends without its end. */
  maxBytes: number;
  /** Asks for room in the limit of all logs. False: there is none, and nothing was taken; `must` takes it all the same. */
  grow(bytes: number, must: boolean): boolean;
  onSealed(draft: TerminalDraft): void;
};

/** A log in this process's memory; `archive` takes what is in it, for {@link openArchive}. */
export type MemoryLog = StreamLog & { archive(): Archive };

/** A sealed log that nobody reads: its bytes, and what it is called. */
export type Archive = Pick<StreamLog, "id" | "kind" | "world" | "createdAt"> & { readonly bytes: Buffer };

const REFUSING = {
  maxBytes: 0,
  grow: () => false,
  onSealed: () => {},
};

/** The log that was archived, to be read again. */
export function openArchive(archive: Archive): MemoryLog {
  return memoryLog({ ...archive, ...REFUSING }, archive.bytes);
}

/** A new, empty log. */
export const createMemoryLog = (options: MemoryLogOptions): MemoryLog => memoryLog(options);

function memoryLog(options: MemoryLogOptions, archived?: Buffer): MemoryLog {
  const store = createFrameStore(archived);
  const idPrefix = `${options.id}.0.`;
  const bells = new Set<{ bell(): void }>();
  let ringing = false;

  function ring() {
    ringing = false;
    // One that is released meanwhile stays silent: a Set does not visit what was taken out of it.
    for (const one of bells) one.bell();
  }

  // All that was appended in one turn of the event loop is one wake-up of its readers, and so one write to each.
  function ringSoon() {
    if (ringing || bells.size === 0) return;
    ringing = true;
    queueMicrotask(ring);
  }

  /** Encodes and keeps one event, unless it is too much. What closes a message or the log always has room. */
  function add(draft: EventDraft): ErrorCode | undefined {
    if (log.sealed) throw new Error(`The log is sealed: no ${draft.type} can follow.`);
    const closing = draft.type === "message_end" || draft.type === "done" || draft.type === "error";
    const frame = encodeFrame(idPrefix, store.count + 1, draft);
    const length = Buffer.byteLength(frame);
    if (!closing && store.size + length > options.maxBytes) return "stream_too_long";
    if (!options.grow(length, closing)) return "overloaded";
    store.append(frame, length);
    log.lastSeq = store.count;
    ringSoon();
    return undefined;
  }

  // `lastSeq` and `sealed` are plain fields: accessors would make each log a dictionary, 0.8 KiB more.
  const log: { -readonly [Field in keyof MemoryLog]: MemoryLog[Field] } = {
    id: options.id,
    kind: options.kind,
    world: options.world,
    createdAt: options.createdAt,
    epoch: 0,
    lastSeq: store.count,
    sealed: archived !== undefined,
    append: add,
    seal(draft) {
      add(draft);
      log.sealed = true;
      options.onSealed(draft);
    },
    slice: (after, maxBytes) => store.slice(after, maxBytes),
    event: (seq) => JSON.parse(frameData(store.frame(seq))) as StreamEvent,
    sharedUpTo: (epoch) => (epoch === 0 ? Number.POSITIVE_INFINITY : -1),
    archive() {
      const { id, kind, world, createdAt } = options;
      return { id, kind, world, createdAt, bytes: archived ?? store.archive() };
    },
    listen(bell) {
      const one = { bell };
      bells.add(one);
      return () => void bells.delete(one);
    },
  };
  return log;
}
