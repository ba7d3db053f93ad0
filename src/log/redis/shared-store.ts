import { Redis } from "ioredis";
import type { CancelCause } from "../shelf.ts";
import { keysUnder } from "./keys.ts";
import { APPEND, CLAIM, SETTLE, TAKE_OVER, UNBIND } from "./scripts.ts";

/** What is told of a stream besides its events. */
export type SharedNames = {
  kind: "chat" | "world";
  world?: string;
  createdAt: string;
  epoch: number;
  /** What another server needs to go on with it; the log does not look into it. */
  resume?: unknown;
};

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
  append(id: string, fence: string, names: SharedNames, batch: Batch & { freesKeys: boolean }): Promise<AppendOutcome>;
  /** What the store has after `after`; undefined where it has no such stream (any more). */
  read(id: string, after: number): Promise<{ names: SharedNames; batch: Batch } | undefined>;
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
  /** Servers whose time has run out, and who may have left streams behind. */
  dead(): Promise<string[]>;
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

type Scripted = Redis & {
  chatwaitAppend(...args: (string | number)[]): Promise<string>;
  chatwaitClaim(...args: (string | number)[]): Promise<string[]>;
  chatwaitSettle(...args: (string | number)[]): Promise<string>;
  chatwaitTakeOver(...args: (string | number)[]): Promise<number>;
  chatwaitUnbind(...args: (string | number)[]): Promise<string>;
};

/** Two connections to Redis: one for commands, one for what is published. */
export async function openSharedStore({ url, prefix, ttlMs, wall }: SharedStoreOptions): Promise<SharedStore> {
  const keys = keysUnder(prefix);
  const redis = connect(url) as Scripted;
  redis.defineCommand("chatwaitAppend", { numberOfKeys: 3, lua: APPEND });
  redis.defineCommand("chatwaitClaim", { numberOfKeys: 1, lua: CLAIM });
  redis.defineCommand("chatwaitSettle", { numberOfKeys: 1, lua: SETTLE });
  redis.defineCommand("chatwaitTakeOver", { numberOfKeys: 1, lua: TAKE_OVER });
  redis.defineCommand("chatwaitUnbind", { numberOfKeys: 1, lua: UNBIND });
  const listener = connect(url);
  const channels = new Map<string, Set<(message: string) => void>>();
  listener.on("message", (channel: string, message: string) => {
    for (const take of channels.get(channel) ?? []) take(message);
  });

  async function listen(channel: string, take: (message: string) => void): Promise<() => void> {
    const takers = channels.get(channel) ?? new Set();
    channels.set(channel, takers.add(take));
    await listener.subscribe(channel);
    return () => {
      takers.delete(take);
      if (takers.size > 0 || channels.get(channel) !== takers) return;
      channels.delete(channel);
      listener.unsubscribe(channel).catch(() => {});
    };
  }

  return {
    async append(id, fence, names, { first, events, sealed, freesKeys }) {
      const [log, meta, gone] = [keys.log(id), keys.meta(id), keys.gone(id)];
      const flags = [sealed ? 1 : 0, freesKeys ? 1 : 0, ttlMs, ttlMs + TOMBSTONE_MS];
      const said = await redis.chatwaitAppend(
        ...[
          log,
          meta,
          gone,
          fence,
          first,
          ...flags,
          keys.bell(id),
          JSON.stringify(names),
          wall() + ttlMs + TOMBSTONE_MS,
        ],
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
      await Promise.all([redis.set(keys.server(serverId), 1, "PX", ms), redis.sadd(keys.servers, serverId)]);
    },
    async dead() {
      const servers = await redis.smembers(keys.servers);
      const lives = await Promise.all(servers.map((id) => redis.exists(keys.server(id))));
      return servers.filter((_, index) => lives[index] === 0);
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
    async close() {
      channels.clear();
      redis.disconnect();
      listener.disconnect();
    },
  };
}

const connect = (url: string): Redis =>
  new Redis(url, { maxRetriesPerRequest: null, retryStrategy: (tries) => Math.min(50 * 2 ** tries, 2000) });

/** A published batch: `first sealed`, and an event a line. */
function batchOf(message: string): Batch {
  const [head = "", ...events] = message.split("\n");
  const [first, sealed] = head.split(" ");
  return { first: Number(first), sealed: sealed === "1", events };
}
