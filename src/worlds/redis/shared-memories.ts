import type { Clock } from "../../clock.ts";
import { expiringMap } from "../../log/expiring-map.ts";
import type { Connection } from "../../log/redis/connection.ts";
import type { Keys } from "../../log/redis/keys.ts";
import type { Retries } from "../../log/redis/retries.ts";
import { defineScript } from "../../log/redis/scripts.ts";
import { FORGOTTEN_MS, type Line, type Memories, MOST_BYTES, MOST_LINES, newest, sizeOf } from "../memory.ts";
import { type Entry, entryOf, linesOf } from "./memory-entry.ts";
import { REMEMBER } from "./memory-scripts.ts";

export type SharedMemoriesOptions = {
  connection: Connection;
  keys: Keys;
  clock: Clock;
  retries: Retries;
};

export type SharedMemories = Memories & { close(): void };

/** As many as there may be worlds. */
const MOST_WORLDS = 1000;

/**
 * The memories of worlds that servers share: they stand in Redis. What this server knows of them is for when Redis is away.
 * What a turn has said is on its way before the turn's end is: who has seen the end and asks another server is remembered there.
 */
export function createSharedMemories(options: SharedMemoriesOptions): SharedMemories {
  const { connection, keys, clock, retries } = options;
  const { redis } = connection;
  const remember = defineScript<number>(redis, "chatwaitRemember", 1, REMEMBER);
  const known = expiringMap<readonly Entry[]>(clock, FORGOTTEN_MS, () => {}, MOST_WORLDS);
  const knownOf = (key: string) => known.get(key) ?? [];

  /** Resolves when it is in the store. The first words of it are on their way when this returns. */
  async function write(key: string, turn: string, lines: readonly Line[]) {
    const until = clock.wall() + FORGOTTEN_MS;
    const sized = lines.map((line) => ({ line, bytes: sizeOf(line) }));
    const first = await remember(
      ...[key, turn, knownOf(key).at(-1)?.number ?? 0, clock.wall(), until, FORGOTTEN_MS, MOST_LINES, MOST_BYTES],
      ...sized.flatMap(({ line, bytes }) => [bytes, JSON.stringify(line)]),
    );
    if (first === 0) return;
    const added = sized.map(({ line, bytes }, index) => ({ number: first + index, bytes, until, turn, line }));
    known.set(key, [...knownOf(key), ...added].slice(-MOST_LINES));
  }

  return {
    async recall(world) {
      const key = keys.memory(world);
      try {
        const entries = (await redis.lrange(key, 0, -1)).map(entryOf);
        // A store that came back empty is told what is known, not the other way round.
        if (entries.length > 0) known.set(key, entries);
        return linesOf(entries, clock.wall());
      } catch {
        return linesOf(knownOf(key), clock.wall());
      }
    },
    add(world, turnId, lines) {
      const key = keys.memory(world);
      const fitting = newest(lines);
      if (fitting.length > 0) void retries.persist(() => write(key, turnId, fitting));
    },
    forget(world) {
      const key = keys.memory(world);
      known.delete(key);
      void retries.persist(async () => void (await redis.del(key)));
    },
    close: known.clear,
  };
}
