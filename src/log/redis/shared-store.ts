import { TOMBSTONE_MS } from "./appends.ts";
import { type ClaimStore, createClaimStore } from "./claim-store.ts";
import { type Connection, connectRedis } from "./connection.ts";
import { type Keys, keysUnder } from "./keys.ts";
import { databaseOf } from "./open-redis.ts";
import { createServerStore, type ServerStore } from "./server-store.ts";
import { createStreamStore, type StreamStore, type StreamStoreOptions } from "./stream-store.ts";

/** What servers have in common. Each part is a file of its own, and brings its scripts. */
export type SharedStore = StreamStore &
  ServerStore &
  ClaimStore & {
    /** Calls `back` each time when the store can be reached again: what was published meanwhile has been missed. */
    onBack(back: () => void): void;
    /** How often it has been connected to: after each time it may be another Redis. */
    connections(): number;
    /** The connection itself, and the names on it, for what is shared besides streams. */
    readonly connection: Connection;
    readonly keys: Keys;
    close(): Promise<void>;
  };

export type SharedStoreOptions = StreamStoreOptions & { url: string; prefix: string };

/**
 * Opens the store.
 * @throws Error where it cannot be reached
 */
export async function openSharedStore({ url, prefix, ...options }: SharedStoreOptions): Promise<SharedStore> {
  const keys = keysUnder(prefix, databaseOf(url));
  const connection = await connectRedis(url);
  return {
    ...createStreamStore(connection, keys, options),
    ...createServerStore(connection, keys),
    ...createClaimStore(connection, keys, options.ttlMs + TOMBSTONE_MS),
    onBack: connection.onBack,
    connections: connection.times,
    ...{ connection, keys },
    close: async () => connection.close(),
  };
}
