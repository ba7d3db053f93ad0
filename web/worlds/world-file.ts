import type { Agent, AgentCreate, World, WorldCreate } from "../../client/types.ts";

/** A world in a file: what one server tells of it, in the form in which another takes it. */
export type WorldFile = { chatwait_world: 1; world: WorldCreate; agents: AgentCreate[] };

export function worldFile(world: World, agents: readonly Agent[]): WorldFile {
  return { chatwait_world: 1, world: { ...world }, agents: agents.map((agent) => ({ ...agent })) };
}

/** A name for the file. */
export const fileName = (world: Pick<World, "name">): string => `${world.name}.world.json`;

export type ReadFile = { file: WorldFile } | { fault: string };

const NO_WORLD = "This file has no world in it. Choose one that was saved with Export.";

/** Reads a file's text. Whether its fields are right, the server says. */
export function readWorldFile(text: string): ReadFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: "This file is not JSON. Choose one that was saved with Export." };
  }
  if (!isObject(value) || !isObject(value["world"]) || typeof value["world"]["name"] !== "string")
    return { fault: NO_WORLD };
  if (value["chatwait_world"] !== 1) return { fault: "This file was written by another version of this page." };
  const agents = value["agents"];
  if (!Array.isArray(agents) || !agents.every(isObject)) return { fault: NO_WORLD };
  return { file: { chatwait_world: 1, world: value["world"] as WorldCreate, agents: agents as AgentCreate[] } };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
