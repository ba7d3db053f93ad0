import { createSharedShelf, type SharedShelf } from "../src/log/redis/shared-shelf.ts";
import { openSharedStore } from "../src/log/redis/shared-store.ts";
import type { TakenOver } from "../src/log/redis/taking-over.ts";
import { ROOMY } from "./log-environment.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";

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
};

let made = 0;
export const newPrefix = () => `test${made++}:`;

export async function startSharedServer(
  url: string,
  prefix: string,
  serverId: string,
  limits = ROOMY,
): Promise<SharedServer> {
  const clock = manualClock();
  const store = await openSharedStore({ url, prefix, ttlMs: 600_000, wall: clock.wall });
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
  };
}
