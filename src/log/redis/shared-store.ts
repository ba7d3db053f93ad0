import type { CancelCause } from "../shelf.ts";
import { connectRedis } from "./connection.ts";
import { keysUnder } from "./keys.ts";

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

/** Whose key it is: nobody's until now, somebody's who is still being looked at, a stream's; or it came with another body. */
export type StoredClaim = {
  state: "free" | "pending" | "bound" | "reused";
  streamId: string | undefined;
  messageId: string | undefined;
};

/** What servers say to each other about a stream. */
export type Command =
  | { type: "cancel"; id: string; cause: CancelCause }
  /** How many read it on `server`: while any do it is not abandoned. */
  | { type: "readers"; id: string; server: string; count: number };

export type SharedStore = {
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
  /** Says something to another server. It may be lost. */
  send(serverId: string, command: Command): Promise<void>;
  onCommand(serverId: string, take: (command: Command) => void): Promise<void>;
  /** Tells that a server lives, for the next `ms`. */
  renew(serverId: string, ms: number): Promise<void>;
  /** All servers, and whether their time has run out: those may have left streams behind. */
  servers(): Promise<{ id: string; isDead: boolean }[]>;
  /** Notes, or strikes out, that a server writes a stream. */
  runs(serverId: string, id: string, running: boolean): Promise<void>;
  runningOf(serverId: string): Promise<string[]>;
  /** Makes a dead server's stream the one of who holds `fence`. Returns how often that has happened to it, 0 where it was not to be had. */
  takeOver(id: string, dead: string, fence: string): Promise<number>;
  /** A server that has left nothing behind. */
  bury(serverId: string): Promise<void>;
  claim(key: string, fingerprint: string, token: string): Promise<StoredClaim>;
  /** Binds a key to a stream, or lets it go where that is undefined. Only who claimed it may. */
  settle(key: string, token: string, streamId: string | undefined, messageId: string | undefined): Promise<void>;
  unbind(key: string, streamId: string): Promise<void>;
  /** Calls `settled` with each key that any server has bound or let go. */
  onSettled(settled: (key: string) => void): Promise<void>;
  /** Calls `back` each time when the store can be reached again: what was published meanwhile has been missed. */
  onBack(back: () => void): void;
  /** The connection itself, for what counts elsewhere. */
  readonly client: unknown;
  close(): Promise<void>;
};

export type SharedStoreOptions = {
  url: string;
  prefix: string;
  /** The longest a stream may live without being written or read: what a server that dies leaves behind goes then; ms. */
  ttlMs: number;
  /** The time of day, ms: what servers have in common. */
  wall(): number;
};

/** A forgotten id is told from an unknown one for an hour (R-ABANDON). */
const TOMBSTONE_MS = 3_600_000;
/** Longer than any start takes to be looked at. What a server that dies has claimed is free again then. */
const PENDING_CLAIM_MS = 30_000;

/**
 * Opens the store.
 * @throws Error where it cannot be reached
 */
export async function openSharedStore({ url, prefix, ttlMs, wall }: SharedStoreOptions): Promise<SharedStore> {
  const keys = keysUnder(prefix);
  const { redis, listen, ...connection } = await connectRedis(url);

  return {
    async append(id, { fence, names, resume }, { first, events, sealed, freesKeys }) {
      // Names go along only where they may have to be written: a start may be large, and tokens are many.
      const named =
        first === 1 ? [JSON.stringify(names), resume === undefined ? "" : JSON.stringify(resume)] : ["", ""];
      const said = await redis.chatwaitAppend(
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
    async send(serverId, command) {
      await redis.publish(keys.commands(serverId), JSON.stringify(command));
    },
    async onCommand(serverId, take) {
      await listen(keys.commands(serverId), (message) => take(JSON.parse(message) as Command));
    },
    async renew(serverId, ms) {
      const noted = [redis.set(keys.server(serverId), 1, "PX", ms), redis.sadd(keys.servers, serverId)];
      await Promise.all([...noted, connection.checkListener()]);
    },
    async servers() {
      const ids = await redis.smembers(keys.servers);
      const lives = await Promise.all(ids.map((id) => redis.exists(keys.server(id))));
      return ids.map((id, index) => ({ id, isDead: lives[index] === 0 }));
    },
    async runs(serverId, id, running) {
      await (running ? redis.sadd(keys.running(serverId), id) : redis.srem(keys.running(serverId), id));
    },
    runningOf: (serverId) => redis.smembers(keys.running(serverId)),
    takeOver: (id, dead, fence) => redis.chatwaitTakeOver(keys.meta(id), dead, fence),
    async bury(serverId) {
      await Promise.all([redis.del(keys.running(serverId)), redis.srem(keys.servers, serverId)]);
    },
    async claim(key, fingerprint, token) {
      const [state, streamId, messageId] = await redis.chatwaitClaim(
        ...[keys.claim(key), fingerprint, token, PENDING_CLAIM_MS],
      );
      const stateNow = state as StoredClaim["state"];
      return { state: stateNow, streamId: streamId || undefined, messageId: messageId || undefined };
    },
    async settle(key, token, streamId = "", messageId = "") {
      await redis.chatwaitSettle(keys.claim(key), token, streamId, messageId, ttlMs + TOMBSTONE_MS, keys.claims, key);
    },
    async unbind(key, streamId) {
      await redis.chatwaitUnbind(keys.claim(key), streamId);
    },
    async onSettled(settled) {
      await listen(keys.claims, settled);
    },
    onBack: connection.onBack,
    client: redis,
    close: async () => connection.close(),
  };
}

/** A published batch: `first sealed`, and an event a line. */
function batchOf(message: string): Batch {
  const [head = "", ...events] = message.split("\n");
  const [first, sealed] = head.split(" ");
  return { first: Number(first), sealed: sealed === "1", events };
}
