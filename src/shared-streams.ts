import type { FastifyBaseLogger } from "fastify";
import type { Clock } from "./clock.ts";
import type { RedisSettings } from "./config.ts";
import { newStreamId, randomId } from "./ids.ts";
import type { ShelfLimits } from "./log/memory-shelf.ts";
import { isRefusal } from "./log/redis/open-redis.ts";
import { createSharedShelf, type SharedShelf, type SharedShelfOptions } from "./log/redis/shared-shelf.ts";
import { openSharedStore, type SharedStore } from "./log/redis/shared-store.ts";
import { settingError } from "./settings.ts";
import { createStoreReport } from "./store-report.ts";
import { type OpenSharedWorlds, openSharedWorlds } from "./worlds/redis/shared-worlds.ts";
import type { WorldStore } from "./worlds/world-store.ts";

/** Beyond the longest that a stream is kept without being touched: then what a server left behind goes; ms. */
const MARGIN_MS = 60_000;

export type SharedStreamsOptions = {
  redis: RedisSettings;
  limits: ShelfLimits;
  clock: Clock;
  logger: Pick<FastifyBaseLogger, "info" | "warn">;
  /** This server's own copy of the definitions of worlds. */
  definitions: WorldStore;
} & Pick<SharedShelfOptions, "canGoOn" | "onTakenOver">;

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
  const { redis, limits, clock, logger, definitions, canGoOn, onTakenOver } = options;
  const { url, prefix, leaseMs } = redis;
  const ttlMs = limits.retentionMs + limits.abandonMs + MARGIN_MS;
  let store: SharedStore | undefined;
  let worlds: OpenSharedWorlds | undefined;
  try {
    store = await openSharedStore({ url, prefix, ttlMs, wall: clock.wall });
    const observer = createStoreReport({ logger, clock, connectionFault: faultOf(store) });
    const serverId = randomId(12);
    const own = { serverId, newId: newStreamId, rememberMs: limits.retentionMs };
    worlds = await openSharedWorlds({ clock, store, definitions, ...own });
    const shelf = await createSharedShelf({
      ...{ clock, limits, store, serverId, leaseMs, observer },
      ...{ canGoOn, onTakenOver },
    });
    await tryOut(store);
    await checkEviction(store, logger);
    return { shelf, worlds, counters: { redis: store.connection.redis, nameSpace: `${prefix}starts:` } };
  } catch (error) {
    worlds?.close();
    await store?.close();
    throw settingError("CHATWAIT_REDIS_URL", `CHATWAIT_REDIS_URL: no store can be used there (${reasonOf(error)}).`);
  }
}

/** Writes a stream and forgets it: a user who may not do that is to be told before anybody asks for an answer. */
async function tryOut(store: SharedStore): Promise<void> {
  const id = newStreamId();
  const names = { kind: "chat" as const, createdAt: "", epochs: [] };
  const batch = { first: 1, events: ["{}"], sealed: true, freesKeys: false };
  try {
    await store.append(id, { fence: "trial.1", names }, batch);
  } catch (error) {
    // What may pass is met again by those who ask, and told to them.
    if (isRefusal(error)) throw error;
  } finally {
    await store.forget(id).catch(() => {});
  }
}

/** Why the last connection failed; undefined while there is one. */
function faultOf({ connection: { redis } }: SharedStore): () => unknown {
  let fault: unknown;
  redis.on("error", (error: Error & { lastNodeError?: Error }) => {
    fault = error.lastNodeError ?? error;
  });
  redis.on("ready", () => {
    fault = undefined;
  });
  return () => fault;
}

/** Redis deletes what is in use where it is told to make room by itself. */
async function checkEviction({ connection }: SharedStore, logger: SharedStreamsOptions["logger"]): Promise<void> {
  const said = await Promise.all(connection.nodes().map((node) => node.info("memory"))).catch(() => []);
  const policies = said.map((text) => /^maxmemory_policy:(\S+)/m.exec(text)?.[1] ?? "noeviction");
  const policy = policies.find((name) => name !== "noeviction");
  if (policy)
    logger.warn({ maxmemory_policy: policy }, "Redis may delete running answers: give it the policy noeviction");
}

/** What can be done about what Redis, or the network, says. */
const ADVICE: [said: RegExp, meaning: string][] = [
  [/^(WRONGPASS|ERR invalid password|ERR AUTH)/, "its user or password is refused"],
  [/NOAUTH/, "it asks for a user and a password"],
  [/DB index|SELECT is not allowed|value is out of range/, "it has no database with that number; a cluster has only 0"],
  [/^Unknown/, "what answers there is no Redis"],
  [/^WRONGTYPE/, "something else stands under its names; CHATWAIT_REDIS_PREFIX chooses others"],
  [/NOPERM.*'select'/, "its user may not choose a database: it needs +select for a number in the URL"],
  [/^OOM/, "it is full; give it more memory (its maxmemory), or empty it"],
  [/^READONLY/, "it is a replica; give the address of its primary"],
  [
    /NOPERM|executing the script can't|ACL failure/,
    "its user may not do all that is needed; docs/deploy.md has the rule that allows it",
  ],
  [/CERT|SIGNED|SIGNATURE|ISSUER|ALTNAME|SSL|TLS|EPROTO/, "TLS fails; NODE_EXTRA_CA_CERTS names a CA of your own"],
  [
    /Connection is closed|Command timed out|ECONNRESET|ETIMEDOUT/,
    "it does not answer; does it take TLS alone, rediss://, or none, redis://, and may this machine reach it?",
  ],
];

/** A URL may hold a password: a reason is told by its code, or in Redis's own words. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const said = String(code ?? message).split(/\n|\. Please report/, 1)[0] ?? "";
  const meaning = ADVICE.find(([pattern]) => pattern.test(said))?.[1];
  return meaning ? `${meaning}: ${said}` : said;
}
