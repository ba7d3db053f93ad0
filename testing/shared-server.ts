import assert from "node:assert/strict";
import type { ShelfLimits } from "../src/log/memory-shelf.ts";
import { createSharedShelf, type SharedShelf } from "../src/log/redis/shared-shelf.ts";
import { openSharedStore, type SharedStore } from "../src/log/redis/shared-store.ts";
import type { Takeable, TakenOver } from "../src/log/shelf.ts";
import type { StreamLog } from "../src/log/stream-log.ts";
import { closedAfterEach } from "./closed-after-each.ts";
import { type LogEnvironment, ROOMY } from "./log-environment.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { newPrefix, type Place } from "./redis-server.ts";
import { passUntil } from "./until.ts";

/** The shelf of one server of those that share what is under a prefix. */
export type SharedServer = {
  shelf: SharedShelf;
  clock: ManualClock;
  /** Resolves when the store has answered what was asked before; rejects where it is away. */
  roundTrip(): Promise<unknown>;
  /** The stream of that id, as whoever reads here has it. */
  found(id: string): Promise<StreamLog>;
  /** Lets its time pass, no faster than the store answers, until that holds. */
  passUntil(condition: () => boolean | Promise<boolean>, what?: string): Promise<void>;
  /** What it has been given to go on with. */
  taken: TakenOver[];
  /** How often the store could be reached again. */
  timesBack(): number;
  /** Takes the store away from it for good. */
  cutOff(): Promise<void>;
  /** Has the store take another server for dead: what Redis does with time, at once. */
  forgetSign(serverId: string): Promise<unknown>;
  /** Closes it. Throws where a timer is left behind. */
  close(): Promise<void>;
  /** The same where it has no store, and lets its time pass for that. */
  abandon(): Promise<void>;
};

export type SharedServerOptions = {
  limits?: ShelfLimits;
  /** Whether it has the models that a stream needs; all, unless said otherwise. */
  canGoOn?(stream: Takeable): boolean;
  /** Makes of its store one that has trouble. */
  spoil?(store: SharedStore): Partial<SharedStore>;
};

const STEP_MS = 500;

/** Starts servers that share a place, each for one test. */
export const joining = (place: Place) =>
  closedAfterEach((serverId: string, options?: SharedServerOptions) => startSharedServer(place, serverId, options));

export async function startSharedServer(
  { url, prefix }: Place,
  serverId: string,
  { limits = ROOMY, canGoOn = () => true, spoil = () => ({}) }: SharedServerOptions = {},
): Promise<SharedServer> {
  const clock = manualClock();
  const sound = await openSharedStore({ url, prefix, ttlMs: 600_000, wall: clock.wall });
  const store = { ...sound, ...spoil(sound) };
  let timesBack = 0;
  store.onBack(() => timesBack++);
  const taken: TakenOver[] = [];
  const onTakenOver = (one: TakenOver) => void taken.push(one);
  const shelf = await createSharedShelf({
    ...{ clock, limits, store, serverId, leaseMs: 5000, onTakenOver },
    canGoOn: async (stream) => canGoOn(stream),
  });
  const roundTrip = () => store.isKept("nothing");
  async function close() {
    await shelf.close("shutting_down");
    assert.equal(clock.pending(), 0, "a timer was left behind");
  }
  return {
    ...{ shelf, clock, taken, cutOff: store.close, roundTrip, close, timesBack: () => timesBack },
    forgetSign: (id) => store.connection.redis.del(store.keys.server(id)),
    async found(id) {
      const found = await shelf.find(id);
      assert.ok(found.state === "kept", `it is ${found.state}`);
      return found.log;
    },
    passUntil: (condition, what = String(condition)) =>
      passUntil([{ clock }], STEP_MS, () => roundTrip().then(condition), what),
    async abandon() {
      let isOver = false;
      const closing = close().finally(() => {
        isOver = true;
      });
      await passUntil([{ clock }], 100, () => isOver, "it is closed");
      await closing;
    },
  };
}

/** What the contract suites run on, shared through the store of that URL. */
export async function sharedEnvironment(url: string, limits: ShelfLimits): Promise<LogEnvironment> {
  const place = { url, prefix: newPrefix() };
  const { shelf, clock, roundTrip, close } = await startSharedServer(place, "a", { limits });
  return {
    ...{ shelf, close },
    async passTime(ms) {
      clock.advance(ms);
      // What fell due is written, and after that a round trip is answered.
      for (let trips = 0; trips < 3; trips++) await roundTrip();
    },
  };
}
