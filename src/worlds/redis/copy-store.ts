import type { Connection } from "../../log/redis/connection.ts";
import type { Keys } from "../../log/redis/keys.ts";
import { messageOf } from "../../log/redis/message.ts";
import { defineScript } from "../../log/redis/scripts.ts";
import type { WorldCopy } from "../world-copies.ts";
import type { CopyStore } from "./shared-changes.ts";
import type { WorldNews } from "./world-news.ts";

/**
 * KEYS hash · ARGV name, the `rev` that is expected ('0': none), the copy as JSON that begins with its `rev` ('' forgets it),
 * channel, how many worlds there may be ('': any number). Returns "ok", or what is there instead, or "none"; or "full".
 *
 * A Redis without memory runs a script whose first write makes room: a world can be deleted there.
 */
const WRITE_COPY = `
local function count(text) return text and text ~= '' and not string.find(text, '^{"rev":%d+,"deleted":true') and 1 or 0 end
local held = redis.call('HGET', KEYS[1], ARGV[1])
local rev = held and string.match(held, '^{"rev":(%d+)') or '0'
if rev ~= ARGV[2] then return held or 'none' end
local more = count(ARGV[3]) - count(held)
local most = tonumber(ARGV[5])
if more > 0 and most and tonumber(redis.call('HGET', KEYS[1], '#worlds') or '0') >= most then return 'full' end
if count(ARGV[3]) == 0 then redis.call('HDEL', KEYS[1], ARGV[1]) end
if more ~= 0 then redis.call('HINCRBY', KEYS[1], '#worlds', more) end
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  redis.call('PUBLISH', ARGV[4], '{"type":"copy","world":"' .. ARGV[1] .. '","copy":' .. ARGV[3] .. '}')
end
return 'ok'
`;

/** No world is called so. The other is how many there are. */
const [MARK, COUNT] = ["#", "#worlds"];

/** The servers' common copies of worlds, in Redis. */
export type RedisCopyStore = CopyStore & {
  /** What tells this store from one that was emptied: it stays as it is until then. `proposed` is it where there is none. */
  mark(proposed: string): Promise<string>;
};

export function createCopyStore({ redis }: Connection, keys: Keys, news: WorldNews): RedisCopyStore {
  const write = defineScript<string>(redis, "chatwaitWriteCopy", 1, WRITE_COPY);

  function copyOf(name: string, text: string): WorldCopy {
    const copy = messageOf<WorldCopy>(text);
    if (typeof copy?.rev === "number") return copy;
    throw new Error(`the field ${JSON.stringify(name)} of ${keys.worlds} holds no world: mend it there, or delete it`);
  }

  return {
    async all() {
      const { [MARK]: _, [COUNT]: __, ...copies } = await redis.hgetall(keys.worlds);
      return new Map(Object.entries(copies).map(([name, text]) => [name, copyOf(name, text)]));
    },
    async write(name, expected, copy, most) {
      const said = await write(keys.worlds, name, expected, copy ? textOf(copy) : "", keys.worldNews, most ?? "");
      if (said === "ok") return { written: true };
      if (said === "full") return { written: false, found: undefined, isFull: true };
      return { written: false, found: said === "none" ? undefined : copyOf(name, said) };
    },
    onWritten: (take) => news.on("copy", ({ world, copy }) => take(world, copy)),
    async mark(proposed) {
      const held = await redis.hget(keys.worlds, MARK);
      if (held !== null) return held;
      await redis.hsetnx(keys.worlds, MARK, proposed);
      return (await redis.hget(keys.worlds, MARK)) ?? proposed;
    },
  };
}

const textOf = ({ rev, ...copy }: WorldCopy): string => JSON.stringify({ rev, ...copy });
