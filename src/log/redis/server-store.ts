import type { CancelCause } from "../shelf.ts";
import type { Connection } from "./connection.ts";
import type { Keys } from "./keys.ts";

/** What servers say to each other about a stream. */
export type Command =
  | { type: "cancel"; id: string; cause: CancelCause }
  /** How many read it on `server`: while any do it is not abandoned. */
  | { type: "readers"; id: string; server: string; count: number }
  /** Go on with it, for `server` is about to close; and the answer to that. */
  | { type: "take"; id: string; server: string }
  | { type: "taken"; id: string; server: string; isTaken: boolean };

/** `isDead`: its time has run out, and it may have left streams behind. `isLeaving`: it is about to close, and takes nothing. */
export type ServerState = { id: string; isDead: boolean; isLeaving: boolean };

/** Which servers there are, what they write, and what they say to each other. */
export type ServerStore = {
  /** Says something to another server. It may be lost. */
  send(serverId: string, command: Command): Promise<void>;
  onCommand(serverId: string, take: (command: Command) => void): Promise<void>;
  /** Tells that a server lives, for the next `ms`. */
  renew(serverId: string, ms: number, isLeaving: boolean): Promise<void>;
  servers(): Promise<ServerState[]>;
  /** Notes, or strikes out, that a server writes a stream. */
  runs(serverId: string, id: string, running: boolean): Promise<void>;
  runningOf(serverId: string): Promise<string[]>;
  /** A server that has left nothing behind. */
  bury(serverId: string): Promise<void>;
};

const LEAVING = "leaving";

export function createServerStore({ redis, listen, checkListener }: Connection, keys: Keys): ServerStore {
  return {
    async send(serverId, command) {
      await redis.publish(keys.commands(serverId), JSON.stringify(command));
    },
    async onCommand(serverId, take) {
      await listen(keys.commands(serverId), (message) => take(JSON.parse(message) as Command));
    },
    async renew(serverId, ms, isLeaving) {
      const state = isLeaving ? LEAVING : "lives";
      const noted = [redis.set(keys.server(serverId), state, "PX", ms), redis.sadd(keys.servers, serverId)];
      await Promise.all([...noted, checkListener()]);
    },
    async servers() {
      const ids = await redis.smembers(keys.servers);
      const states = await Promise.all(ids.map((id) => redis.get(keys.server(id))));
      return ids.map((id, index) => ({ id, isDead: states[index] === null, isLeaving: states[index] === LEAVING }));
    },
    async runs(serverId, id, running) {
      await (running ? redis.sadd(keys.running(serverId), id) : redis.srem(keys.running(serverId), id));
    },
    runningOf: (serverId) => redis.smembers(keys.running(serverId)),
    async bury(serverId) {
      await Promise.all([redis.del(keys.running(serverId)), redis.srem(keys.servers, serverId)]);
    },
  };
}
