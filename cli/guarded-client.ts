import type { Client } from "../client/index.ts";
import type { Clock } from "../src/clock.ts";
import { cliError, EXIT } from "./failures.ts";

/** What is only looked up takes no longer, unless nobody is there. */
const PATIENCE_MS = 15_000;

/**
 * The client, for a server that may be something else: lists that it does not give are told instead of used, and so is silence.
 * Its methods throw CliError `bad_response` and `network`.
 */
export function guardedClient(client: Client, url: string, clock: Clock): Client {
  async function inTime<Value>(answer: Promise<Value>): Promise<Value> {
    const { promise: over, reject } = Promise.withResolvers<never>();
    const message = `The server at ${url} was reached, but has not answered for ${PATIENCE_MS / 1000} s.`;
    const disarm = clock.after(PATIENCE_MS, () => reject(cliError("network", message, { exit: EXIT.unreachable })));
    return Promise.race([answer, over]).finally(disarm);
  }
  function checked<Value>(value: Value, list: unknown): Value {
    if (Array.isArray(list)) return value;
    throw cliError(
      "bad_response",
      `What answers at ${url} is no ChatWait server. "chatwait doctor --url ${url}" looks closer.`,
      { exit: EXIT.unreachable },
    );
  }
  async function list<Item>(items: Promise<Item[]>): Promise<Item[]> {
    const value = await inTime(items);
    return checked(value, value);
  }
  const { worlds } = client;
  return {
    ...client,
    async models() {
      const offer = await inTime(client.models());
      return checked(offer, offer?.models);
    },
    worlds: {
      ...worlds,
      list: () => list(worlds.list()),
      async get(name) {
        const world = await inTime(worlds.get(name));
        return checked(world, world?.agents);
      },
      agents: { ...worlds.agents, list: (world) => list(worlds.agents.list(world)) },
    },
  };
}
