import type { CancelCause } from "../shelf.ts";
import type { Connection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { messageOf } from "./message.ts";
import { defineScript } from "./scripts.ts";

/** What servers say to each other about a stream. */
export type Command =
  | { type: "cancel"; id: string; cause: CancelCause }
  | ReadersCommand
  /** Go on with it, for `server` is about to close; and the answer to that. */
  | { type: "take"; id: string; server: string; stores: string }
  | { type: "taken"; id: string; server: string; isTaken: boolean };

/**
 * `isDead`: its time has run out, and it may have left streams behind. `isLeaving`: it is about to close, and takes nothing. `stores`:
 * which Redis it has given everything to.
 */
export type ServerState = { id: string; isDead: boolean; isLeaving: boolean; stores: string };

/** How many read a stream on `server`: while any do it is not abandoned, and they are told of what is written. */
export type ReadersCommand = { type: "readers"; id: string; server: string; count: number };

/** Which servers there are, what they write, and what they say to each other. */
export type ServerStore = {
  /** Says something to another server. It may be lost. */
  send(serverId: string, command: Command): Promise<void>;
  onCommand(serverId: string, take: (command: Command) => void): Promise<void>;
  /** Which Redis answers, all of them in a cluster: another one where it was restarted, or where a replica took its place. */
  identity(): Promise<string>;
  /**
   * Tells that a server lives, for the next `ms`. Resolves to whether its last sign was still there; rejects where the store refuses anything
   * that servers need.
   */
  renew(serverId: string, ms: number, state: { isLeaving: boolean; stores: string }): Promise<boolean>;
  hasSign(serverId: string): Promise<boolean>;
  servers(): Promise<ServerState[]>;
  /** Notes, or strikes out, that a server writes a stream. */
  runs(serverId: string, id: string, running: boolean): Promise<void>;
  runningOf(serverId: string): Promise<string[]>;
  /** Notes that a dead server has left a stream behind, where the store has lost that. */
  leftBehind(serverId: string, id: string): Promise<void>;
  /** Looks after a server no longer, where it has left nothing behind. */
  bury(serverId: string): Promise<void>;
};

const LEAVING = "leaving";

/**
 * KEYS log · ARGV channel. Tries what every answer needs, and leaves nothing behind: a user's rights may change while servers run, and
 * what only starts would meet is to be told by `/readyz`, too.
 */
const TRIAL = `
redis.call('XADD', KEYS[1], 'NOMKSTREAM', '*', 'e', '')
redis.call('PUBLISH', ARGV[1], '')
return 'ok'
`;

export function createServerStore({ redis, nodes, listen, checkListener }: Connection, keys: Keys): ServerStore {
  const trial = defineScript<string>(redis, "chatwaitTrial", 1, TRIAL);
  return {
    async send(serverId, command) {
      await redis.publish(keys.commands(serverId), JSON.stringify(command));
    },
    async onCommand(serverId, take) {
      await listen(keys.commands(serverId), (message) => {
        const command = messageOf<Command>(message);
        if (command) take(command);
      });
    },
    async identity() {
      const about = await Promise.all(nodes().map((node) => node.call("INFO", "server", "replication")));
      return about
        .map((text) => identityOf(String(text)))
        .sort()
        .join(" ");
    },
    async renew(serverId, ms, { isLeaving, stores }) {
      const state = isLeaving ? LEAVING : "lives";
      const sign = redis.set(keys.server(serverId), state, "PX", ms, "GET");
      const noted = redis.hset(keys.servers, serverId, stores);
      const tried = trial(keys.log(serverId), keys.bell(serverId));
      const [last] = await Promise.all([sign, noted, tried, checkListener()]);
      return last !== null;
    },
    hasSign: async (serverId) => (await redis.exists(keys.server(serverId))) === 1,
    async servers() {
      const noted = Object.entries(await redis.hgetall(keys.servers));
      const states = await Promise.all(noted.map(([id]) => redis.get(keys.server(id))));
      return noted.map(([id, stores], index) => {
        const state = states[index];
        return { id, isDead: state === null, isLeaving: state === LEAVING, stores };
      });
    },
    async leftBehind(serverId, id) {
      await Promise.all([redis.sadd(keys.running(serverId), id), redis.hsetnx(keys.servers, serverId, "")]);
    },
    async runs(serverId, id, running) {
      await (running ? redis.sadd(keys.running(serverId), id) : redis.srem(keys.running(serverId), id));
    },
    runningOf: (serverId) => redis.smembers(keys.running(serverId)),
    async bury(serverId) {
      if ((await redis.exists(keys.running(serverId))) === 0) await redis.hdel(keys.servers, serverId);
    },
  };
}

/** The process, and its history: a replica that becomes a primary keeps the one and begins another. */
const identityOf = (about: string) => `${/run_id:(\w+)/.exec(about)?.[1]}/${/master_replid:(\w+)/.exec(about)?.[1]}`;
