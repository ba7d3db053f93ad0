import type { Clock } from "./clock.ts";
import type { RedisSettings } from "./config.ts";
import { newStreamId, randomId } from "./ids.ts";
import type { ShelfLimits } from "./log/memory-shelf.ts";
import { createSharedShelf, type SharedShelf, type SharedShelfOptions } from "./log/redis/shared-shelf.ts";
import { openSharedStore, type SharedStore } from "./log/redis/shared-store.ts";
import { settingError } from "./settings.ts";
import { type OpenSharedWorlds, openSharedWorlds } from "./worlds/redis/shared-worlds.ts";
import type { WorldStore } from "./worlds/world-store.ts";

/** Beyond the longest that a stream is kept without being touched: then what a server left behind goes; ms. */
const MARGIN_MS = 60_000;

export type SharedStreamsOptions = {
  redis: RedisSettings;
  limits: ShelfLimits;
  clock: Clock;
  /** This server's own copy of the definitions of worlds. */
  definitions: WorldStore;
  onTakenOver: SharedShelfOptions["onTakenOver"];
};

export type SharedStreams = {
  shelf: SharedShelf;
  worlds: OpenSharedWorlds;
  /** Where starts are counted for all servers: a connection of ioredis, and what the names of the counters begin with. */
  counters: { redis: unknown; nameSpace: string };
};

/**
 * Joins the servers that share streams.
 * @throws SettingError where nothing answers at CHATWAIT_REDIS_URL
 */
export async function openSharedStreams(options: SharedStreamsOptions): Promise<SharedStreams> {
  const { redis, limits, clock, definitions, onTakenOver } = options;
  const { url, prefix, leaseMs } = redis;
  const ttlMs = limits.retentionMs + limits.abandonMs + MARGIN_MS;
  let store: SharedStore | undefined;
  let worlds: OpenSharedWorlds | undefined;
  try {
    store = await openSharedStore({ url, prefix, ttlMs, wall: clock.wall });
    const serverId = randomId(12);
    const own = { serverId, newId: newStreamId, rememberMs: limits.retentionMs };
    worlds = await openSharedWorlds({ clock, store, definitions, ...own });
    const shelf = await createSharedShelf({ clock, limits, store, serverId, leaseMs, onTakenOver });
    return { shelf, worlds, counters: { redis: store.connection.redis, nameSpace: `${prefix}starts:` } };
  } catch (error) {
    worlds?.close();
    await store?.close();
    throw settingError("CHATWAIT_REDIS_URL", `CHATWAIT_REDIS_URL: no store can be used there (${reasonOf(error)}).`);
  }
}

/** A URL may hold a password: a reason is told by its code, or in Redis's own words. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return String(code ?? message).split("\n", 1)[0] ?? "";
}
