import { isDeepStrictEqual } from "node:util";
import { type AgentDefinition, agentDefinitionOf, definitionOf, sameName, type WorldDefinition } from "./definition.ts";

/** What must be done to make a server's world as a file says; pure, so that `--dry-run` is the same plan. */

type Fields = Record<string, unknown>;

export type Step =
  | { do: "create_world"; world: string; body: Fields }
  | { do: "update_world"; world: string; patch: Fields }
  | { do: "create_agent"; world: string; agent: string; body: Fields }
  | { do: "update_agent"; world: string; agent: string; patch: Fields }
  /** `again`: it is created again later, for its place in the order. */
  | { do: "delete_agent"; world: string; agent: string; again: boolean };

export type Plan = {
  world: string;
  steps: Step[];
  /** Agents of the server that the file does not name, and that stay. */
  left: string[];
};

/**
 * Compares a world of a file with that of the server, where there is one. Agents answer in the order in which they were made
 * (`respond: first`): those that stand in another order than the file's are deleted and made again.
 * @param prune whether agents that the file does not name are deleted; where it has no list of agents, none is
 */
export function planWorld(wanted: WorldDefinition, current: WorldDefinition | undefined, prune: boolean): Plan {
  const { agents, ...fields } = definitionOf(wanted as Parameters<typeof definitionOf>[0]);
  if (!current) {
    const made = (agents ?? []).map((agent) => creation(fields.name, agent));
    return { world: fields.name, steps: [{ do: "create_world", world: fields.name, body: fields }, ...made], left: [] };
  }
  const world = current.name;
  const patch = differences(current, fields);
  const changed: Step[] = Object.keys(patch).length > 0 ? [{ do: "update_world", world, patch }] : [];
  if (!agents) return { world, steps: changed, left: [] };
  const there = current.agents ?? [];
  const strangers = there.filter((agent) => !agents.some(({ name }) => sameName(name, agent.name)));
  return {
    world,
    steps: [
      ...changed,
      ...(prune ? strangers.map((agent) => deletion(world, agent, false)) : []),
      ...agentSteps(world, agents, there),
    ],
    left: prune ? [] : strangers.map(({ name }) => name),
  };
}

/** As many as stand in the file's order already keep their place; the others come after them, in the file's order. */
function agentSteps(world: string, wanted: readonly AgentDefinition[], there: readonly AgentDefinition[]): Step[] {
  const kept = inPlace(wanted, there);
  const updates = wanted.slice(0, kept).flatMap((agent): Step[] => {
    const current = find(there, agent.name);
    const patch = current ? differences(current, agent) : {};
    return current && Object.keys(patch).length > 0 ? [{ do: "update_agent", world, agent: current.name, patch }] : [];
  });
  const remade = wanted.slice(kept).flatMap((agent): Step[] => {
    const current = find(there, agent.name);
    return [...(current ? [deletion(world, current, true)] : []), creation(world, agent)];
  });
  return [...updates, ...remade];
}

/** How many of the file's agents, from its first, are found on the server in that order. */
function inPlace(wanted: readonly AgentDefinition[], there: readonly AgentDefinition[]): number {
  const named = there.filter(({ name }) => find(wanted, name));
  let count = 0;
  for (let at = 0; at < named.length && count < wanted.length; at++) {
    if (sameName(named[at]?.name ?? "", wanted[count]?.name ?? "")) count++;
  }
  return count;
}

const find = (agents: readonly AgentDefinition[], name: string): AgentDefinition | undefined =>
  agents.find((agent) => sameName(agent.name, name));

function creation(world: string, agent: AgentDefinition): Step {
  return { do: "create_agent", world, agent: agent.name, body: agentDefinitionOf(agent) };
}

const deletion = (world: string, { name: agent }: AgentDefinition, again: boolean): Step => ({
  do: "delete_agent",
  world,
  agent,
  again,
});

/** A patch from one to the other; null takes a field back. Names and lists of agents are not looked at. */
export function differences(from: object, to: object): Fields {
  const before = from as Fields;
  const after = to as Fields;
  const patch: Fields = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (key === "name" || key === "agents" || isDeepStrictEqual(before[key], after[key])) continue;
    patch[key] =
      key === "timing" && before[key] && after[key] ? differences(before[key], after[key]) : (after[key] ?? null);
  }
  return patch;
}

/** What makes single agents of a world as they are wanted; the others are left alone, and so is the order. */
export function planAgents(world: string, wanted: readonly AgentDefinition[], there: readonly AgentDefinition[]): Plan {
  const steps = wanted.flatMap((agent): Step[] => {
    const current = find(there, agent.name);
    if (!current) return [creation(world, agent)];
    const patch = differences(current, agent);
    return Object.keys(patch).length > 0 ? [{ do: "update_agent", world, agent: current.name, patch }] : [];
  });
  return { world, steps, left: [] };
}
