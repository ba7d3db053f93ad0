import { AGENT_DEFAULTS, type Agent, WORLD_DEFAULTS, type World } from "../../../src/protocol/world-requests.ts";

/** A world with its agents as a file has it: only what is not the default, in an order that never changes. */
export type AgentDefinition = { name: string } & Partial<Omit<Agent, "name">>;
export type WorldDefinition = { name: string; agents?: AgentDefinition[] } & Partial<Omit<World, "name">>;

export const WORLD_KEYS = [
  "name",
  "title",
  "description",
  "respond",
  "turn_limit",
  "memory",
  "timing",
  "agents",
] as const;
export const TIMING_KEYS = ["stall", "completion", "response", "long_operation"] as const;
export const AGENT_KEYS = ["name", "model", "temperature", "max_tokens", "streaming", "instructions"] as const;

/** A world as the server gives it, without what the server would say anyway. */
export function definitionOf({ agents, ...world }: World & { agents?: readonly Agent[] }): WorldDefinition {
  const timing = ordered(world.timing ?? {}, TIMING_KEYS, {});
  const fields = { ...world, ...(Object.keys(timing).length > 0 ? { timing } : { timing: undefined }) };
  return {
    ...(ordered(fields, WORLD_KEYS, WORLD_DEFAULTS) as WorldDefinition),
    ...(agents ? { agents: agents.map(agentDefinitionOf) } : {}),
  };
}

export const agentDefinitionOf = (agent: Agent | AgentDefinition): AgentDefinition =>
  ordered(agent, AGENT_KEYS, AGENT_DEFAULTS) as AgentDefinition;

/** In the order of `keys`; absent, null and default values are left out. */
function ordered(fields: object, keys: readonly string[], defaults: object): Record<string, unknown> {
  const given = new Map<string, unknown>(Object.entries(fields));
  const isDefault = (key: string) => given.get(key) === (defaults as Record<string, unknown>)[key];
  const kept = keys.filter((key) => given.get(key) !== undefined && given.get(key) !== null && !isDefault(key));
  return Object.fromEntries(kept.map((key) => [key, given.get(key)]));
}

/** Names are unique without regard to case. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
