import type { Clock } from "../../clock.ts";
import { expiringMap } from "../../log/expiring-map.ts";
import type { Connection } from "../../log/redis/connection.ts";
import type { Keys } from "../../log/redis/keys.ts";
import type { Retries } from "../../log/redis/retries.ts";
import { defineScript } from "../../log/redis/scripts.ts";
import { FORGOTTEN_MS, type Line, type Memories, MOST_BYTES, MOST_LINES, newest, sizeOf } from "../memory.ts";
import { MOST_WORLDS } from "../world-store.ts";
import { areTrue, type Entry, entryOf, textOf, union } from "./memory-entry.ts";
import { REMEMBER, RESTORE } from "./memory-scripts.ts";

export type SharedMemoriesOptions = {
  connection: Connection;
  keys: Keys;
  clock: Clock;
  retries: Retries;
  /** Tells a world from others that have or had its name. */
  made(world: string): number | undefined;
};

export type SharedMemories = Memories & {
  /** What this server knows of a world's memory is true no longer. */
  drop(world: string): void;
  /** Puts what this server knows into a store that was emptied. */
  restore(): Promise<void>;
  close(): void;
};

/**
 * The memories of worlds that servers share: they stand in Redis. What this server knows of them is for when Redis is away.
 * What a turn has said is on its way before the turn's end is: who has seen the end and asks another server is remembered there.
 */
export function createSharedMemories(options: SharedMemoriesOptions): SharedMemories {
  const { connection, keys, clock, retries, made } = options;
  const { redis } = connection;
  const remember = defineScript<number>(redis, "chatwaitRemember", 1, REMEMBER);
  const restore = defineScript<string>(redis, "chatwaitRestore", 1, RESTORE);
  const known = expiringMap<readonly Entry[]>(clock, FORGOTTEN_MS, () => {}, MOST_WORLDS);

  /** Whose lines these are: a server that was cut off may add some of a world that was deleted to the one that has its name now. */
  const ownerOf = (world: string) => `${made(world) ?? 0}/`;

  /** What was said lately, as far as this server knows. */
  function knownOf(key: string): readonly Entry[] {
    const entries = known.get(key) ?? [];
    return areTrue(entries, clock.wall()) ? entries : [];
  }

  /** Nothing that is known is given up for what the store has: it may have been emptied. */
  function learn(key: string, entries: readonly Entry[]) {
    if (entries.length === 0) return;
    known.set(
      key,
      newest(union(knownOf(key), entries), ({ bytes }) => bytes),
    );
  }

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
    learn(key, added);
  }

  /** For as long as it is worth it. */
  function keepTrying(action: () => Promise<void>) {
    const end = clock.now() + FORGOTTEN_MS;
    return retries.persist(action, () => clock.now() > end);
  }

  return {
    async recall(world) {
      const key = keys.memory(world);
      const owner = ownerOf(world);
      const stored = await redis.lrange(key, 0, -1).then(
        (texts) => texts.map(entryOf),
        () => knownOf(key),
      );
      learn(key, stored);
      const own = areTrue(stored, clock.wall()) ? stored.filter(({ turn }) => turn.startsWith(owner)) : [];
      return own.map(({ line }) => line);
    },
    add(world, turnId, lines) {
      const key = keys.memory(world);
      // Not only those that have room: what was said before them must not come in where they had to leave.
      const said = lines.filter((line) => sizeOf(line) <= MOST_BYTES).slice(-MOST_LINES);
      const turn = `${ownerOf(world)}${turnId}`;
      if (said.length > 0) void keepTrying(() => write(key, turn, said));
    },
    forget(world) {
      const key = keys.memory(world);
      known.delete(key);
      void keepTrying(async () => void (await redis.del(key)));
    },
    drop: (world) => known.delete(keys.memory(world)),
    async restore() {
      for (const key of known.keys()) {
        const entries = knownOf(key);
        if (entries.length > 0) await restore(key, MOST_LINES, MOST_BYTES, FORGOTTEN_MS, ...entries.map(textOf));
      }
    },
    close: known.clear,
  };
}
