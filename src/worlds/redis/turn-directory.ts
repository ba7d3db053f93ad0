import type { Clock } from "../../clock.ts";
import type { Connection } from "../../log/redis/connection.ts";
import type { Keys } from "../../log/redis/keys.ts";

/** A turn as other servers find it by its public name. */
type TurnEntry = {
  /** The world's name in small letters. */
  world: string;
  streamId: string;
};

/** Where the turns of all servers are. */
export type TurnDirectory = {
  /** A turn runs on this server. To be told before its first event can be read. */
  began(turnId: string, world: string, streamId: string): void;
  /** A turn does not run here any more. */
  left(turnId: string): void;
  /**
   * `owner`: the server on which it runs, if it has not ended. Undefined: nobody knows it (any more).
   * @throws where the store is away
   */
  find(turnId: string): Promise<(TurnEntry & { owner: string | undefined }) | undefined>;
  /** Says again of all turns that run here that they do, for a store that may have lost it. */
  restore(): void;
  close(): void;
};

export type TurnDirectoryOptions = {
  connection: Connection;
  keys: Keys;
  clock: Clock;
  /** How long a turn that has ended is told from one that never was, at least; ms. */
  rememberMs: number;
};

/** How often it is said of a turn that it runs: a store may lose it, and a server that dies does not say that it does not. */
const RENEW_MS = 60_000;

export function createTurnDirectory({ connection, keys, clock, rememberMs }: TurnDirectoryOptions): TurnDirectory {
  const { redis, onBack } = connection;
  const running = new Map<string, TurnEntry>();
  let takeBack: (() => void) | undefined;

  function write(turnId: string, entry: TurnEntry) {
    redis.set(keys.turn(turnId), JSON.stringify(entry), "PX", rememberMs + 2 * RENEW_MS).catch(() => {});
  }

  function restore() {
    for (const [turnId, entry] of running) write(turnId, entry);
  }

  function beat() {
    restore();
    takeBack = clock.after(RENEW_MS, beat);
  }

  function rest() {
    takeBack?.();
    takeBack = undefined;
  }

  onBack(restore);

  return {
    restore,
    began(turnId, world, streamId) {
      const entry = { world: world.toLowerCase(), streamId };
      running.set(turnId, entry);
      write(turnId, entry);
      takeBack ??= clock.after(RENEW_MS, beat);
    },
    left(turnId) {
      running.delete(turnId);
      if (running.size === 0) rest();
    },
    async find(turnId) {
      const text = await redis.get(keys.turn(turnId));
      if (!text) return undefined;
      const entry = JSON.parse(text) as TurnEntry;
      const [owner, sealed] = await redis.hmget(keys.meta(entry.streamId), "owner", "sealed");
      return { ...entry, owner: sealed == null && owner != null ? owner : undefined };
    },
    close() {
      rest();
      running.clear();
    },
  };
}
