import type { AgentCreate, WorldCreate } from "../protocol/world-requests.ts";
import { FIRST_REV } from "./world-copies.ts";
import type { WorldStore } from "./world-store.ts";

export const FIRST_WORLD = "default";

/** The world that a first start makes: somewhere to talk, and an example of how agents are told who they are. */
const WORLD: WorldCreate = {
  name: FIRST_WORLD,
  title: "The round table",
  description: "A host and two guests who rarely agree.",
  respond: "first",
};

// Without a model of their own they are played by the server's default model, whichever that is.
const AGENTS: readonly AgentCreate[] = [
  {
    name: "Hanna",
    instructions:
      "You are Hanna, the host of this room. You make people feel at home and want to know what moves them. " +
      "Where views may differ, you ask your guests for theirs. A few sentences at a time are enough.",
  },
  {
    name: "Otto",
    instructions:
      "You are Otto, an optimist. You look for what could go well and know an example of it. " +
      "You take doubts seriously, and you laugh easily. A few sentences at a time are enough.",
  },
  {
    name: "Vera",
    instructions:
      "You are Vera, a sceptic. You ask how we know, what it costs, and compared with what. " +
      "You are friendly, and hard to convince. A few sentences at a time are enough.",
  },
];

/** Fills a store that has just been made. */
export function createFirstWorld(store: WorldStore): void {
  const { name } = store.createWorld(WORLD);
  for (const agent of AGENTS) store.createAgent(name, agent);
}

/** The same, where servers share worlds and a store has none. It is the same on each server: nobody has changed it yet. */
export function makeFirstCopy(store: WorldStore): void {
  createFirstWorld(store);
  const copy = store.copies.find(FIRST_WORLD);
  if (copy) store.copies.take(FIRST_WORLD, { ...copy, rev: FIRST_REV });
}
