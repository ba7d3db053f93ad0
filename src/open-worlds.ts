import { type Clock, systemClock } from "./clock.ts";
import { readConfig } from "./config.ts";
import { openDataDir } from "./data-dir.ts";
import { newMessageId, newStreamId } from "./ids.ts";
import { createMemoryShelf } from "./log/memory-shelf.ts";
import { createRegistry, type OfferedModel } from "./models/registry.ts";
import type { Environment } from "./settings.ts";
import type { Definitions } from "./worlds/definitions.ts";
import { createWorlds, type Worlds } from "./worlds/worlds.ts";

/**
 * Worlds as a library: what a program needs that uses them without HTTP. It is the package's `chatwait/worlds`.
 */
export type { StreamEvent, WorldEvent } from "./protocol/events.ts";
export type { Agent, World } from "./protocol/world-requests.ts";
export * as schemas from "./protocol/world-schemas.ts";
export type { OutsideEvent } from "./worlds/outside-programs.ts";
export type { ClientConnection, WorldEventType } from "./worlds/subscription.ts";
export type { SubscribedWorld, Subscription } from "./worlds/worlds.ts";

export type OpenWorlds = Definitions &
  Pick<Worlds, "subscribeWorld" | "publishMessage" | "publishSSE" | "route" | "counts"> & {
    /** Ends all turns, and lets go of everything. */
    close(): Promise<void>;
  };

export type OpenWorldsDeps = {
  clock?: Clock;
  random?: () => number;
  /** Models besides those that the settings name. */
  models?: readonly OfferedModel[];
};

/**
 * Opens the worlds that are defined in a data folder. `settings` are those of the server, by their names in its environment
 * (`CHATWAIT_DATA_DIR`, `CHATWAIT_MODEL`, …), each with its default. What it returns are functions that need no `this`.
 * @throws SettingError for a setting that cannot be used
 */
export async function openWorlds(settings: Environment = {}, deps: OpenWorldsDeps = {}): Promise<OpenWorlds> {
  const { clock = systemClock, random = Math.random, models = [] } = deps;
  const config = readConfig(settings);
  const store = await openDataDir(config.dataDir);
  const registry = await createRegistry(config.models, { clock, extra: models });
  const shelf = createMemoryShelf(clock, config.shelf);
  // What a server needs besides is not for programs: there, arguments have been checked before.
  const { startTurn, publish, checkSender, feed, hasForgottenFeed, leaveFeed, goOn, close, ...worlds } = createWorlds({
    ...{ store, shelf, registry, clock, instructions: config.instructions, timing: config.worldTiming },
    rememberMs: config.shelf.retentionMs,
    call: { clock, random, limits: config.patience },
    observe: UNOBSERVED,
    ids: { stream: newStreamId, message: newMessageId },
  });
  async function end() {
    await shelf.close("stopped");
    close();
    store.close();
    await registry.close();
  }
  let ended: Promise<void> | undefined;
  return {
    ...worlds,
    close() {
      ended ??= end();
      return ended;
    },
  };
}

const UNOBSERVED = { token() {}, firstToken() {}, failed() {}, ended() {} };
