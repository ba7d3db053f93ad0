import * as http from "node:http";
import * as https from "node:https";
import { type NetConnectOpts, Socket } from "node:net";
import type { Clock } from "../clock.ts";
import { connectTapped } from "./chunk-tap.ts";

/** A pool of kept connections to models. Whoever makes one closes it with `destroy`. */
export type UpstreamAgent = http.Agent;

// Below the minute or so that common proxies allow; one that was closed sooner costs a retry.
const IDLE_SOCKET_MS = 30_000;

// More idle connections than that are not worth their memory: a new one costs a round trip.
const MOST_IDLE_SOCKETS = 256;

/** A pool for one scheme. As many connections as calls: the number of streams has its own limit. */
export function upstreamAgent(baseUrl: string): UpstreamAgent {
  const isSecure = new URL(baseUrl).protocol === "https:";
  const { Agent } = isSecure ? https : http;
  const agent = new Agent({ keepAlive: true, maxFreeSockets: MOST_IDLE_SOCKETS, scheduling: "lifo" });
  if (!isSecure) agent.createConnection = (options) => connectTapped(options as NetConnectOpts);
  // The agent's own `timeout` would also run, and be moved at each token, while a connection is in use. Lent for this one
  // question, it is the idle limit, or less where the server's Keep-Alive header says so.
  const idle: UpstreamAgent = Object.create(agent, { options: { value: { timeout: IDLE_SOCKET_MS } } });
  const reuseSocket = agent.reuseSocket.bind(agent);
  agent.keepSocketAlive = agent.keepSocketAlive.bind(idle);
  agent.reuseSocket = (socket, request) => {
    if (socket instanceof Socket) socket.setTimeout(0);
    reuseSocket(socket, request);
  };
  return agent;
}

/** Where calls go: an http(s) URL, its pool, and the headers that every call carries. */
export type Target = {
  request: typeof http.request;
  options: http.RequestOptions & { headers: Record<string, string> };
};

/** Throws a TypeError for what is no http(s) URL, or a key that cannot stand in a header. */
export function targetOf(url: string, apiKey: string | undefined, agent: UpstreamAgent): Target {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") throw new TypeError("Not an http or https URL.");
  const headers: Record<string, string> = { "content-type": "application/json", accept: "text/event-stream" };
  if (apiKey !== undefined) headers["authorization"] = `Bearer ${apiKey}`;
  for (const [name, value] of Object.entries(headers)) http.validateHeaderValue(name, value);
  // URL writes an IPv6 address in brackets, node:http wants it without.
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const options = { agent, host, port, path: pathname + search, method: "POST", headers };
  return { request: protocol === "https:" ? https.request : http.request, options };
}

// What follows a finish mark or an error's head is a few bytes that come at once.
const DRAIN_MS = 1000;
const DRAIN_BYTES = 64 * 1024;

/** Reads off the rest of an answer so that its connection can serve again; one that goes on is closed. */
export function drain(response: http.IncomingMessage, clock: Clock): void {
  if (response.complete) return void response.resume();
  let left = DRAIN_BYTES;
  const stop = clock.after(DRAIN_MS, () => response.destroy());
  response.on("error", () => {});
  response.on("close", stop);
  response.on("data", (bytes: Buffer) => {
    left -= bytes.length;
    if (left < 0) response.destroy();
  });
}
