import { type Epochs, epochsOfText } from "../epochs.ts";
import { createAppends, TOMBSTONE_MS } from "./appends.ts";
import type { Connection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { defineScript } from "./scripts.ts";
import { HAND_OVER, TAKE_OVER } from "./stream-scripts.ts";

/** What is told of a stream besides its events. */
export type SharedNames = {
  kind: "chat" | "world";
  world?: string;
  createdAt: string;
  epochs: Epochs;
  /** `on_disconnect: cancel`. */
  cancelOnLeave?: boolean;
};

/** What a stream is written under. `resume`: what another server needs to go on with it; it is kept until the end. */
export type Writer = { fence: string; names: SharedNames; resume?: unknown };

/** Events on their way to the store: the JSON of each, numbered from `first` on. */
export type Batch = { first: number; events: readonly string[]; sealed: boolean };

export type WrittenBatch = Batch & { freesKeys: boolean; isUnheard?: boolean };

/** Events from the store, and the epochs that the stream has by then, as text. */
export type ReadBatch = Batch & { epochs: string };

/** A stream as the store has it: who writes it, and how many events there are. */
export type Stored = { names: SharedNames; owner: string; seq: number; batch: ReadBatch };

export type AppendOutcome = { state: "ok" } | { state: "fenced" } | { state: "lost"; seq: number };

/** The streams in the store. */
export type StreamStore = {
  /** Calls `write` when it is time to write again, within 10 ms: all that is appended then leaves together. */
  soon(write: () => void): void;
  /**
   * Writes a batch, unless another server holds the stream by now. What is there already is not written twice.
   * `freesKeys`: its end lets go of the idempotency keys that are bound to it. `isUnheard`: nobody follows, to be told of it; of the
   * end all are told. Of one writer's batches each waits for the outcome of the one before.
   */
  append(id: string, writer: Writer, batch: WrittenBatch): Promise<AppendOutcome>;
  /** Tells those who follow that the store has all before `next`. */
  tell(id: string, epochs: Epochs, next: number): void;
  /** What the store has after `after`; undefined where it has no such stream (any more). */
  read(id: string, after: number): Promise<Stored | undefined>;
  /**
   * Gives back what the store has lost of a stream that others write, or wrote. "fenced": it has gone on differently by now; "gone":
   * there is no such stream.
   */
  giveBack(id: string, epochs: Epochs, batch: Batch): Promise<AppendOutcome | { state: "gone" }>;
  resumeOf(id: string): Promise<unknown>;
  /** Whether a stream of that id was kept in the last hour. */
  wasKept(id: string): Promise<boolean>;
  isKept(id: string): Promise<{ kept: boolean; freed: boolean }>;
  forget(id: string): Promise<void>;
  /** Calls `take` with each batch as it is written, in order, but possibly with holes. Resolves when nothing more is missed. */
  follow(id: string, take: (batch: ReadBatch) => void): Promise<() => void>;
  /** The server that writes a stream that runs. */
  ownerOf(id: string): Promise<string | undefined>;
  /**
   * Makes a dead server's stream the one of who holds `fence`. Returns how often that has happened to it, 0 where it was not to be had.
   * May be repeated. `stores`: which Redis that server has given everything to. Where it is another one by now, the stream begins another epoch.
   */
  takeOver(id: string, dead: string, fence: string, stores?: string): Promise<number>;
  /**
   * Makes a stream that lives the one of who holds `fence`. False where it has ended or is not `from`'s any more, or where that has
   * happened to it `most` times. May be repeated. `stores`: as above.
   */
  handOver(id: string, from: string, fence: string, options: { stores: string; most: number }): Promise<boolean>;
};

export type StreamStoreOptions = {
  /** The longest a stream may live without being written or read: what a server that dies leaves behind goes then; ms. */
  ttlMs: number;
  /** The time of day, ms: what servers have in common. */
  wall(): number;
};

export function createStreamStore(connection: Connection, keys: Keys, options: StreamStoreOptions): StreamStore {
  const { redis, listen } = connection;
  const { wall } = options;
  const takeOver = defineScript<number>(redis, "chatwaitTakeOver", 2, TAKE_OVER);
  const handOver = defineScript<number>(redis, "chatwaitHandOver", 2, HAND_OVER);

  return {
    ...createAppends(connection, keys, options),
    async read(id, after) {
      const [held, entries, length] = await Promise.all([
        redis.hmget(keys.meta(id), "names", "sealed", "seq", "epochs", "owner"),
        // Under a later term numbers go on, but an id cannot tell that: what was read before is left out.
        redis.xrange(keys.log(id), `0-${after + 1}`, "+"),
        redis.xlen(keys.log(id)),
      ]);
      const [names, sealed, seq, epochs = "", owner] = held as string[];
      if (!names) return undefined;
      const events = eventsFrom(entries, after + 1);
      // The two were not read at once: the end counts only together with the last event.
      const isWhole = sealed === "1" && after + events.length >= Number(seq);
      const last = events.length > 0 ? after + events.length : Math.min(after, length);
      return {
        names: { ...JSON.parse(names), epochs: epochsOfText(epochs) },
        ...{ owner: owner as string, seq: last },
        batch: { first: after + 1, events, sealed: isWhole, epochs },
      };
    },
    async resumeOf(id) {
      const resume = await redis.hget(keys.meta(id), "resume");
      return resume ? JSON.parse(resume) : undefined;
    },
    wasKept: async (id) => Number(await redis.get(keys.gone(id))) > wall(),
    async isKept(id) {
      const [names, freed] = await redis.hmget(keys.meta(id), "names", "freed");
      return { kept: names != null, freed: freed === "1" };
    },
    async forget(id) {
      await Promise.all([
        redis.del(keys.log(id), keys.meta(id)),
        redis.set(keys.gone(id), wall() + TOMBSTONE_MS, "PX", TOMBSTONE_MS),
      ]);
    },
    follow: (id, take) =>
      listen(keys.bell(id), (message) => {
        const batch = batchOf(message);
        if (batch) take(batch);
      }),
    ownerOf: async (id) => (await redis.hget(keys.meta(id), "owner")) ?? undefined,
    takeOver: (id, dead, fence, stores = "") => takeOver(keys.meta(id), keys.log(id), dead, fence, stores),
    handOver: async (id, from, fence, { stores, most }) =>
      (await handOver(keys.meta(id), keys.log(id), from, fence, stores, most)) === 1,
  };
}

/** The events from `first` on, as far as there is no hole: a store that has lost writes is mended by the writer. */
function eventsFrom(entries: [id: string, fields: string[]][], first: number): string[] {
  const events: string[] = [];
  for (const [id, fields] of entries) {
    const seq = Number(id.slice(id.indexOf("-") + 1));
    if (seq === first + events.length) events.push(fields[1] as string);
  }
  return events;
}

/** A published batch: `first sealed epochs`, and an event a line; undefined for what no server says. */
function batchOf(message: string): ReadBatch | undefined {
  const [head = "", ...events] = message.split("\n");
  const [, first, sealed, epochs = ""] = /^(\d+) ([01]) ([\d,]*)$/.exec(head) ?? [];
  if (first === undefined) return undefined;
  return { first: Number(first), sealed: sealed === "1", events, epochs };
}
