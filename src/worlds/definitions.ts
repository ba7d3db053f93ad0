import { failure } from "../protocol/errors.ts";
import {
  type Agent,
  parseAgentCreate,
  parseAgentPatch,
  parseWorldCreate,
  parseWorldName,
  parseWorldPatch,
  type World,
} from "../protocol/world-requests.ts";
import type { Memories } from "./memory.ts";
import type { Rooms } from "./room.ts";
import type { Changes } from "./sharing.ts";
import type { WorldStore } from "./world-store.ts";

/** Worlds and their agents: read, made, changed, deleted. What is changed is told to whoever follows the world's feed. */
export type Definitions = {
  listWorlds(): Promise<World[]>;
  /** @throws Failure `invalid_world_name`, `world_not_found` */
  getWorld(name: string): Promise<World & { agents: Agent[] }>;
  /** @throws Failure `invalid_request`, `invalid_world_name`, `world_exists`, `too_many` */
  createWorld(create: unknown): Promise<World>;
  /** @throws Failure `invalid_request`, `world_not_found` */
  updateWorld(name: string, patch: unknown): Promise<World>;
  /** Ends its turns and its feed with `done` / `cancelled`. @throws Failure `world_not_found` */
  deleteWorld(name: string): Promise<void>;
  listAgents(world: string): Promise<Agent[]>;
  /** @throws Failure `world_not_found`, `agent_not_found` */
  getAgent(world: string, name: string): Promise<Agent>;
  /** @throws Failure `invalid_request`, `unknown_model`, `world_not_found`, `agent_exists`, `too_many` */
  createAgent(world: string, create: unknown): Promise<Agent>;
  /** @throws Failure `invalid_request`, `unknown_model`, `world_not_found`, `agent_not_found` */
  updateAgent(world: string, name: string, patch: unknown): Promise<Agent>;
  /** @throws Failure `world_not_found`, `agent_not_found` */
  deleteAgent(world: string, name: string): Promise<void>;
};

export type DefinitionsDeps = {
  store: WorldStore;
  rooms: Rooms;
  memories: Memories;
  offersModel(id: string): boolean;
  change: Changes["change"];
};

/**
 * Functions over the definitions that are kept. They are asynchronous because a change that several servers share is; whatever
 * is wrong is a rejection with a `Failure`.
 */
export function createDefinitions(deps: DefinitionsDeps): Definitions {
  const { store, rooms, memories, offersModel, change } = deps;

  function notice(world: World, code: string, message: string, agent?: string) {
    const room = rooms.heardIn(world.name);
    room?.deliver({ type: "system", code, message, ...(agent === undefined ? {} : { agent }) });
  }

  function checkModel(model: string | null | undefined) {
    if (model === undefined || model === null || offersModel(model)) return;
    const name = model.length > 100 ? `${model.slice(0, 100)}…` : model;
    throw failure("unknown_model", `This server does not offer the model "${name}". GET /models lists what it offers.`);
  }

  const known = (name: string) => knownWorld(store, name);

  return {
    listWorlds: async () => store.worlds(),
    async getWorld(name) {
      const world = known(name);
      return { ...world, agents: store.agents(world.name) };
    },
    async createWorld(create) {
      const parsed = parseWorldCreate(create);
      return change(parsed.name, () => store.createWorld(parsed));
    },
    async updateWorld(name, patch) {
      const before = known(name);
      const parsed = parseWorldPatch(patch, before.name);
      const world = await change(before.name, () => store.updateWorld(before.name, parsed));
      // What agents shall not remember any more is forgotten, not kept for when they may again.
      if (!world.memory) memories.forget(world.name);
      notice(world, "world_updated", `The world ${world.name} was changed.`);
      return world;
    },
    async deleteWorld(name) {
      const { name: stored } = known(name);
      const room = rooms.heardIn(stored);
      if (room?.feed.learn) await room.feed.learn();
      await change(stored, () => store.deleteWorld(stored));
      memories.forget(stored);
      rooms.delete(stored);
    },
    listAgents: async (world) => store.agents(known(world).name),
    getAgent: async (world, name) => knownAgent(store, known(world), name),
    async createAgent(name, create) {
      const world = known(name);
      const parsed = parseAgentCreate(create);
      checkModel(parsed.model);
      const agent = await change(world.name, () => store.createAgent(world.name, parsed));
      notice(world, "agent_created", `${agent.name} has come.`, agent.name);
      return agent;
    },
    async updateAgent(worldName, name, patch) {
      const world = known(worldName);
      const before = knownAgent(store, world, name);
      const parsed = parseAgentPatch(patch, before.name);
      checkModel(parsed.model);
      const agent = await change(world.name, () => store.updateAgent(world.name, before.name, parsed));
      notice(world, "agent_updated", `${agent.name} was changed.`, agent.name);
      return agent;
    },
    async deleteAgent(worldName, name) {
      const world = known(worldName);
      const agent = knownAgent(store, world, name);
      await change(world.name, () => store.deleteAgent(world.name, agent.name));
      notice(world, "agent_deleted", `${agent.name} has left.`, agent.name);
    },
  };
}

/** @throws Failure `invalid_world_name`, `world_not_found` */
export function knownWorld(store: WorldStore, name: string): World {
  const world = store.world(parseWorldName(name));
  if (!world) throw failure("world_not_found");
  return world;
}

function knownAgent(store: WorldStore, world: World, name: string): Agent {
  const agent = store.agent(world.name, name);
  if (!agent) throw failure("agent_not_found");
  return agent;
}
