import type { Clock } from "../../clock.ts";
import { createRetries } from "../../log/redis/retries.ts";
import { openServerCalls } from "../../log/redis/server-calls.ts";
import type { SharedStore } from "../../log/redis/shared-store.ts";
import { makeFirstCopy } from "../first-world.ts";
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
/** So long after it was met here the last server gives back what it lacks: a look, the longest back-off, and some more. */
const GIVING_BACK_MS = LOOK_MS + 1500;

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
  let met: string | undefined;
  let replacedAt = Number.NEGATIVE_INFINITY;
  let stopLooking = () => {};
  let isOpen = true;
  changes.onChanged(({ world, isOver, remembers }) => {
    if (isOver || !remembers) memories.drop(world);
  });

  /** Another one may lack what this one had: it was emptied, is a replica, or came back with what it had saved. */
  const storeMet = async () => `${await copyStore.mark(newId())} ${await store.identity()}`;

  /** Makes what is here and what is there the same. A store that may lack something is given back what this server knows. */
  async function meet() {
    const found = await storeMet();
    const isReplaced = met !== undefined && met !== found;
    if (isReplaced) directory.restore();
    await changes.merge();
    if (isReplaced) await memories.restore();
    if (isReplaced) replacedAt = clock.now();
    met = found;
  }

  /** Whether the store is another one than before, or was emptied, and servers may be about to give back what it lacks. */
  async function mayLack(): Promise<boolean> {
    if ((await storeMet()) === met) return clock.now() - replacedAt < GIVING_BACK_MS;
    meetAgain();
    return true;
  }

  function meetAgain() {
    void retries.persist(meet);
  }

  async function look() {
    const found = await storeMet().catch(() => met);
    if (found !== met) meetAgain();
    lookLater();
  }

  function lookLater() {
    if (isOpen) stopLooking = clock.after(LOOK_MS, () => void look());
  }

  await meet();
  if (definitions.copies.names().length === 0) {
    makeFirstCopy(definitions);
    await changes.merge();
  }
  connection.onBack(meetAgain);
  lookLater();
  return {
    ...{ news, changes, memories },
    feeds: createSharedFeeds({ connection, keys, clock, news, serverId, newId }),
    turns: createSharedTurns({ directory, calls, retries, clock, mayLack }),
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
