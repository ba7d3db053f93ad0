import type { Clock } from "../../clock.ts";
import { NO_LOSS } from "../epochs.ts";
import { createMemoryShelf, type MemoryShelf, type ShelfLimits } from "../memory-shelf.ts";
import type { StreamLog } from "../stream-log.ts";
import { createProducedLog, type ProducedLog } from "./produced-log.ts";
import type { SharedStore } from "./shared-store.ts";
import type { SharedNames, Writer } from "./stream-store.ts";

/** How many streams this server has taken over, lost to others, given up because the store was away, and handed over. */
export type Fates = { takenOver: number; fenced: number; givenUp: number; handedOver: number };

/** The streams that this server writes or has written: what the parts of its shelf have in common. */
export type OwnStreams = {
  readonly serverId: string;
  /** Owns their lifetime. */
  readonly local: MemoryShelf;
  readonly produced: Map<string, ProducedLog>;
  /** Ended here, and kept: under what they were written, for a store that has lost them. */
  readonly ended: Map<string, Writer>;
  /** Given up, until the store is back: they ended otherwise than what stands on the local shelf. */
  readonly untrue: Map<string, StreamLog>;
  readonly fates: Fates;
  /** Takes a stream off the local shelf that is another server's, or is about to be written anew. */
  remove(id: string): void;
  /** Begins to write a log of the local shelf to the store, which has the first `stored` events of it. */
  produce(inner: StreamLog, writer: Writer, stored: number): ProducedLog;
};

export type OwnStreamsOptions = {
  clock: Clock;
  limits: ShelfLimits;
  store: SharedStore;
  serverId: string;
  /** Whether it may be read on another server. */
  isFollowed(id: string): boolean;
  /** Another server writes it now. */
  onFenced(log: ProducedLog): void;
  /** The store has been away for too long. */
  onAway(log: ProducedLog): void;
  /** A stream is not kept any longer. */
  onForget(id: string): void;
};

export function createOwnStreams(options: OwnStreamsOptions): OwnStreams {
  const { clock, limits, store, serverId, onFenced, onAway } = options;
  const produced = new Map<string, ProducedLog>();
  const ended = new Map<string, Writer>();
  const untrue = new Map<string, StreamLog>();
  const local = createMemoryShelf(clock, limits, { onForget: forget });

  function forget(id: string) {
    options.onForget(id);
    produced.get(id)?.stop();
    produced.delete(id);
    ended.delete(id);
    // Of one that was abandoned no end got there.
    store.runs(serverId, id, false).catch(() => {});
    // What was given up may be another's.
    if (untrue.delete(id)) return;
    store.forget(id).catch(() => {});
  }

  function remove(id: string) {
    options.onForget(id);
    ended.delete(id);
    untrue.delete(id);
    local.remove(id);
  }

  function produce(inner: StreamLog, writer: Writer, stored: number): ProducedLog {
    const { id } = inner;
    const log: ProducedLog = createProducedLog({
      ...{ inner, store, clock, writer, stored },
      onEnd() {
        produced.delete(id);
        ended.set(id, { fence: writer.fence, names: writer.names });
        store.runs(serverId, id, false).catch(() => {});
      },
      isFollowed: () => options.isFollowed(id),
      onFenced: () => onFenced(log),
      onAway: () => onAway(log),
    });
    produced.set(id, log);
    return log;
  }

  const fates = { takenOver: 0, fenced: 0, givenUp: 0, handedOver: 0 };
  return { serverId, local, produced, ended, untrue, fates, remove, produce };
}

/** What others are told of a log that begins. */
export function namesOf({ kind, world, createdAt }: StreamLog): SharedNames {
  return { kind, createdAt, epochs: NO_LOSS, ...(world === undefined ? {} : { world }) };
}
