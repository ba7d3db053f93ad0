import type { RedisClient } from "./open-redis.ts";

/** Runs a script: its keys, then its arguments. */
export type Script<Result> = (...keysAndArgs: (string | number)[]) => Promise<Result>;

/**
 * What must happen at once in Redis is a script in Lua. Each touches the keys of one stream, or one key, for a cluster runs it
 * where they are; each may be repeated where it is not known whether it ran.
 * https://redis.io/docs/latest/develop/interact/programmability/eval-intro/
 *
 * `name` is unique on a connection. `keys`: how many of what it is given are keys. Redis is sent the text once, and its hash from then on.
 */
export function defineScript<Result>(redis: RedisClient, name: string, keys: number, lua: string): Script<Result> {
  redis.defineCommand(name, { numberOfKeys: keys, lua });
  const run = (redis as unknown as Record<string, Script<Result>>)[name] as Script<Result>;
  return run.bind(redis);
}
