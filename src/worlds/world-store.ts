import type { DatabaseSync } from "node:sqlite";
import { type Failure, failure } from "../protocol/errors.ts";
import {
  AGENT_DEFAULTS,
  type Agent,
  type AgentCreate,
  type AgentPatch,
  WORLD_DEFAULTS,
  type World,
  type WorldCreate,
  type WorldPatch,
} from "../protocol/world-requests.ts";
import { inTransaction, openDefinitionsFile } from "./definitions-file.ts";
import { checkRows } from "./row-check.ts";
import { copiesIn, type WorldCopies } from "./world-copies.ts";
import { agentOf, agentRow, MIGRATIONS, present, statements, worldOf, worldRow } from "./world-rows.ts";

/**
 * The definitions of worlds and their agents: who there is, and what they are told. What is said in a world is never
 * written here. Nothing is kept in memory: what another server that shares the file changes is seen at once. Names are
 * found without regard to case and given back as they were first written.
 */
export type WorldStore = {
  /** In the order in which they were made. */
  worlds(): World[];
  world(name: string): World | undefined;
  /** Tells a world from others that have or had its name; undefined where there is none. */
  made(name: string): number | undefined;
  /** @throws Failure `world_exists`, `too_many` */
  createWorld(create: WorldCreate): World;
  /** @throws Failure `world_not_found`; `invalid_request` where it would change the name */
  updateWorld(name: string, patch: WorldPatch): World;
  /** Deletes its agents, too. @throws Failure `world_not_found` */
  deleteWorld(name: string): void;
  /** Oldest first. @throws Failure `world_not_found` */
  agents(world: string): Agent[];
  agent(world: string, name: string): Agent | undefined;
  /** @throws Failure `world_not_found`, `agent_exists`, `too_many` */
  createAgent(world: string, create: AgentCreate): Agent;
  /** @throws Failure `world_not_found`, `agent_not_found`; `invalid_request` where it would change the name */
  updateAgent(world: string, name: string, patch: AgentPatch): Agent;
  /** @throws Failure `world_not_found`, `agent_not_found` */
  deleteAgent(world: string, name: string): void;
  /** The same, as servers share it. */
  readonly copies: WorldCopies;
  close(): void;
};

export const MOST_WORLDS = 1000;
const MOST_AGENTS = 50;

/**
 * Opens the definitions of worlds, or makes them.
 *
 * @param file a path, or ":memory:"
 * @param first fills a store that has just been made; what it made is there wholly or not at all, and it never runs again
 * @throws Error that says what is wrong with the file
 */
export function openWorldStore(file: string, first: (store: WorldStore) => void = () => {}): WorldStore {
  const created = (database: DatabaseSync) => first(storeIn(database));
  return storeIn(openDefinitionsFile(file, MIGRATIONS, { created, check: checkRows }));
}

