import assert from "node:assert/strict";
import { openSharedStore, type SharedStore } from "../src/log/redis/shared-store.ts";
import { type OpenSharedWorlds, openSharedWorlds } from "../src/worlds/redis/shared-worlds.ts";
import { openWorldStore, type WorldStore } from "../src/worlds/world-store.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import type { Place } from "./redis-server.ts";

/** What one server has of the worlds that are shared under a prefix, without its streams. */
export type WorldSharer = OpenSharedWorlds & {
  serverId: string;
  definitions: WorldStore;
  clock: ManualClock;
  store: SharedStore;
  /** Resolves when Redis has answered what was asked before; rejects where it is away. */
  roundTrip(): Promise<unknown>;
  /** Closes it. Throws where a timer is left behind. */
  close(): void;
};

let ids = 0;
const newId = () => `sharer${++ids}`;

/** `definitions`: what it has on its disk. */
export async function startWorldSharer(
  { url, prefix }: Place,
  definitions = openWorldStore(":memory:"),
): Promise<WorldSharer> {
  const clock = manualClock();
  const store = await openSharedStore({ url, prefix, ttlMs: 600_000, wall: clock.wall });
  const serverId = newId();
  const shared = await openSharedWorlds({ store, clock, definitions, serverId, newId, rememberMs: 300_000 });
  return {
    ...{ ...shared, serverId, definitions, clock, store },
    roundTrip: () => store.connection.redis.ping(),
    close() {
      shared.close();
      void store.close();
      assert.equal(clock.pending(), 0, "a timer was left behind");
    },
  };
}
