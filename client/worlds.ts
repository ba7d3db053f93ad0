import { streamsAt } from "./chat.ts";
import { type Link, requestJson } from "./exchange.ts";
import { requestPatiently } from "./patience.ts";
import { createStream } from "./stream.ts";
import type { TurnReply, WorldChat, WorldChatStart, Worlds } from "./types.ts";

/** Where a world is, or an agent in it; without a last name, the list of them. */
const pathOf = (...names: string[]): string =>
  names.map((name, index) => `${index ? "/agents" : "/worlds"}/${encodeURIComponent(name)}`).join("");

/** One world. It is asked for nothing yet. */
export function worldOf(link: Link, name: string): WorldChat {
  const path = pathOf(name);
  const streams = streamsAt<WorldChatStart>(link, `${path}/chat`);
  return {
    ...streams,
    name,
    // Read as a stream, for that has heartbeats, and can be resumed.
    wait: (request, options) => streams.stream(request, options).result() as Promise<TurnReply>,
    feed: ({ lastEventId, ...options } = {}) =>
      createStream(link, { path: `${path}/events`, isFeed: true, lastEventId, seq: Number.NaN }, options),
    publish: (body, { idempotencyKey = link.newKey(), signal } = {}) =>
      requestPatiently(link, { path: `${path}/messages`, body, idempotencyKey }, signal),
    route: (body) => requestJson(link, { path: `${path}/route`, body }),
  };
}

/** The definitions of worlds and agents. */
export function worldsOf(link: Link): Worlds {
  const send = <T>(path: string, method?: string, body?: unknown) => requestJson<T>(link, { path, method, body });
  /** The last name is of the thing itself, those before it say where it is. */
  const definitions = (list: string) => {
    const listAt = (names: string[]) => `${pathOf(...names)}/${list}`;
    return {
      list: async (...names: string[]) => (await send<Record<string, unknown>>(listAt(names)))[list],
      get: (...names: string[]) => send(pathOf(...names)),
      create: (...names: unknown[]) => send(listAt(names as string[]), "POST", names.pop()),
      update: (...names: string[]) => send(pathOf(...names), "PATCH", names.pop()),
      delete: (...names: string[]) => send(pathOf(...names), "DELETE"),
    };
  };
  return { ...definitions("worlds"), agents: definitions("agents") } as unknown as Worlds;
}
