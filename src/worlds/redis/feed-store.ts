import { type Clock, timestampOf } from "../../clock.ts";
import type { Connection } from "../../log/redis/connection.ts";
import type { Keys } from "../../log/redis/keys.ts";
import { defineScript } from "../../log/redis/scripts.ts";
import { APPEND_TO_FEED, REPLACE_FEED, RESTORE_FEED, WANT_FEED } from "./feed-scripts.ts";
import type { News } from "./world-news.ts";

/** Events of a feed as JSON, the first of them number `first`; `age`: how long ago they came, ms. */
export type FeedEvents = { first: number; events: readonly string[]; age: number };

/** What is published of a feed as it is written; `batch` is the number that its server gave it. */
export type FeedNews = FeedEvents & { id: string; sealed: boolean; server: string; batch: number };

export type FeedState = {
  id: string;
  /** Number of its last event. */
  seq: number;
  createdAt: string;
  sealed: boolean;
  /** Ids that it had. */
  gone: readonly string[];
  /** The last batch of each server that is in it. */
  batches: ReadonlyMap<string, number>;
  /** In order, but not always without a hole: what is before one is gone. */
  kept: readonly FeedEvents[];
};

/** What a batch has of a turn: from one place to another. */
export type TurnPart = { turn: string; first: number; last: number };

export type FeedBatch = {
  server: string;
  /** Greater than that of the batch before. */
  batch: number;
  /** Something before it was lost: it must not look as if it followed. */
  isAfterLoss: boolean;
  /** The feed ends with it. */
  sealed: boolean;
  /** The id under which the server has written before. */
  known: string | undefined;
  events: readonly string[];
  turns: readonly TurnPart[];
};

/** `told`: up to which place the feed has turns of which the batch has an earlier one, and nothing was added. */
export type AppendedToFeed =
  | { state: "ok"; id: string }
  | { state: "told"; places: ReadonlyMap<string, number> }
  | { state: "unwanted" | "unknown" | "sealed" };

export type FeedRestoring = {
  state: Pick<FeedState, "id" | "seq" | "createdAt" | "batches">;
  /** The number at which the store stands; 0: it has no such feed. */
  from: number;
  /** What it shall have after that; what is between is gone. */
  kept: Pick<FeedEvents, "first" | "events">;
};

/** The feeds of worlds in the store. Who begins to read one says so in the news of worlds. Each rejects where the store is away. */
export type FeedStore = {
  /** Adds events, unless nobody wants to read them. A batch that is there already is not added twice. */
  append(world: string, batch: FeedBatch): Promise<AppendedToFeed>;
  /** The last place of a turn that a feed has, if it is known. */
  toldOf(world: string, turn: string): Promise<number | undefined>;
  /** The id of a feed, if there is one. */
  idOf(world: string): Promise<string | undefined>;
  /** Tells that a feed is wanted for some minutes, and makes it under `freshId` where there is none. */
  open(world: string, freshId: string): Promise<FeedState>;
  /** The same for one that is followed; what it has from event `seq` on. `lost`: it has none; `other`: it began anew under another id. */
  renew(world: string, id: string, seq: number): Promise<FeedState | "lost" | "other">;
  /** Gives a store back what it has lost. `again`: it has something else than that already. */
  restore(world: string, restoring: FeedRestoring): Promise<"ok" | "other" | "again">;
  /** Begins it anew under another id, unless it has another already. */
  replace(world: string, id: string, freshId: string): Promise<void>;
  /** Calls `take` with what is written, in order but possibly with holes; undefined: something is wrong, and has to be looked at. */
  follow(world: string, take: (news: FeedNews | undefined) => void): Promise<() => void>;
};

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_AGE_MS = 300_000;
/** A little longer than a reader that was cut off may take to come back: for who reads says so only now and then. */
const WANTED_MS = MAX_AGE_MS + 20_000;
/** A forgotten id is told from an unknown one for an hour (R-ABANDON). */
const KEPT_MS = 3_600_000;

