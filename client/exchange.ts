import { abortedError, isChatWaitError, networkError, refusal } from "./errors.ts";
import type { Patience } from "./retry-policy.ts";
import type { Surroundings } from "./types.ts";

/** The server as the client reaches it. */
export type Link = Surroundings & Patience & { base: string; headers: Record<string, string>; idleMs: number };

export type Outgoing = { method?: string; path: string; headers?: Record<string, string | undefined>; body?: unknown };

export type Exchange = {
  /** Waits for a step of the exchange, but not through silence. Rejects with a ChatWaitError whatever goes wrong. */
  step<T>(promise: Promise<T>): Promise<T>;
  /** Ends it, whatever stage it is at; a step that is waited for fails with `error`. */
  close(error?: unknown): void;
};

/** Sends a request. `use` gets the response, and the exchange is closed when it is done. `signal` ends all at once. */
export function openExchange(
  link: Link,
  { method = "GET", path, headers, body }: Outgoing,
  signal?: AbortSignal,
): Exchange & { response: Promise<Response> } {
  const ending = new AbortController();
  let ended: unknown;
  let failStep: ((error: unknown) => void) | undefined;
  const left = () => close(abortedError(signal?.reason));
  signal?.addEventListener("abort", left);
  if (signal?.aborted) left();

  function close(error: unknown = networkError("The connection was cut.")) {
    ended ??= error;
    signal?.removeEventListener("abort", left);
    ending.abort();
    failStep?.(error);
  }

  async function step<T>(promise: Promise<T>): Promise<T> {
    const stopped = new Promise<never>((_resolve, reject) => {
      failStep = reject;
    });
    const silence = link.after(link.idleMs, () => close(networkError("Nothing came for too long.")));
    if (ended) failStep?.(ended);
    try {
      return await Promise.race([promise, stopped]);
    } catch (cause) {
      throw isChatWaitError(cause) ? cause : networkError(`The server could not be reached (${link.base}).`, cause);
    } finally {
      silence();
      failStep = undefined;
    }
  }

  const given = Object.entries({ ...link.headers, ...headers }).filter(([, value]) => value !== undefined);
  if (body !== undefined) given.push(["content-type", "application/json"]);
  const init: RequestInit = {
    method,
    headers: given as [string, string][],
    signal: ending.signal,
    // A browser would make readers of one stream wait for one another.
    cache: "no-store",
    // A stop must go out though the page is being closed.
    keepalive: method === "DELETE",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  return { step, close, response: step((async () => link.fetch(link.base + path, init))()) };
}

/**
 * Sends a request and reads the JSON of its answer; undefined where it has none.
 * @throws ChatWaitError what the server refused with, or `network`, `bad_response`, `aborted`
 */
export async function requestJson<T>(link: Link, outgoing: Outgoing, signal?: AbortSignal): Promise<T> {
  const headers = { accept: "application/json", ...outgoing.headers };
  const exchange = openExchange(link, { ...outgoing, headers }, signal);
  try {
    const response = await exchange.response;
    const text = await exchange.step(response.text());
    if (!response.ok) throw refusal(response, text);
    return response.status === 204 ? (undefined as T) : parse(text, response);
  } finally {
    exchange.close();
  }
}

function parse(text: string, response: Response) {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal(response, "");
  }
}
