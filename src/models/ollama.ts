import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Clock } from "../clock.ts";

/** Where Ollama listens unless OLLAMA_HOST says otherwise. */
export const OLLAMA_PORT = 11434;

/**
 * The address that OLLAMA_HOST means, without a path. Like Ollama's own client it takes `host`, `host:port`, `:port` or a URL,
 * and reads the address that a server binds to (0.0.0.0) as this machine. Throws a TypeError for anything else.
 */
export function ollamaOrigin(host = "127.0.0.1"): string {
  const hasScheme = host.includes("://");
  const url = new URL(hasScheme ? host : `http://${host.startsWith(":") ? `127.0.0.1${host}` : host}`);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new TypeError("Not an http or https URL.");
  // URL drops the port that is the scheme's own, so what was written decides.
  if (!hasScheme && !/:\d+\/?$/.test(host)) url.port = String(OLLAMA_PORT);
  if (url.hostname === "0.0.0.0" || url.hostname === "[::]") url.hostname = "127.0.0.1";
  return url.origin;
}

// On this machine it answers within a few ms; the start waits no longer than nobody notices.
const PROBE_MS = 300;
const LARGEST_LIST = 256 * 1024;

/**
 * Asks whether Ollama answers, for a hint at the start.
 * @returns the names of its models; none when nobody answers in time, or something else does. Never rejects.
 */
export function findOllama(host: string | undefined, clock: Clock): Promise<string[]> {
  return new Promise((resolve) => {
    let stop = () => {};
    const found = (names: string[]) => {
      stop();
      resolve(names);
    };
    let probe: ClientRequest;
    try {
      probe = request(`${ollamaOrigin(host)}/api/tags`, { agent: false }, (response) => takeList(response, found));
    } catch {
      // An https address, or none at all: a hint is not worth an error.
      return found([]);
    }
    stop = clock.after(PROBE_MS, () => probe.destroy());
    probe.on("error", () => found([]));
    probe.on("close", () => found([]));
    probe.end();
  });
}

function takeList(response: IncomingMessage, found: (names: string[]) => void): void {
  let text = "";
  response.setEncoding("utf8");
  response.on("error", () => found([]));
  response.on("end", () => found(namesIn(text)));
  response.on("data", (piece: string) => {
    text += piece;
    if (text.length > LARGEST_LIST) response.destroy();
  });
}

function namesIn(text: string): string[] {
  try {
    const { models } = JSON.parse(text) as { models?: { name?: unknown }[] };
    return (models ?? []).flatMap(({ name }) => (typeof name === "string" ? [name] : []));
  } catch {
    return [];
  }
}
