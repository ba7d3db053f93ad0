import type { Client } from "../client/index.ts";
import { cliError, EXIT } from "./failures.ts";

/** The client, for a server that may be something else: lists that it does not give are told instead of used. */
export function guardedClient(client: Client, url: string): Client {
  function checked<Value>(value: Value, list: unknown): Value {
    if (Array.isArray(list)) return value;
    throw cliError(
      "bad_response",
      `What answers at ${url} is no ChatWait server. "chatwait doctor --url ${url}" looks closer.`,
      { exit: EXIT.unreachable },
    );
  }
  async function list<Item>(items: Promise<Item[]>): Promise<Item[]> {
    const value = await items;
    return checked(value, value);
  }
  const { worlds } = client;
  return {
    ...client,
    async models() {
      const offer = await client.models();
      return checked(offer, offer?.models);
    },
    worlds: {
      ...worlds,
      list: () => list(worlds.list()),
      async get(name) {
        const world = await worlds.get(name);
        return checked(world, world?.agents);
      },
      agents: { ...worlds.agents, list: (world) => list(worlds.agents.list(world)) },
    },
  };
}
