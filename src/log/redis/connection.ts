import type { Redis } from "ioredis";
import { nodesOf, onConnected, openRedis, type RedisClient } from "./open-redis.ts";

/** Two connections to Redis: one for commands, one for what is published. Both come back by themselves. */
export type Connection = {
  /** Each command fails within 3 s, and at once while there is no connection: nobody waits for a store that is away. */
  readonly redis: RedisClient;
  /** Those that hold something: one, or those of a cluster that are written to. */
  nodes(): Redis[];
  /** Calls `take` with what is published to a channel from when this has resolved, but for what comes while there is no connection. */
  listen(channel: string, take: (message: string) => void): Promise<() => void>;
  /** Calls `back` each time when both connections stand again: what was published meanwhile has been missed. */
  onBack(back: () => void): void;
  /** How often it has been made: after each time another Redis may answer. */
  times(): number;
  /**
   * Whether the other side of what is published still answers; without an answer the connection is made anew. Where it refused to
   * let this server listen, it is asked again.
   */
  checkListener(): Promise<void>;
  close(): void;
};

/** @throws Error where nothing answers, with what is known of why; never with what the URL holds as a password */
export async function connectRedis(url: string): Promise<Connection> {
  const [redis, listener] = (await openRedis(url, 2)) as [RedisClient, RedisClient];
  const channels = new Map<string, Set<(message: string) => void>>();
  const backs: (() => void)[] = [];
  let times = 0;
  let isDeaf = false;
  onConnected(redis, () => times++);
  listener.on("message", (channel: string, message: string) => {
    for (const take of channels.get(channel) ?? []) take(message);
  });
  for (const client of [redis, listener]) onConnected(client, () => setImmediate(announceBack));

  /** Subscribes to everything, which may be refused: a user's rights change. ioredis would do it, too, but take no refusal. */
  const hearAgain = () => (channels.size > 0 ? listener.subscribe(...channels.keys()) : listener.ping());

  /** After an answer on both, for only then has what was subscribed been subscribed again. */
  async function announceBack() {
    isDeaf = true;
    const answers = await Promise.allSettled([redis.ping(), hearAgain()]);
    if (answers.some(({ status }) => status === "rejected")) return;
    isDeaf = false;
    for (const back of backs) back();
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
    nodes: () => nodesOf(redis),
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
      if (isDeaf) await announceBack();
    },
    close,
  };
}
