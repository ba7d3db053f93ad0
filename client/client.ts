import { chatOf } from "./chat.ts";
import { type Link, requestJson } from "./exchange.ts";
import { createStream } from "./stream.ts";
import { defaultBaseUrl, realSurroundings } from "./surroundings.ts";
import type { Client, ClientOptions, SavedStream } from "./types.ts";
import { worldOf, worldsOf } from "./worlds.ts";

/**
 * A client of a ChatWait server. It holds no connection of its own: each stream has one while it is read.
 *
 * ```ts
 * const { chat } = createClient();
 * for await (const text of chat.stream({ message: "Hello" }).text()) show(text);
 * ```
 */
export function createClient({ baseUrl = defaultBaseUrl(), surroundings, ...options }: ClientOptions = {}): Client {
  const link: Link = {
    idleMs: 25_000,
    giveUpMs: 300_000,
    longestRetryAfterMs: 30_000,
    ...options,
    ...realSurroundings,
    ...surroundings,
    base: String(baseUrl).replace(/\/+$/, ""),
  };
  return {
    chat: chatOf(link),
    world: (name) => worldOf(link, name),
    worlds: worldsOf(link),
    models: () => requestJson(link, { path: "/models" }),
    restore({ v, path, lastEventId, seq, messages }: SavedStream, resuming) {
      // Whatever was kept may be of another version, or have been tampered with.
      if (v !== 1 || !/^\/\w/.test(path)) throw new TypeError("Not a saved stream.");
      return createStream(link, { path, lastEventId, seq, messages }, resuming);
    },
  };
}