function storeIn(database: DatabaseSync): WorldStore {
  const run = statements(database);
  const copies = copiesIn(database);

  function existing(name: string): { id: number; world: World } {
    const row = run.world.get(name);
    if (!row) throw failure("world_not_found", `There is no world ${quoted(name)}. GET /worlds lists them.`);
    return { id: Number(row["id"]), world: worldOf(row) };
  }

  function existingAgent(worldName: string, name: string): { id: number; worldId: number; agent: Agent } {
    const { id: worldId, world } = existing(worldName);
    const row = run.agent.get(worldId, name);
    if (!row) throw failure("agent_not_found", `There is no agent ${quoted(name)} in the world "${world.name}".`);
    return { id: Number(row["id"]), worldId, agent: agentOf(row) };
  }

  function createWorld(create: WorldCreate): World {
    const taken = run.world.get(create.name);
    if (taken) throw failure("world_exists", `There is a world "${taken["name"]}" already.`);
    refuseMore(run.worldCount.get()?.["count"], MOST_WORLDS, "worlds");
    const world = patchedWorld({ name: create.name, ...WORLD_DEFAULTS }, create);
    run.insertWorld.run(worldRow(world));
    copies.made(world.name);
    return world;
  }

  function updateWorld(name: string, patch: WorldPatch): World {
    const { id, world } = existing(name);
    refuseRename(world.name, patch.name);
    const next = patchedWorld(world, patch);
    run.updateWorld.run({ id, ...worldRow(next) });
    copies.changed(id);
    return next;
  }

  function createAgent(worldName: string, create: AgentCreate): Agent {
    const { id, world } = existing(worldName);
    const taken = run.agent.get(id, create.name);
    if (taken)
      throw failure("agent_exists", `There is an agent "${taken["name"]}" in the world "${world.name}" already.`);
    refuseMore(run.agentCount.get(id)?.["count"], MOST_AGENTS, "agents in a world");
    const agent = patchedAgent({ name: create.name, ...AGENT_DEFAULTS }, create);
    run.insertAgent.run({ world_id: id, ...agentRow(agent) });
    copies.changed(id);
    return agent;
  }

  function updateAgent(world: string, name: string, patch: AgentPatch): Agent {
    const { id, worldId, agent } = existingAgent(world, name);
    refuseRename(agent.name, patch.name);
    const next = patchedAgent(agent, patch);
    run.updateAgent.run({ id, ...agentRow(next) });
    copies.changed(worldId);
    return next;
  }

  function deleteAgent(world: string, name: string) {
    const { id, worldId } = existingAgent(world, name);
    run.deleteAgent.run(id);
    copies.changed(worldId);
  }

  function deleteWorld(name: string) {
    const { id } = existing(name);
    copies.deleted(id);
    run.deleteWorld.run(id);
  }

  const whole = <Result>(work: () => Result): Result => inTransaction(database, work);
  return {
    worlds: () => run.worlds.all().map(worldOf),
    world: (name) => first(run.world.all(name).map(worldOf)),
    made: (name) => first(run.world.all(name).map(({ made }) => Number(made))),
    createWorld: (create) => whole(() => createWorld(create)),
    updateWorld: (name, patch) => whole(() => updateWorld(name, patch)),
    deleteWorld: (name) => whole(() => deleteWorld(name)),
    agents: (world) => run.agents.all(existing(world).id).map(agentOf),
    agent: (world, name) => first(run.agentByNames.all(world, name).map(agentOf)),
    createAgent: (world, create) => whole(() => createAgent(world, create)),
    updateAgent: (world, name, patch) => whole(() => updateAgent(world, name, patch)),
    deleteAgent: (world, name) => whole(() => deleteAgent(world, name)),
    copies,
    close: () => database.close(),
  };
}

const first = <Item>([item]: Item[]): Item | undefined => item;

/** Names of a request are echoed, but not at length. */
const quoted = (name: string): string => `"${name.length > 64 ? `${name.slice(0, 64)}…` : name}"`;

function refuseMore(count: unknown, most: number, what: string) {
  if (Number(count) >= most) throw tooMany(most, what);
}

export const tooMany = (most: number, what: string): Failure =>
  failure("too_many", `There are ${most} ${what}, as many as there may be. Delete one.`);

function refuseRename(name: string, wanted: string | null | undefined) {
  if (wanted === undefined || wanted === null || wanted.toLowerCase() === name.toLowerCase()) return;
  throw failure("invalid_request", `A name cannot be changed. Leave "name" out, or make it "${name}".`);
}

/** What is given takes the place of what was; null takes it back to the default. */
function patchedWorld(world: World, { name: _, timing, ...patch }: WorldPatch): World {
  const timings = timing === undefined ? world.timing : present({ ...world.timing, ...given(timing ?? {}) });
  const emptied = timing === null || Object.keys(timings ?? {}).length === 0;
  const fields = present({ ...world, ...given(patch), timing: emptied ? null : timings });
  return { name: world.name, ...WORLD_DEFAULTS, ...fields } as World;
}

const patchedAgent = (agent: Agent, { name: _, ...patch }: AgentPatch): Agent =>
  ({ name: agent.name, ...AGENT_DEFAULTS, ...present({ ...agent, ...given(patch) }) }) as Agent;

/** Without the fields that are absent. */
const given = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
