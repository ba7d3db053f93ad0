import { type Clock, timestampOf } from "../../clock.ts";
import type { Connection } from "../../log/redis/connection.ts";
import type { Keys } from "../../log/redis/keys.ts";
import { defineScript } from "../../log/redis/scripts.ts";
import { FEED_LIMITS } from "../feed.ts";
import { APPEND_TO_FEED, REPLACE_FEED, RESTORE_FEED, WANT_FEED } from "./feed-scripts.ts";
import { type FeedNews, type FeedPiece, type FeedState, newsOf, pairsOf, stateOf } from "./feed-state.ts";
import type { News } from "./world-news.ts";

/** What a batch has of a turn: from one place to another. */
export type TurnPart = { turn: string; first: number; last: number };

/** Under which id a feed had got to which number. */
export type Standing = { id: string; seq: number };

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
  /** How far this server has seen it get: a store that is behind that is given back what it lacks, before anything is added. */
  seen: Standing | undefined;
  events: readonly string[];
  turns: readonly TurnPart[];
};

/** `told`: up to which place the feed has turns of which the batch has an earlier one, and nothing was added. `behind`: nor was it then. */
export type AppendedToFeed =
  | ({ state: "ok" } & Standing)
  | { state: "told"; places: ReadonlyMap<string, number> }
  | { state: "behind" | "unwanted" | "unknown" | "sealed" };

export type FeedRestoring = {
  state: Pick<FeedState, "id" | "seq" | "createdAt" | "batches">;
  /** The number at which the store stands; 0: it has no such feed. */
  from: number;
  /** What it shall have after that; what is between is gone. */
  kept: FeedPiece;
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

const { maxBytes: MAX_BYTES, maxAgeMs: MAX_AGE_MS } = FEED_LIMITS;
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
    async append(world, { server, batch, isAfterLoss, sealed, known = "", seen, events, turns }) {
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
        ...[seen?.id ?? "", seen?.seq ?? 0],
        ...turns.flatMap(({ turn, first, last }) => [turn, first, last]),
      );
      if (state === "ok") return { state, id: about[0] ?? "", seq: Number(about[1]) };
      if (state !== "told") return { state: state as "behind" | "unwanted" | "unknown" | "sealed" };
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
