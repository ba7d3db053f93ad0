import { streamsAt } from "./chat.ts";
import { type Link, requestJson } from "./exchange.ts";
import { requestPatiently } from "./pause.ts";
import { createStream } from "./stream.ts";
import type { Agent, Stream, TurnReply, World, WorldChat, WorldChatStart, Worlds } from "./types.ts";

const pathOf = (world: string) => `/worlds/${encodeURIComponent(world)}`;

/** One world. It is asked for nothing yet. */
export function worldOf(link: Link, name: string): WorldChat {
  const path = pathOf(name);
  const streams = streamsAt<WorldChatStart>(link, { start: `${path}/chat`, streams: `${path}/chat` });
  return {
    ...streams,
    name,
    wait: (request, options) => wholeTurn(streams.stream(request, options)),
    feed({ lastEventId, ...options } = {}) {
      return createStream(link, { path: `${path}/events`, isFeed: true }, { lastEventId, anywhere: true }, options);
    },
    publish(body, { idempotencyKey = link.newKey(), signal } = {}) {
      const headers = { "idempotency-key": idempotencyKey };
      return requestPatiently(link, { method: "POST", path: `${path}/messages`, body, headers }, signal);
    },
    route: (body) => requestJson(link, { method: "POST", path: `${path}/route`, body }),
  };
}

/** Read as a stream, for that has heartbeats, and can be resumed. */
async function wholeTurn(stream: Stream): Promise<TurnReply> {
  let turn_id = "";
  for await (const event of stream) if (event.type === "start") turn_id = event.turn_id ?? "";
  const { stream_id, reason, messages, agents = [] } = await stream.result();
  return { stream_id, turn_id, reason, messages: [...messages], agents };
}

/** The definitions of worlds and agents. */
export function worldsOf(link: Link): Worlds {
  const send =
    (method: string) =>
    <T>(path: string, body?: unknown) =>
      requestJson<T>(link, { method, path, body });
  const [get, post, patch, remove] = ["GET", "POST", "PATCH", "DELETE"].map(send) as [Send, Send, Send, Send];
  const agentsOf = (world: string) => `${pathOf(world)}/agents`;
  const agentAt = (world: string, agent: string) => `${agentsOf(world)}/${encodeURIComponent(agent)}`;
  return {
    list: async () => (await get<{ worlds: World[] }>("/worlds")).worlds,
    get: (world) => get(pathOf(world)),
    create: (world) => post("/worlds", world),
    update: (world, changes) => patch(pathOf(world), changes),
    delete: (world) => remove(pathOf(world)),
    agents: {
      list: async (world) => (await get<{ agents: Agent[] }>(agentsOf(world))).agents,
      get: (world, agent) => get(agentAt(world, agent)),
      create: (world, agent) => post(agentsOf(world), agent),
      update: (world, agent, changes) => patch(agentAt(world, agent), changes),
      delete: (world, agent) => remove(agentAt(world, agent)),
    },
  };
}

type Send = <T>(path: string, body?: unknown) => Promise<T>;
