import { definedOnly, networkError, parsed, refusal } from "./errors.ts";
import type { Patience } from "./retry-policy.ts";
import type { Surroundings } from "./types.ts";

/** The server as the client reaches it. */
export type Link = Surroundings & Patience & { base: string; headers: Record<string, string>; idleMs: number };

export type Outgoing = { method?: string; path: string; headers?: Record<string, string | undefined>; body?: unknown };

export type Exchange = {
  response: Promise<Response>;
  /** Waits for a step of the exchange, but not through silence. @throws ChatWaitError `network`, or why it was closed */
  step<T>(promise: Promise<T>): Promise<T>;
  /** Ends it, whatever stage it is at. */
  close(reason?: unknown): void;
};

/** Sends a request. `signal` closes the exchange; whoever opens it does so when it is done. */
export function openExchange(
  link: Link,
  { method = "GET", path, headers, body }: Outgoing,
  signal: AbortSignal | undefined,
  accept: string,
): Exchange {
  const ending = new AbortController();
  const left = () => close(signal?.reason);
  signal?.addEventListener("abort", left);
  if (signal?.aborted) left();

  function close(reason?: unknown) {
    signal?.removeEventListener("abort", left);
    ending.abort(reason);
  }

  async function step<T>(promise: Promise<T>): Promise<T> {
    const silence = link.after(link.idleMs, () => close(networkError("Nothing came for too long.")));
    try {
      return await promise;
    } catch (cause) {
      throw ending.signal.aborted ? ending.signal.reason : networkError("The server could not be reached.", cause);
    } finally {
      silence();
    }
  }

  const init: RequestInit = {
    method,
    headers: definedOnly({
      accept,
      ...link.headers,
      ...headers,
      "content-type": body ? "application/json" : undefined,
    }),
    body: body === undefined ? null : JSON.stringify(body),
    signal: ending.signal,
    // A browser would make readers of one stream wait for one another.
    cache: "no-store",
    // A stop must go out though the page is being closed.
    keepalive: method === "DELETE",
  };
  return { response: step((async () => link.fetch(link.base + path, init))()), step, close };
}

/**
 * Sends a request and reads the JSON of its answer; undefined where it has none.
 * @throws ChatWaitError what the server refused with, or `network`, `bad_response`
 */
export async function requestJson<T>(link: Link, outgoing: Outgoing, signal?: AbortSignal): Promise<T> {
  const { response, step, close } = openExchange(link, outgoing, signal, "application/json");
  try {
    const head = await response;
    const text = await step(head.text());
    if (head.status === 204) return undefined as T;
    const body = head.ok && parsed(text);
    if (body) return body;
    throw refusal(head, text);
  } finally {
    close();
  }
}
