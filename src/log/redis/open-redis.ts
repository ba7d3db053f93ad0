import { Cluster, Redis, type RedisOptions } from "ioredis";

/** One Redis, or a cluster of several. */
export type RedisClient = Redis | Cluster;

/** Longer than a store that is merely slow takes (R-STORE). */
const COMMAND_MS = 3000;
/** For a store that starts together with its servers. */
const START_MS = 5000;
const LONGEST_BACKOFF_MS = 1000;

/** The other side answers, and what it says will not change by being asked again. */
const REFUSED =
  /^(Ready check failed: )?(WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR invalid password)|certificate|SSL|TLS|Unknown RESP type/i;

/** Whether a command failed because its user may not do that. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Error && /NOPERM|executing the script can't|ACL failure/.test(error.message);

/** Whether a command failed because it cannot be written there: it is full, a replica, or something else stands in its place. */
export const isClosed = (error: unknown): boolean =>
  error instanceof Error && /^(OOM|READONLY|WRONGTYPE)\b/.test(error.message);

const backoff = (tries: number) => Math.min(25 * 2 ** tries, LONGEST_BACKOFF_MS);

/**
 * Makes so many connections. Where the URL names a node of a cluster, they are to the whole of it. All come back by themselves.
 * @throws Error where nothing answers, or what answers refuses
 */
export async function openRedis(url: string, count: number): Promise<RedisClient[]> {
  const database = databaseOf(url);
  const first = openOne(url);
  let open: RedisClient[] = [first];
  try {
    await ready(first);
    // Where it fails as the connection is made, it goes on with database 0.
    if (database > 0) await first.select(database);
    const about = String(await first.call("INFO", "server", "cluster"));
    if (!/^redis_version:/m.test(about)) throw new Error("Unknown answer to INFO");
    const isCluster = /cluster_enabled:1/.test(about);
    if (isCluster) first.disconnect();
    const make = isCluster ? openCluster : openOne;
    open = [...(isCluster ? [] : [first]), ...Array.from({ length: isCluster ? count : count - 1 }, () => make(url))];
    await Promise.all(open.map(ready));
    return open;
  } catch (error) {
    for (const client of open) client.disconnect();
    throw error;
  }
}

const OPTIONS = {
  // What had no answer when a connection broke fails then: with `null` it would be forgotten, and fail when its time is up.
  ...{ autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0, noDelay: true },
  ...{ commandTimeout: COMMAND_MS, connectTimeout: COMMAND_MS, disableClientInfo: true },
} satisfies RedisOptions;

/**
 * A replica that was a primary, or is about to be one, is not what the address leads to any more. Where it still is, connecting succeeds
 * each time, so that only this keeps a pause.
 */
function leavesReplica() {
  let notBefore = Number.NEGATIVE_INFINITY;
  return ({ message }: Error) => {
    if (!message.startsWith("READONLY") || performance.now() < notBefore) return false;
    notBefore = performance.now() + LONGEST_BACKOFF_MS;
    return true;
  };
}

/** The number of the database that the URL names. */
export const databaseOf = (url: string): number => Number(new URL(url).pathname.slice(1));

const placeOf = (url: string) => {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 6379) };
};

/** Nothing else of a URL may change how it is connected. */
function accessOf(url: string) {
  const { protocol, username, password } = new URL(url);
  const tls = protocol === "rediss:" ? { tls: {} } : {};
  const user = username === "" ? {} : { username: decodeURIComponent(username) };
  const secret = password === "" ? {} : { password: decodeURIComponent(password) };
  return { ...OPTIONS, reconnectOnError: leavesReplica(), ...tls, ...user, ...secret };
}

function openOne(url: string): Redis {
  const own = { enableOfflineQueue: false, autoResubscribe: false, retryStrategy: backoff, db: databaseOf(url) };
  return quiet(new Redis({ ...accessOf(url), ...placeOf(url), ...own }));
}

function openCluster(url: string): Cluster {
  return quiet(
    new Cluster([placeOf(url)], {
      ...{ enableOfflineQueue: false, clusterRetryStrategy: backoff, redisOptions: accessOf(url) },
      // Nodes are known by the names that they tell: certificates are made out to names.
      dnsLookup: (address, found) => found(null, address),
    }),
  );
}

export const nodesOf = (client: RedisClient): Redis[] =>
  client instanceof Cluster ? client.nodes("master") : [client];

/** Calls `connected` each time when it is connected again, and when any node of a cluster is. */
export function onConnected(client: RedisClient, connected: () => void): void {
  client.on("ready", connected);
  if (!(client instanceof Cluster)) return;
  for (const node of client.nodes()) node.on("ready", connected);
  client.on("+node", (node: Redis) => node.on("ready", connected));
}

/** What is wrong is told by the commands that fail. */
function quiet<Client extends RedisClient>(client: Client): Client {
  client.on("error", () => {});
  return client;
}

/** Resolves when it can be used; rejects with the reason when that is refused, or takes too long. */
function ready(client: RedisClient): Promise<void> {
  if (client.status === "ready") return Promise.resolve();
  return new Promise((resolve, reject) => {
    let reason: Error = new Error("no answer");
    const done = (settle: () => void) => {
      clearTimeout(timer);
      client.off("error", note);
      client.off("ready", isReady);
      settle();
    };
    const isReady = () => done(resolve);
    const note = (error: Error & { lastNodeError?: Error }) => {
      reason = error.lastNodeError ?? error;
      if (REFUSED.test(reason.message)) done(() => reject(reason));
    };
    const timer = setTimeout(() => done(() => reject(reason)), START_MS);
    client.on("error", note);
    client.on("ready", isReady);
  });
}
