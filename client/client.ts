import { chatOf } from "./chat.ts";
import { type Link, requestJson } from "./exchange.ts";
import { createStream } from "./stream.ts";
import { defaultBaseUrl, realSurroundings } from "./surroundings.ts";
import type { Client, ClientOptions, SavedStream } from "./types.ts";
import { worldOf, worldsOf } from "./worlds.ts";

/**
 * A client of a ChatWait server. It holds no connection of its own: each stream has one while it is read.
 * @throws TypeError where `baseUrl` is no address, say without its `http://`
 *
 * ```ts
 * const { chat } = createClient();
 * for await (const text of chat.stream({ message: "Hello" }).text()) show(text);
 * ```
 */
export function createClient({
  baseUrl = defaultBaseUrl(),
  idleMs = 25_000,
  giveUpMs = 300_000,
  longestRetryAfterMs = 30_000,
  headers,
  surroundings,
}: ClientOptions = {}): Client {
  // Throws where it is no address, or lacks its scheme: asked for, it would look like a network that is away.
  const base = new URL(".", `${baseUrl}/`).href.replace(/\/+$/, "");
  const link: Link = {
    ...{ base, idleMs, giveUpMs, longestRetryAfterMs, headers },
    ...realSurroundings,
    ...surroundings,
  };
  return {
    chat: chatOf(link),
    world: (name) => worldOf(link, name),
    worlds: worldsOf(link),
    models: () => requestJson(link, { path: "/models" }),
    restore({ v, path, lastEventId, seq, messages }: SavedStream, resuming) {
      // Whatever was kept may be of another version, or have been tampered with.
      if (v !== 1 || !/^\/\w/.test(path)) throw new TypeError("Not a saved stream.");
      link.isReached = true;
      return createStream(link, { path, lastEventId, seq: seq ?? Number.NaN, messages }, resuming);
    },
  };
}
