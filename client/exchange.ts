import { definedOnly, networkError, parsed, refusal } from "./errors.ts";
import { type Patience, SILENCE } from "./retry-policy.ts";
import type { Surroundings } from "./types.ts";

/** The server as the client reaches it. */
export type Link = Surroundings &
  Patience & {
    base: string;
    headers: Record<string, string> | undefined;
    idleMs: number;
    /** Something has answered there before, or has at least not refused to. */
    isReached?: boolean;
  };

/** A request: with a body it is a POST, unless said otherwise. */
export type Outgoing = {
  method?: string | undefined;
  path: string;
  body?: object | undefined;
  idempotencyKey?: string | undefined;
  lastEventId?: string | undefined;
  prefer?: string;
};

export type Exchange = {
  response: Promise<Response>;
  /** Waits for a step of the exchange, but not through silence. @throws ChatWaitError `network`, or why it was closed */
  step<T>(promise: Promise<T>): Promise<T>;
  /** Ends it, whatever stage it is at. */
  close(reason?: unknown): void;
};

/** Sends a request. `signal` ends the exchange; whoever opens it closes it when it is done. */
export function openExchange(
  link: Link,
  { body, method = body ? "POST" : "GET", path, idempotencyKey, lastEventId, prefer }: Outgoing,
  signal: AbortSignal | undefined,
  accept: string,
): Exchange {
  const closing = new AbortController();
  const ending = AbortSignal.any([closing.signal, signal ?? closing.signal]);
  const close = (reason?: unknown) => closing.abort(reason);

  async function step<T>(promise: Promise<T>): Promise<T> {
    const silence = link.after(link.idleMs, () => {
      // Silence is not nobody: a proxy may have taken it, and say nothing until the answer is complete.
      link.isReached = true;
      close(networkError("Nothing came for too long.", SILENCE));
    });
    try {
      const value = await promise;
      link.isReached = true;
      return value;
    } catch (cause) {
      throw ending.aborted ? ending.reason : networkError("The server could not be reached.", cause);
    } finally {
      silence();
    }
  }

  const init: RequestInit = {
    method,
    // Whatever no header can carry is refused here: it is no trouble of the network.
    headers: new Headers(
      definedOnly({
        accept,
        ...link.headers,
        "content-type": body && "application/json",
        "idempotency-key": idempotencyKey,
        "last-event-id": lastEventId,
        prefer,
      }),
    ),
    body: JSON.stringify(body) ?? null,
    signal: ending,
    // A browser would make readers of one stream wait for one another.
    cache: "no-store",
    // A stop must go out though the page is being closed.
    keepalive: method === "DELETE",
  };
  return { response: step(link.fetch(link.base + path, init)), step, close };
}

/** The text of a body, piece by piece as it comes. @throws ChatWaitError `network`, or why the exchange was closed */
export async function* piecesOf({ step }: Exchange, { body }: Response): AsyncGenerator<string, void> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  while (reader) {
    const { value } = await step(reader.read());
    if (!value) return;
    yield decoder.decode(value, { stream: true });
  }
}

/**
 * Sends a request and reads the JSON of its answer; undefined where it has none.
 * @throws ChatWaitError what the server refused with, or `network`, `bad_response`
 */
export async function requestJson<T>(link: Link, outgoing: Outgoing, signal?: AbortSignal): Promise<T> {
  const exchange = openExchange(link, outgoing, signal, "application/json");
  let text = "";
  try {
    const head = await exchange.response;
    for await (const piece of piecesOf(exchange, head)) text += piece;
    if (head.status === 204) return undefined as T;
    const body = head.ok && parsed(text);
    if (body) return body;
    throw refusal(head, text);
  } finally {
    exchange.close();
  }
}
