import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { failure } from "../protocol/errors.ts";
import type { Agent } from "../protocol/world-requests.ts";
import type { Worlds } from "../worlds/worlds.ts";
import { formatFor } from "./accept.ts";
import { versionOf } from "./stream-reply.ts";
import { checkWorldName } from "./world-name.ts";

export type WorldAdminRoutesDeps = {
  worlds: Worlds;
  /** Whether the request may change worlds, and read what their agents are told. */
  mayEdit(headers: IncomingHttpHeaders): boolean;
};

type Named = { Params: { world: string; agent: string } };
type Handler = (request: FastifyRequest<Named>, reply: FastifyReply) => Promise<unknown>;

/** The paths that read and change worlds and their agents (PROTOCOL.md, section 6), under a prefix. */
export function worldAdminRoutes(app: FastifyInstance, { worlds, mayEdit }: WorldAdminRoutesDeps): void {
  /** Before the body is looked at, and before anything is told about a world. */
  async function checkDoor({ headers }: FastifyRequest) {
    if (!mayEdit(headers)) throw failure("editing_disabled");
  }

  /** An agent as this client may see it. */
  function shown<A extends Agent>(request: FastifyRequest, agent: A): A | Omit<A, "instructions"> {
    if (mayEdit(request.headers)) return agent;
    const { instructions: _secret, ...rest } = agent;
    return rest;
  }

  const reading = { exposeHeadRoute: true, onRequest: checkWorldName };
  const changing = { onRequest: [checkDoor, checkWorldName] };

  const get = (path: string, handler: Handler) => app.get<Named>(path, reading, json(handler));
  const post = (path: string, handler: Handler) => app.post<Named>(path, changing, json(handler));
  const patch = (path: string, handler: Handler) => app.patch<Named>(path, changing, json(handler));
  const remove = (path: string, handler: Handler) => app.delete<Named>(path, changing, handler);

  const created = (request: FastifyRequest, reply: FastifyReply, path: string) =>
    reply.code(201).header("location", `${versionOf(request)}${path}`);

  get("/worlds", async () => ({ worlds: await worlds.listWorlds() }));
  post("/worlds", async (request, reply) => {
    const world = await worlds.createWorld(request.body);
    return created(request, reply, `/worlds/${world.name}`).send(world);
  });

  get("/worlds/:world", async (request) => {
    const { agents, ...world } = await worlds.getWorld(request.params.world);
    return { ...world, agents: agents.map((agent) => shown(request, agent)) };
  });
  patch("/worlds/:world", ({ params, body }) => worlds.updateWorld(params.world, body));
  remove("/worlds/:world", async ({ params }, reply) => {
    await worlds.deleteWorld(params.world);
    return reply.code(204).send();
  });

  get("/worlds/:world/agents", async (request) => {
    const agents = await worlds.listAgents(request.params.world);
    return { agents: agents.map((agent) => shown(request, agent)) };
  });
  post("/worlds/:world/agents", async (request, reply) => {
    const agent = await worlds.createAgent(request.params.world, request.body);
    const world = await worlds.checkSender(request.params.world);
    return created(request, reply, `/worlds/${world}/agents/${agent.name}`).send(agent);
  });

  get("/worlds/:world/agents/:agent", async (request) => {
    const { world, agent } = request.params;
    return shown(request, await worlds.getAgent(world, agent));
  });
  patch("/worlds/:world/agents/:agent", ({ params, body }) => worlds.updateAgent(params.world, params.agent, body));
  remove("/worlds/:world/agents/:agent", async ({ params }, reply) => {
    await worlds.deleteAgent(params.world, params.agent);
    return reply.code(204).send();
  });
}

/** A handler whose answer is JSON, or nothing. */
const json =
  (handler: Handler): Handler =>
  async (request, reply) => {
    formatFor(request.headers.accept, ["json"]);
    return handler(request, reply);
  };
