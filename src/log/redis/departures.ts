import { Cluster, type Command } from "ioredis";
import type { RedisClient } from "./open-redis.ts";

/** When what is to be written leaves: each write costs this server and Redis more than ten commands that are in it. */
export type Departures = {
  /** Calls `write` when the next write leaves. What it sends leaves with it. */
  soon(write: () => void): void;
  /** Sends a command together with others. */
  send(command: Command): Promise<unknown>;
  /** What is sent by other means must keep its place behind what was sent before. */
  keepOrder(): void;
};

/** Never so long that anything is held for more than 10 ms, for a timer may be late. */
const GAP_MS = 8;

/**
 * What comes within {@link GAP_MS} of the last write leaves with the next; after a pause it leaves at the end of this turn of the event
 * loop. The time is the machine's, as that of the connection. To a cluster there are several connections, and each write is its own.
 */
export function createDepartures(redis: RedisClient): Departures {
  const one = redis instanceof Cluster ? undefined : redis;
  let waiting: (() => void)[] = [];
  let leftAt = Number.NEGATIVE_INFINITY;
  let isLeaving = false;
  let text = "";
  // One string is written for a quarter of what its pieces cost.
  const collector = one && {
    isPipeline: true as const,
    destination: { redis: one },
    write(piece: string | Buffer) {
      text += piece;
    },
  };

  function leave() {
    const writes = waiting;
    waiting = [];
    leftAt = performance.now();
    isLeaving = true;
    one?.stream.cork();
    for (const write of writes) write();
    keepOrder();
    one?.stream.uncork();
    isLeaving = false;
  }

  function keepOrder() {
    if (text !== "") one?.stream.write(text);
    text = "";
  }

  return {
    keepOrder,
    soon(write) {
      waiting.push(write);
      if (waiting.length > 1) return;
      const wait = leftAt + GAP_MS - performance.now();
      if (wait > 0) setTimeout(leave, wait);
      else setImmediate(leave);
    },
    send: (command) => redis.sendCommand(command, isLeaving ? collector : undefined) as Promise<unknown>,
  };
}
