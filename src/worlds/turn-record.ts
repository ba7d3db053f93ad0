import type { World } from "../protocol/world-requests.ts";
import type { Line } from "./memory.ts";
import type { Timing } from "./timing.ts";
import type { Published } from "./turn.ts";

/** What a turn begins with: plain JSON, and with its log all that another server needs to go on with it (R-TAKEOVER). */
export type TurnRecord = {
  turnId: string;
  /** As it was when the turn began. */
  world: World;
  /** Which world of that name: it may be deleted, and another made in its place. */
  made: number | undefined;
  timing: Timing;
  /** Who was there then, the oldest first. */
  agents: readonly string[];
  /** What was said before, or the request's context. */
  earlier: readonly Line[];
  /** The message that begins it. */
  first: Published;
};
