import type { Clock } from "../../clock.ts";
import type { ServerState } from "./server-store.ts";
import type { SharedStore } from "./shared-store.ts";

/** How far what the store says can be believed: it may be another Redis than before, which has lost the last writes or everything. */
export type Trust = {
  /** Whether the store has just been replaced: what is not there may still be given back to it. */
  isSettling(): boolean;
  /** Whether all that a server has shown is known to be in the store. */
  isSettled(serverId: string): boolean;
  /** Which Redis this server has given everything to. */
  given(): string | undefined;
  /** Reads which servers there are. */
  learn(): Promise<ServerState[]>;
};

/** For the last server to be connected again: the longest back-off, and some more; ms. */
const COMING_BACK_MS = 1500;

/** `signMs`: how often each server looks at the store. */
export function createTrust(store: SharedStore, clock: Clock, signMs: number) {
  let here: string | undefined;
  let given: string | undefined;
  let connections = 0;
  let replacedAt: number | undefined;
  let stores = new Map<string, string>();

  const isSettling = () =>
    store.connections() !== connections ||
    (replacedAt !== undefined && clock.now() - replacedAt < signMs + COMING_BACK_MS);

  return {
    isSettling,
    isSettled: (serverId: string) => !isSettling() && here !== undefined && hasAll(stores.get(serverId) ?? "", here),
    given: () => given,
    hasGiven(identity: string) {
      given = identity;
    },
    /** A sign has reached this Redis, over that connection. Returns whether it is not the one from before, or was emptied. */
    signed(identity: string, over: number, isEmptied: boolean): boolean {
      const isNew = here !== undefined && (isEmptied || identity !== here);
      if (isNew) replacedAt = clock.now();
      if (isEmptied) given = "";
      here = identity;
      given ??= identity;
      connections = over;
      return isNew;
    },
    async learn() {
      const servers = await store.servers();
      stores = new Map(servers.map((server) => [server.id, server.stores]));
      return servers;
    },
  };
}

/** In a cluster there are several at once. */
const hasAll = (known: string, all: string) => all.split(" ").every((one) => known.includes(one));
