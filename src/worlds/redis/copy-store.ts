import type { Connection } from "../../log/redis/connection.ts";
import type { Keys } from "../../log/redis/keys.ts";
import { defineScript } from "../../log/redis/scripts.ts";
import type { WorldCopy } from "../world-copies.ts";
import type { CopyStore } from "./shared-changes.ts";
import type { WorldNews } from "./world-news.ts";

/**
 * KEYS hash · ARGV name, the `rev` that is expected ('0': none), the copy as JSON that begins with its `rev` ('' forgets it),
 * channel. Returns "ok", or what is there instead, or "none".
 */
const WRITE_COPY = `
local held = redis.call('HGET', KEYS[1], ARGV[1])
local rev = held and string.match(held, '^{"rev":(%d+)') or '0'
if rev ~= ARGV[2] then return held or 'none' end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  redis.call('PUBLISH', ARGV[4], '{"type":"copy","world":"' .. ARGV[1] .. '","copy":' .. ARGV[3] .. '}')
end
return 'ok'
`;

/** No world is called so. */
const MARK = "#";

/** The servers' common copies of worlds, in Redis. */
export type RedisCopyStore = CopyStore & {
  /** What tells this store from one that was emptied: it stays as it is until then. `proposed` is it where there is none. */
  mark(proposed: string): Promise<string>;
};

export function createCopyStore({ redis }: Connection, keys: Keys, news: WorldNews): RedisCopyStore {
  const write = defineScript<string>(redis, "chatwaitWriteCopy", 1, WRITE_COPY);
  return {
    async all() {
      const { [MARK]: _, ...copies } = await redis.hgetall(keys.worlds);
      return new Map(Object.entries(copies).map(([name, text]) => [name, JSON.parse(text) as WorldCopy]));
    },
    async write(name, expected, copy) {
      const said = await write(keys.worlds, name, expected, copy ? textOf(copy) : "", keys.worldNews);
      if (said === "ok") return { written: true };
      return { written: false, found: said === "none" ? undefined : (JSON.parse(said) as WorldCopy) };
    },
    onWritten: (take) => news.on("copy", ({ world, copy }) => take(world, copy)),
    async mark(proposed) {
      await redis.hsetnx(keys.worlds, MARK, proposed);
      return (await redis.hget(keys.worlds, MARK)) ?? proposed;
    },
  };
}

const textOf = ({ rev, ...copy }: WorldCopy): string => JSON.stringify({ rev, ...copy });
