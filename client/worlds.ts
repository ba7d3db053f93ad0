import { streamsAt } from "./chat.ts";
import { type Link, requestJson } from "./exchange.ts";
import { requestPatiently } from "./patience.ts";
import { createStream } from "./stream.ts";
import type { Stream, TurnReply, WorldChat, WorldChatStart, Worlds } from "./types.ts";

/** Where a world is, or an agent in it; without a last name, the list of them. */
const pathOf = (...names: string[]): string =>
  names.map((name, index) => `${index ? "/agents" : "/worlds"}/${encodeURIComponent(name)}`).join("");

/** One world. It is asked for nothing yet. */
export function worldOf(link: Link, name: string): WorldChat {
  const path = pathOf(name);
  const chat = `${path}/chat`;
  const streams = streamsAt<WorldChatStart>(link, chat, chat);
  return {
    ...streams,
    name,
    wait: (request, options) => wholeTurn(streams.stream(request, options)),
    feed: ({ lastEventId, ...options } = {}) =>
      createStream(link, { path: `${path}/events`, isFeed: true, lastEventId, anywhere: true }, options),
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
  const send = <T>(method: string, path: string, body?: unknown) => requestJson<T>(link, { method, path, body });
  /** The last name is of a thing itself, those before it say where it is. */
  const definitions = (list: string) => ({
    list: async (...names: string[]) =>
      (await send<Record<string, unknown>>("GET", `${pathOf(...names)}/${list}`))[list],
    get: (...names: string[]) => send("GET", pathOf(...names)),
    create: (...names: unknown[]) =>
      send("POST", `${pathOf(...(names.slice(0, -1) as string[]))}/${list}`, names.at(-1)),
    update: (...names: unknown[]) => send("PATCH", pathOf(...(names.slice(0, -1) as string[])), names.at(-1)),
    delete: (...names: string[]) => send("DELETE", pathOf(...names)),
  });
  return { ...definitions("worlds"), agents: definitions("agents") } as unknown as Worlds;
}
