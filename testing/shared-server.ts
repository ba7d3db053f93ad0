import assert from "node:assert/strict";
import type { ShelfLimits } from "../src/log/memory-shelf.ts";
import { createSharedShelf, type SharedShelf } from "../src/log/redis/shared-shelf.ts";
import { openSharedStore, type SharedStore } from "../src/log/redis/shared-store.ts";
import type { TakenOver } from "../src/log/redis/taking-over.ts";
import { type LogEnvironment, ROOMY } from "./log-environment.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { until } from "./until.ts";

/** The shelf of one server of those that share what is under a prefix. */
export type SharedServer = {
  shelf: SharedShelf;
  clock: ManualClock;
  /** Resolves when the store has answered what was asked before; rejects where it is away. */
  roundTrip(): Promise<unknown>;
  /** What it has been given to go on with. */
  taken: TakenOver[];
  /** How often it has been connected to the store. */
  connections(): number;
  /** Takes the store away from it for good. */
  cutOff(): Promise<void>;
  /** Has the store take another server for dead: what Redis does with time, at once. */
  forgetSign(serverId: string): Promise<unknown>;
  /** Closes it where it has no store, and lets its time pass for that. */
  abandon(): Promise<void>;
};

let made = 0;
export const newPrefix = () => `test${made++}:`;

/** `spoil` makes of its store one that has trouble. */
export async function startSharedServer(
  url: string,
  prefix: string,
  serverId: string,
  limits = ROOMY,
  spoil = (store: SharedStore): Partial<SharedStore> => store,
): Promise<SharedServer> {
  const clock = manualClock();
  const sound = await openSharedStore({ url, prefix, ttlMs: 600_000, wall: clock.wall });
  const store = { ...sound, ...spoil(sound) };
  const taken: TakenOver[] = [];
  const onTakenOver = (one: TakenOver) => void taken.push(one);
  const shelf = await createSharedShelf({ clock, limits, store, serverId, leaseMs: 5000, onTakenOver });
  return {
    shelf,
    clock,
    taken,
    connections: store.connections,
    cutOff: store.close,
    roundTrip: () => store.isKept("nothing"),
    forgetSign: (id) => store.connection.redis.del(store.keys.server(id)),
    async abandon() {
      let closed = false;
      const closing = shelf.close("shutting_down").then(() => {
        closed = true;
      });
      await until(() => {
        clock.advance(100);
        return closed;
      }, "it is closed");
      await closing;
    },
  };
}

/** What the contract suites run on, shared through the store of that URL. */
export async function sharedEnvironment(url: string, limits: ShelfLimits): Promise<LogEnvironment> {
  const { shelf, clock, roundTrip } = await startSharedServer(url, newPrefix(), "a", limits);
  return {
    shelf,
    async passTime(ms) {
      clock.advance(ms);
      // What fell due is written, and after that a round trip is answered.
      for (let trips = 0; trips < 3; trips++) await roundTrip();
    },
    async close() {
      await shelf.close("shutting_down");
      assert.equal(clock.pending(), 0, "a timer was left behind");
    },
  };
}
