import type { Connection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { defineScript } from "./scripts.ts";
import { APPEND, HAND_OVER, TAKE_OVER } from "./stream-scripts.ts";

/** What is told of a stream besides its events. */
export type SharedNames = {
  kind: "chat" | "world";
  world?: string;
  createdAt: string;
  epoch: number;
  /** `on_disconnect: cancel`. */
  cancelOnLeave?: boolean;
};

/** What a stream is written under. `resume`: what another server needs to go on with it; it is kept until the end. */
export type Writer = { fence: string; names: SharedNames; resume?: unknown };

/** Events on their way to the store: the JSON of each, numbered from `first` on. */
export type Batch = { first: number; events: readonly string[]; sealed: boolean };

export type AppendOutcome = { state: "ok" } | { state: "fenced" } | { state: "lost"; seq: number };

/** The streams in the store. */
export type StreamStore = {
  /**
   * Writes a batch, unless another server holds the stream by now. What is there already is not written twice.
   * `freesKeys`: its end lets go of the idempotency keys that are bound to it.
   */
  append(id: string, writer: Writer, batch: Batch & { freesKeys: boolean }): Promise<AppendOutcome>;
  /** What the store has after `after`; undefined where it has no such stream (any more). */
  read(id: string, after: number): Promise<{ names: SharedNames; batch: Batch } | undefined>;
  resumeOf(id: string): Promise<unknown>;
  /** Whether a stream of that id was kept in the last hour. */
  wasKept(id: string): Promise<boolean>;
  isKept(id: string): Promise<{ kept: boolean; freed: boolean }>;
  forget(id: string): Promise<void>;
  /** Calls `take` with each batch as it is written, in order, but possibly with holes. Resolves when nothing more is missed. */
  follow(id: string, take: (batch: Batch) => void): Promise<() => void>;
  /** The server that writes a stream that runs. */
  ownerOf(id: string): Promise<string | undefined>;
  /** Makes a dead server's stream the one of who holds `fence`. Returns how often that has happened to it, 0 where it was not to be had. */
  takeOver(id: string, dead: string, fence: string): Promise<number>;
  /**
   * Makes a stream that lives the one of who holds `fence`. False where it has ended or is not `from`'s any more, or where that has
   * happened to it `most` times. May be repeated.
   */
  handOver(id: string, from: string, fence: string, most: number): Promise<boolean>;
};

export type StreamStoreOptions = {
  /** The longest a stream may live without being written or read: what a server that dies leaves behind goes then; ms. */
  ttlMs: number;
  /** The time of day, ms: what servers have in common. */
  wall(): number;
};

/** A forgotten id is told from an unknown one for an hour (R-ABANDON). */
export const TOMBSTONE_MS = 3_600_000;

export function createStreamStore(
  { redis, listen }: Connection,
  keys: Keys,
  { ttlMs, wall }: StreamStoreOptions,
): StreamStore {
  const append = defineScript<string>(redis, "chatwaitAppend", 3, APPEND);
  const takeOver = defineScript<number>(redis, "chatwaitTakeOver", 1, TAKE_OVER);
  const handOver = defineScript<number>(redis, "chatwaitHandOver", 1, HAND_OVER);

  return {
    async append(id, { fence, names, resume }, { first, events, sealed, freesKeys }) {
      // Names go along only where they may have to be written: a start may be large, and tokens are many.
      const named =
        first === 1 ? [JSON.stringify(names), resume === undefined ? "" : JSON.stringify(resume)] : ["", ""];
      const said = await append(
        ...[keys.log(id), keys.meta(id), keys.gone(id), fence, first, sealed ? 1 : 0, freesKeys ? 1 : 0],
        ...[ttlMs, ttlMs + TOMBSTONE_MS, keys.bell(id), ...named, wall() + ttlMs + TOMBSTONE_MS],
        ...events,
      );
      if (said === "ok" || said === "fenced") return { state: said };
      return { state: "lost", seq: Number(said.slice("lost ".length)) };
    },
    async read(id, after) {
      const [held, entries] = await Promise.all([
        redis.hmget(keys.meta(id), "names", "sealed", "seq"),
        redis.xrange(keys.log(id), `${after + 1}-0`, "+"),
      ]);
      const [names, sealed, seq] = held;
      if (!names) return undefined;
      const events = entries.map(([, fields]) => fields[1] as string);
      // The two were not read at once: the end counts only together with the last event.
      const isWhole = sealed === "1" && after + events.length >= Number(seq);
      return { names: JSON.parse(names) as SharedNames, batch: { first: after + 1, events, sealed: isWhole } };
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
    follow: (id, take) => listen(keys.bell(id), (message) => take(batchOf(message))),
    ownerOf: async (id) => (await redis.hget(keys.meta(id), "owner")) ?? undefined,
    takeOver: (id, dead, fence) => takeOver(keys.meta(id), dead, fence),
    handOver: async (id, from, fence, most) => (await handOver(keys.meta(id), from, fence, most)) === 1,
  };
}

/** A published batch: `first sealed`, and an event a line. */
function batchOf(message: string): Batch {
  const [head = "", ...events] = message.split("\n");
  const [first, sealed] = head.split(" ");
  return { first: Number(first), sealed: sealed === "1", events };
}
