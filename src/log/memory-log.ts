import type { ErrorCode } from "../protocol/errors.ts";
import type { EventDraft, StreamEvent, TerminalDraft } from "../protocol/events.ts";
import { frameData, frameOf, framingOf } from "../protocol/frames.ts";
import { createBells, hang, ringSoon } from "./bells.ts";
import { type Epochs, NO_LOSS, sharedUpTo } from "./epochs.ts";
import { type Archive, appendFrame, archiveOf, createFrameStore, frameAt, sliceOf } from "./frame-store.ts";
import type { StreamLog } from "./stream-log.ts";

/** What a log is called. */
export type LogNames = Pick<StreamLog, "id" | "kind" | "world" | "createdAt"> & {
  /** Where a store has lost something of it: in memory nothing that was delivered ever is. */
  epochs?: Epochs;
};

export type MemoryLogOptions = LogNames & {
  /** Framed bytes beyond which `append` refuses; closing events always fit, so that no log ends without its end. */
  maxBytes: number;
  /** Asks for room in the limit of all logs. False: there is none, and nothing was taken; `must` takes it all the same. */
  grow(bytes: number, must: boolean): boolean;
  onSealed(draft: TerminalDraft): void;
};

/** A log in this process's memory; `archive` copies what is in it, for {@link openArchive}. */
export type MemoryLog = StreamLog & { archive(): Archive };

const sharedBy = (epochs: Epochs) => (epoch: number) => sharedUpTo(epochs, epoch);
const sharedByAll = sharedBy(NO_LOSS);

const REFUSING = {
  maxBytes: 0,
  grow: () => false,
  onSealed: () => {},
};

/** The log that was archived, to be read again. */
export function openArchive({ id, kind, world, createdAt, epochs }: LogNames, archive: Archive): MemoryLog {
  return memoryLog({ id, kind, world, createdAt, ...(epochs ? { epochs } : {}), ...REFUSING }, archive);
}

/** A new, empty log. */
export const createMemoryLog = (options: MemoryLogOptions): MemoryLog => memoryLog(options);

/** No stream is without its beginning and its end, and no message without its own. */
const MUST: ReadonlySet<string> = new Set(["start", "message_end", "done", "error"]);

function memoryLog(options: MemoryLogOptions, archived?: Archive): MemoryLog {
  const store = createFrameStore(archived);
  const { epochs } = options;
  const epoch = epochs?.length ?? 0;
  const framing = framingOf(`${options.id}.${epoch}.`);
  const bells = createBells();
  // What a whole reply is made of, as it came: to read it back from frames would cost more than all else that the reply takes.
  let first: EventDraft | undefined;
  let previous: EventDraft | undefined;
  let latest: EventDraft | undefined;

  /** Encodes and keeps one event, unless it is too much. What begins and ends a stream or ends a message always has room. */
  function add(draft: EventDraft): ErrorCode | undefined {
    if (log.sealed) throw new Error(`The log is sealed: no ${draft.type} can follow.`);
    const must = MUST.has(draft.type);
    const { text, ascii } = frameOf(framing, log.lastSeq + 1, draft);
    const length = ascii ? text.length : Buffer.byteLength(text);
    if (!must && store.size + length > options.maxBytes) return "stream_too_long";
    if (!options.grow(length, must)) return "overloaded";
    appendFrame(store, text, length);
    log.lastSeq = store.ends.length;
    first ??= draft;
    previous = latest;
    latest = draft;
    ringSoon(bells);
    return undefined;
  }

  function draftOf(seq: number): EventDraft | undefined {
    if (seq === log.lastSeq) return latest;
    if (seq === log.lastSeq - 1) return previous;
    return seq === 1 ? first : undefined;
  }

  function event(seq: number): StreamEvent {
    const draft = draftOf(seq);
    return draft ? { ...draft, seq } : (JSON.parse(frameData(frameAt(store, seq))) as StreamEvent);
  }

  // `lastSeq` and `sealed` are plain fields: accessors would make each log a dictionary, 0.8 KiB more.
  const log: { -readonly [Field in keyof MemoryLog]: MemoryLog[Field] } = {
    id: options.id,
    kind: options.kind,
    world: options.world,
    createdAt: options.createdAt,
    epoch,
    lastSeq: store.ends.length,
    sealed: archived !== undefined,
    append: add,
    seal(draft) {
      add(draft);
      log.sealed = true;
      options.onSealed(draft);
    },
    slice: (after, maxBytes, upTo) => sliceOf(store, after, maxBytes, upTo),
    event,
    sharedUpTo: epochs ? sharedBy(epochs) : sharedByAll,
    archive: () => archived ?? archiveOf(store),
    listen: (bell) => hang(bells, bell),
  };
  return log;
}