export function createFeedStore({ redis, listen }: Connection, keys: Keys, { wall }: Pick<Clock, "wall">): FeedStore {
  const append = defineScript<string[]>(redis, "chatwaitAppendToFeed", 4, APPEND_TO_FEED);
  const want = defineScript<[string, string[], [string, string[]][]]>(redis, "chatwaitWantFeed", 2, WANT_FEED);
  const restore = defineScript<"ok" | "other" | "again">(redis, "chatwaitRestoreFeed", 2, RESTORE_FEED);
  const replace = defineScript<string>(redis, "chatwaitReplaceFeed", 2, REPLACE_FEED);
  const keysOf = (world: string) => [keys.feedMeta(world), keys.feed(world)] as const;
  const told = (world: string) => [keys.worldNews, JSON.stringify({ type: "feed", world } satisfies News)] as const;

  async function wanted(world: string, id: string, seq: number, freshId: string) {
    const now = wall();
    const [state, meta, entries] = await want(
      ...[...keysOf(world), now, now + WANTED_MS, id, seq],
      ...[freshId, timestampOf(now), KEPT_MS, ...told(world)],
    );
    return state === "ok" ? stateOf(meta, entries, now) : (state as "lost" | "other");
  }

  return {
    async append(world, { server, batch, isAfterLoss, sealed, known = "", events, turns }) {
      const [state, ...about] = await append(
        ...[
          ...keysOf(world),
          keys.feedTold(world),
          keys.feedToldBefore(world),
          wall(),
          server,
          batch,
          isAfterLoss ? 1 : 0,
          sealed ? 1 : 0,
          known,
        ],
        ...[MAX_BYTES, MAX_AGE_MS, KEPT_MS, keys.feedBell(world), events.length, events.join("\n")],
        ...turns.flatMap(({ turn, first, last }) => [turn, first, last]),
      );
      if (state === "ok") return { state, id: about[0] ?? "" };
      if (state !== "told") return { state: state as "unwanted" | "unknown" | "sealed" };
      return { state, places: new Map([...pairsOf(about)].map(([turn, place]) => [turn, Number(place)])) };
    },
    async toldOf(world, turn) {
      const [told, before] = await Promise.all(
        [keys.feedTold(world), keys.feedToldBefore(world)].map((key) => redis.hget(key, turn)),
      );
      const place = told ?? before ?? undefined;
      return place === undefined ? undefined : Number(place);
    },
    idOf: async (world) => (await redis.hget(keys.feedMeta(world), "id")) ?? undefined,
    open: async (world, freshId) => (await wanted(world, "", 0, freshId)) as FeedState,
    renew: (world, id, seq) => wanted(world, id, seq, ""),
    restore(world, { state, from, kept }) {
      const now = wall();
      return restore(
        ...[...keysOf(world), now, now + WANTED_MS, state.id, state.seq, state.createdAt, from, kept.first, KEPT_MS],
        ...[...told(world), kept.events.length, kept.events.join("\n"), ...[...state.batches].flat()],
      );
    },
    async replace(world, id, freshId) {
      await replace(...keysOf(world), id, freshId, timestampOf(wall()), keys.feedBell(world));
    },
    follow: (world, take) => listen(keys.feedBell(world), (message) => take(newsOf(message))),
  };
}

function stateOf(meta: readonly string[], entries: readonly [string, string[]][], now: number): FeedState {
  const fields = pairsOf(meta);
  const named = (prefix: string) =>
    [...fields].flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
    );
  return {
    id: fields.get("id") ?? "",
    seq: Number(fields.get("seq")),
    createdAt: fields.get("created") ?? "",
    sealed: fields.has("sealed"),
    gone: named("gone:").map(([id]) => id),
    batches: new Map(named("w:").map(([server, batch]) => [server, Number(batch)])),
    kept: entries.map(([, entry]) => keptOf(pairsOf(entry), now)),
  };
}

const keptOf = (entry: Map<string, string>, now: number): FeedEvents => ({
  first: Number(entry.get("f")),
  events: (entry.get("e") ?? "").split("\n"),
  age: Math.max(0, now - Number(entry.get("t"))),
});

function pairsOf(flat: readonly string[]): Map<string, string> {
  const pairs = new Map<string, string>();
  for (let at = 0; at < flat.length; at += 2) pairs.set(flat[at] as string, flat[at + 1] as string);
  return pairs;
}

/** What is published: `id first sealed server batch`, and an event a line; or a word that says what is wrong. */
function newsOf(message: string): FeedNews | undefined {
  const [head = "", ...events] = message.split("\n");
  const [id = "", first, sealed, server = "", batch] = head.split(" ");
  if (batch === undefined) return undefined;
  return { id, first: Number(first), sealed: sealed === "1", server, batch: Number(batch), events, age: 0 };
}
