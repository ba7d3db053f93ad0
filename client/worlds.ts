import { streamsAt } from "./chat.ts";
import { type Link, requestJson } from "./exchange.ts";
import { requestPatiently } from "./patience.ts";
import { createStream } from "./stream.ts";
import type { TurnReply, WorldChat, WorldChatStart, Worlds } from "./types.ts";

/** Where a world is, or an agent in it; or else a list of what is in the last one. */
const pathOf = (names: string[], list?: string): string =>
  names.map((name, index) => `/${index ? "agents" : "worlds"}/${encodeURIComponent(name)}`).join("") +
  (list ? `/${list}` : "");

/** One world. It is asked for nothing yet. */
export function worldOf(link: Link, name: string): WorldChat {
  const path = pathOf([name]);
  const streams = streamsAt<WorldChatStart>(link, `${path}/chat`);
  return {
    ...streams,
    name,
    // Read as a stream, for that has heartbeats, and can be resumed.
    wait: (request, options) => streams.stream(request, options).result() as Promise<TurnReply>,
    feed: ({ lastEventId, ...options } = {}) =>
      createStream(link, { path: `${path}/events`, lastEventId, seq: Number.NaN }, options),
    publish: (body, { idempotencyKey = link.newKey(), signal } = {}) =>
      requestPatiently(link, { path: `${path}/messages`, body, idempotencyKey }, signal),
    route: (body) => requestJson(link, { path: `${path}/route`, body }),
  };
}

/** The definitions of worlds and agents. */
export function worldsOf(link: Link): Worlds {
  /** The last name is of the thing itself, those before it say where it is; a body comes after the names. */
  const call =
    (method: string, list?: string) =>
    (...args: unknown[]) => {
      const body = method[0] === "P" ? (args.pop() as object) : undefined;
      return requestJson<Record<string, unknown>>(link, { method, path: pathOf(args as string[], list), body });
    };
  const definitions = (list: string) => ({
    list: async (...names: string[]) => (await call("GET", list)(...names))[list],
    get: call("GET"),
    create: call("POST", list),
    update: call("PATCH"),
    delete: call("DELETE"),
  });
  return { ...definitions("worlds"), agents: definitions("agents") } as unknown as Worlds;
}
