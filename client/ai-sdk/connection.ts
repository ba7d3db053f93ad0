import { createClient } from "../index.ts";
import type { Client } from "../types.ts";
import type { ConnectionOptions, HeaderValues } from "./types.ts";

/** The client for one message, with the headers of the moment and those of the message. */
export type Connect = (more: HeaderValues | undefined) => Promise<Client>;

const OWN = ["baseUrl", "idleMs", "giveUpMs", "longestRetryAfterMs", "surroundings"] as const;

/** @throws TypeError where a client is given together with what a client is made of */
export function connector({ client, headers, ...options }: ConnectionOptions): Connect {
  const own = Object.fromEntries(OWN.filter((name) => name in options).map((name) => [name, options[name]]));
  const told = [...Object.keys(own), ...(headers ? ["headers"] : [])];
  if (client && told.length > 0)
    throw new TypeError(`A "client" has its own "${told.join('", "')}". Leave one of the two out.`);
  return async (more) => {
    const ofMessage = plain(more);
    if (!client) {
      const given = plain(typeof headers === "function" ? await headers() : headers);
      return createClient({ ...own, headers: { ...given, ...ofMessage } });
    }
    if (Object.keys(ofMessage).length === 0) return client;
    throw new TypeError('A "client" has its own headers. Leave it out to send some with one message.');
  };
}

const plain = (headers: HeaderValues = {}): Record<string, string> =>
  headers instanceof Headers ? Object.fromEntries(headers) : headers;
