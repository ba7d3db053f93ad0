import { Redis } from "ioredis";

/** Two connections to Redis: one for commands, one for what is published. Both come back by themselves. */
export type Connection = {
  /** Each command fails within {@link COMMAND_MS}, and at once while there is no connection: nobody waits for a store that is away. */
  readonly redis: Redis;
  /** Calls `take` with what is published to a channel from when this has resolved, but for what comes while there is no connection. */
  listen(channel: string, take: (message: string) => void): Promise<() => void>;
  /** Calls `back` each time when both connections stand again: what was published meanwhile has been missed. */
  onBack(back: () => void): void;
  /** How often it has been made: after each time another Redis may answer. */
  times(): number;
  /** Whether the other side of what is published still answers; without an answer the connection is made anew. */
  checkListener(): Promise<void>;
  close(): void;
};

/** Longer than a store that is merely slow takes (R-STORE). */
const COMMAND_MS = 3000;
/** For a store that starts together with its servers. */
const START_MS = 5000;
const LONGEST_BACKOFF_MS = 1000;

/** @throws Error where nothing answers, with what is known of why; never with what the URL holds as a password */
export async function connectRedis(url: string): Promise<Connection> {
  const redis = open(url, true);
  const listener = open(url, false);
  const channels = new Map<string, Set<(message: string) => void>>();
  const backs: (() => void)[] = [];
  let times = 0;
  redis.on("ready", () => times++);
  try {
    await Promise.all([ready(redis), ready(listener)]);
  } catch (error) {
    close();
    throw error;
  }
  listener.on("message", (channel: string, message: string) => {
    for (const take of channels.get(channel) ?? []) take(message);
  });
  for (const client of [redis, listener]) client.on("ready", () => setImmediate(announceBack));

  /** After an answer on both, for only then has what was subscribed been subscribed again. */
  function announceBack() {
    Promise.all([redis.ping(), listener.ping()]).then(
      () => {
        for (const back of backs) back();
      },
      () => {},
    );
  }

  function close() {
    channels.clear();
    backs.length = 0;
    redis.disconnect();
    listener.disconnect();
  }

  function leave(channel: string, takers: Set<unknown>, take: unknown) {
    takers.delete(take);
    if (takers.size > 0 || channels.get(channel) !== takers) return;
    channels.delete(channel);
    listener.unsubscribe(channel).catch(() => {});
  }

  return {
    redis,
    async listen(channel, take) {
      const takers = channels.get(channel) ?? new Set();
      channels.set(channel, takers.add(take));
      try {
        await listener.subscribe(channel);
      } catch (error) {
        leave(channel, takers, take);
        throw error;
      }
      return () => leave(channel, takers, take);
    },
    onBack: (back) => void backs.push(back),
    times: () => times,
    async checkListener() {
      await listener.ping().catch(() => listener.status === "ready" && listener.disconnect(true));
    },
    close,
  };
}

function open(url: string, isPrompt: boolean): Redis {
  const redis = new Redis(url, {
    ...{ enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: null },
    ...{ commandTimeout: COMMAND_MS, connectTimeout: COMMAND_MS, noDelay: isPrompt },
    retryStrategy: (tries) => Math.min(25 * 2 ** tries, LONGEST_BACKOFF_MS),
  });
  // What is wrong is told by the commands that fail.
  redis.on("error", () => {});
  return redis;
}

function ready(redis: Redis): Promise<void> {
  return new Promise((resolve, reject) => {
    let reason: Error = new Error("no answer");
    const note = (error: Error) => {
      reason = error;
    };
    const timer = setTimeout(() => reject(reason), START_MS);
    redis.on("error", note);
    redis.once("ready", () => {
      clearTimeout(timer);
      redis.off("error", note);
      resolve();
    });
  });
}
