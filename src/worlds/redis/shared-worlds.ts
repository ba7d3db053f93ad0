import type { Clock } from "../../clock.ts";
import { createRetries } from "../../log/redis/retries.ts";
import { openServerCalls } from "../../log/redis/server-calls.ts";
import type { SharedStore } from "../../log/redis/shared-store.ts";
import { isFailure } from "../../protocol/errors.ts";
import { createFirstWorld, FIRST_WORLD } from "../first-world.ts";
import type { SharedWorlds } from "../sharing.ts";
import type { WorldStore } from "../world-store.ts";
import { createCopyStore } from "./copy-store.ts";
import { createSharedChanges } from "./shared-changes.ts";
import { createSharedFeeds } from "./shared-feeds.ts";
import { createSharedMemories } from "./shared-memories.ts";
import { createSharedTurns } from "./shared-turns.ts";
import { createTurnDirectory } from "./turn-directory.ts";
import { openWorldNews, type WorldNews } from "./world-news.ts";

export type SharedWorldsOptions = {
  store: SharedStore;
  clock: Clock;
  /** This server's own copy of the definitions. */
  definitions: WorldStore;
  serverId: string;
  /** Names feeds, and what is found in Redis: one that was emptied gets another name. */
  newId(): string;
  /** How long a turn that has ended is told from one that never was; ms. */
  rememberMs: number;
};

export type OpenSharedWorlds = SharedWorlds & {
  readonly news: WorldNews;
  /** Ends all that is still being tried. The store is its opener's. */
  close(): void;
};

/** A store that was emptied under standing connections is met as such within this time. */
const LOOK_MS = 10_000;

/**
 * What servers have in common of their worlds, in Redis.
 * @throws Error where it cannot be reached
 */
export async function openSharedWorlds(options: SharedWorldsOptions): Promise<OpenSharedWorlds> {
  const { store, clock, definitions, serverId, newId, rememberMs } = options;
  const { connection, keys } = store;
  const news = await openWorldNews(connection, keys.worldNews);
  const retries = createRetries(clock);
  const copyStore = createCopyStore(connection, keys, news);
  const changes = createSharedChanges({ copies: definitions.copies, store: copyStore, onMissed: meetAgain });
  const memories = createSharedMemories({ connection, keys, clock, retries, made: definitions.made });
  const directory = createTurnDirectory({ connection, keys, clock, rememberMs });
  const calls = await openServerCalls({ connection, keys, clock, serverId });
  let mark: string | undefined;
  let stopLooking = () => {};
  let isOpen = true;
  changes.onChanged(({ world, isOver, remembers }) => {
    if (isOver || !remembers) memories.drop(world);
  });

  /** Makes what is here and what is there the same. A store that was emptied is given back what this server knows. */
  async function meet() {
    const met = await copyStore.mark(newId());
    await changes.merge();
    if (mark !== undefined && mark !== met) await memories.restore();
    mark = met;
  }

  function meetAgain() {
    void retries.persist(meet);
  }

  async function look() {
    const met = await copyStore.mark(newId()).catch(() => mark);
    if (met !== mark) meetAgain();
    lookLater();
  }

  function lookLater() {
    if (isOpen) stopLooking = clock.after(LOOK_MS, () => void look());
  }

  await meet();
  connection.onBack(meetAgain);
  lookLater();
  await createFirst(definitions, (make) => changes.change(FIRST_WORLD, make));
  return {
    ...{ news, changes, memories },
    feeds: createSharedFeeds({ connection, keys, clock, news, serverId, newId }),
    turns: createSharedTurns({ directory, calls, retries, clock }),
    close() {
      isOpen = false;
      stopLooking();
      retries.close();
      memories.close();
      directory.close();
      calls.close();
    },
  };
}

/** Of servers that start on nothing together, one makes the first world. */
async function createFirst(definitions: WorldStore, change: (make: () => void) => Promise<void>) {
  if (definitions.copies.names().length > 0) return;
  try {
    await change(() => createFirstWorld(definitions));
  } catch (error) {
    if (!isFailure(error) || error.code !== "world_exists") throw error;
  }
}
