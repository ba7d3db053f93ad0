import { EDIT, WORLD } from "./codes.ts";
import { BASE, json, type Operation } from "./operation.ts";
import * as examples from "./world-examples.ts";

/** The paths on which worlds and their agents are read and changed (PROTOCOL.md, section 6). */

const INSTRUCTIONS = "`instructions` are left out where worlds cannot be changed.";

export const DEFINITION_OPERATIONS: Operation[] = [
  {
    method: "get",
    path: "/worlds",
    id: "listWorlds",
    tag: "Worlds",
    summary: "The worlds that there are",
    description: "The first start of a server makes the world `default`, with three agents.",
    answers: [{ status: 200, description: "The worlds.", content: json("WorldList", { worlds: [examples.world] }) }],
    errors: ["not_acceptable"],
    curl: `curl ${BASE}/worlds`,
  },
  {
    method: "post",
    path: "/worlds",
    id: "createWorld",
    tag: "Worlds",
    summary: "Make a world",
    description: "Only `name` is required. The world is empty: make agents next. A server keeps 1,000 at most.",
    body: { schema: "WorldCreate", example: examples.worldCreate },
    answers: [
      { status: 201, description: "The world.", headers: ["Location"], content: json("World", examples.world) },
    ],
    errors: [...EDIT, "invalid_world_name", "world_exists", "too_many"],
    curl: `curl ${BASE}/worlds -H 'Content-Type: application/json' -d '{"name":"kitchen"}'`,
  },
  {
    method: "get",
    path: "/worlds/{world}",
    id: "getWorld",
    tag: "Worlds",
    summary: "A world, with its agents",
    description: `Names are found without regard to case. ${INSTRUCTIONS}`,
    parameters: ["world"],
    answers: [{ status: 200, description: "The world.", content: json("WorldDetails", examples.worldDetails) }],
    errors: [...WORLD, "not_acceptable"],
    curl: `curl ${BASE}/worlds/default`,
  },
  {
    method: "patch",
    path: "/worlds/{world}",
    id: "updateWorld",
    tag: "Worlds",
    summary: "Change a world",
    description:
      "An absent field stays as it is, `null` takes it back to its default; so it is with each field of `timing`. The name " +
      "cannot change.",
    parameters: ["world"],
    body: { schema: "WorldPatch", example: examples.worldPatch },
    answers: [{ status: 200, description: "The world as it now is.", content: json("World", examples.changedWorld) }],
    errors: [...EDIT, ...WORLD],
    curl: `curl -X PATCH ${BASE}/worlds/kitchen -H 'Content-Type: application/json' -d '{"respond":"first"}'`,
  },
  {
    method: "delete",
    path: "/worlds/{world}",
    id: "deleteWorld",
    tag: "Worlds",
    summary: "Delete a world",
    description: "Its agents go with it. Its turns and its feed end with `done` / `cancelled`.",
    parameters: ["world"],
    answers: [{ status: 204, description: "It is gone." }],
    errors: [...WORLD, "editing_disabled", "not_acceptable"],
    curl: `curl -X DELETE ${BASE}/worlds/kitchen`,
  },
  {
    method: "get",
    path: "/worlds/{world}/agents",
    id: "listAgents",
    tag: "Worlds",
    summary: "The agents of a world",
    description: `The oldest first. ${INSTRUCTIONS}`,
    parameters: ["world"],
    answers: [{ status: 200, description: "The agents.", content: json("AgentList", { agents: examples.agents }) }],
    errors: [...WORLD, "not_acceptable"],
    curl: `curl ${BASE}/worlds/default/agents`,
  },
  {
    method: "post",
    path: "/worlds/{world}/agents",
    id: "createAgent",
    tag: "Worlds",
    summary: "Make an agent",
    description: "Only `name` is required, which is unique in its world. A world has 50 agents at most.",
    parameters: ["world"],
    body: { schema: "AgentCreate", example: examples.agentCreate },
    answers: [
      { status: 201, description: "The agent.", headers: ["Location"], content: json("Agent", examples.agentCreate) },
    ],
    errors: [...EDIT, ...WORLD, "unknown_model", "agent_exists", "too_many"],
    curl:
      `curl ${BASE}/worlds/kitchen/agents -H 'Content-Type: application/json' ` +
      `-d '{"name":"Vera","instructions":"You are a sceptic."}'`,
  },
  {
    method: "get",
    path: "/worlds/{world}/agents/{agent}",
    id: "getAgent",
    tag: "Worlds",
    summary: "An agent",
    description: `Names are found without regard to case. ${INSTRUCTIONS}`,
    parameters: ["world", "agent"],
    answers: [{ status: 200, description: "The agent.", content: json("Agent", examples.agent) }],
    errors: [...WORLD, "agent_not_found", "not_acceptable"],
    curl: `curl ${BASE}/worlds/kitchen/agents/Vera`,
  },
  {
    method: "patch",
    path: "/worlds/{world}/agents/{agent}",
    id: "updateAgent",
    tag: "Worlds",
    summary: "Change an agent",
    description:
      "An absent field stays as it is, `null` takes it back to its default. The name cannot change. Answers that have begun " +
      "go on as they began.",
    parameters: ["world", "agent"],
    body: { schema: "AgentPatch", example: examples.agentPatch },
    answers: [{ status: 200, description: "The agent as it now is.", content: json("Agent", examples.changedAgent) }],
    errors: [...EDIT, ...WORLD, "unknown_model", "agent_not_found"],
    curl: `curl -X PATCH ${BASE}/worlds/kitchen/agents/Vera -H 'Content-Type: application/json' -d '{"temperature":0.4}'`,
  },
  {
    method: "delete",
    path: "/worlds/{world}/agents/{agent}",
    id: "deleteAgent",
    tag: "Worlds",
    summary: "Delete an agent",
    description: "An answer that it has begun is finished.",
    parameters: ["world", "agent"],
    answers: [{ status: 204, description: "It is gone." }],
    errors: [...WORLD, "editing_disabled", "agent_not_found", "not_acceptable"],
    curl: `curl -X DELETE ${BASE}/worlds/kitchen/agents/Vera`,
  },
];
