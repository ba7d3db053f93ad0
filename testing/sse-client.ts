import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { createParser } from "eventsource-parser";
import type { StreamEvent } from "../src/protocol/events.ts";

/** What a test sends. An object as `body` is sent as JSON, a string or bytes as they are; with a body the method is POST. */
export type Outgoing = {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: unknown;
  /** Destroys the connection, whatever stage it is at. */
  signal?: AbortSignal;
};

export type JsonAnswer = {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  body: any;
};

/** One event as it came over the wire, and its id. */
export type Received = StreamEvent & { id: string };

/** A response that streams, read by a test at its own pace. */
export type SseConnection = {
  readonly headers: IncomingHttpHeaders;
  /** Every event so far, whether taken or not. */
  readonly events: readonly Received[];
  /** Everything so far, as text. */
  readonly text: string;
  /** Milliseconds of the `retry` field, once it has come. */
  readonly retry: number | undefined;
  readonly comments: readonly string[];
  /** The next event that was not taken yet; undefined once the response has ended or was cut. */
  next(): Promise<Received | undefined>;
  /** The next `count` events; rejects where the response ends before. */
  take(count: number): Promise<Received[]>;
  /** All further events until the response ends or is cut. */
  rest(): Promise<Received[]>;
  /** Resolves once there were `count` comments in all. */
  comment(count?: number): Promise<void>;
  /** Resolves when nothing more can come: `end` in good order, `cut` otherwise. */
  readonly closed: Promise<"end" | "cut">;
  /** The whole request has been handed to the network, which may be after the response has begun. */
  readonly isSent: boolean;
  /** Leaves, as a client does whose network fails. */
  cut(): void;
};

/** Sends a request and reads the whole answer. `body` is undefined where the answer is no JSON, or has none. */
export async function requestJson(url: string, outgoing: Outgoing = {}): Promise<JsonAnswer> {
  const { response } = await send(url, outgoing);
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += part;
  const isJson = response.headers["content-type"]?.startsWith("application/json") && text !== "";
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

/**
 * Opens a stream: a start, a resume or a read. With `cutAfterBytes` the client takes exactly so many bytes of the body and
 * leaves, be it within a frame or within a character. Rejects where the answer is no event stream.
 */
export async function openStream(
  url: string,
  { cutAfterBytes = Number.POSITIVE_INFINITY, ...outgoing }: Outgoing & { cutAfterBytes?: number } = {},
): Promise<SseConnection> {
  const { response, isSent } = await send(url, outgoing);
  if (response.statusCode !== 200 || response.headers["content-type"] !== "text/event-stream") {
    let text = "";
    for await (const part of response.setEncoding("utf8")) text += part;
    throw new Error(`No event stream but ${response.statusCode}: ${text}`);
  }
  return connection(response, isSent, cutAfterBytes);
}

/** Starts a chat and streams it. `more` are headers. */
export const startStream = (origin: string, body: unknown, more: Record<string, string> = {}): Promise<SseConnection> =>
  openStream(`${origin}/chat/streaming`, { body, headers: more });

/** Goes on after the event of that id. */
export const resumeStream = (origin: string, lastEventId: string, body?: unknown): Promise<SseConnection> =>
  openStream(`${origin}/chat/streaming`, { headers: { "last-event-id": lastEventId }, body });

/** The text of the tokens, joined. */
export const textOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === "token" ? event.text : "")).join("");

type Sent = { response: IncomingMessage; isSent(): boolean };

function send(url: string, { method, headers = {}, body, signal }: Outgoing): Promise<Sent> {
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const bytes = body === undefined ? undefined : isRaw ? body : JSON.stringify(body);
  const type = body === undefined ? {} : { "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const options = { method: method ?? (body === undefined ? "GET" : "POST"), headers: { ...type, ...headers } };
    // A connection of its own each, so that a cut is one of this request alone.
    const outgoing = request(url, { ...options, agent: false, ...(signal ? { signal } : {}) });
    outgoing.once("response", (response) => resolve({ response, isSent: () => outgoing.writableFinished }));
    // Also after the response has come: a client that leaves while it sends gets one more.
    outgoing.on("error", reject);
    outgoing.end(bytes);
  });
}

function connection(response: IncomingMessage, isSent: () => boolean, cutAfterBytes: number): SseConnection {
  const events: Received[] = [];
  const comments: string[] = [];
  const decoder = new TextDecoder();
  const { promise: closed, resolve: close } = Promise.withResolvers<"end" | "cut">();
  let text = "";
  let retry: number | undefined;
  let taken = 0;
  let over = false;
  let wakers: (() => void)[] = [];

  const parser = createParser({
    onEvent: ({ id = "", event, data }) => {
      const parsed = JSON.parse(data) as StreamEvent;
      if (event !== parsed.type) throw new Error(`The frame of a ${parsed.type} is named ${event}.`);
      events.push({ ...parsed, id });
    },
    onRetry: (ms) => {
      retry = ms;
    },
    onComment: (comment) => comments.push(comment),
  });

  function wake() {
    const woken = wakers;
    wakers = [];
    for (const waker of woken) waker();
  }

  /** Resolves at once where it is so already or cannot become so any more. */
  async function until(condition: () => boolean) {
    while (!condition() && !over) await new Promise<void>((resolve) => wakers.push(resolve));
  }

  function finish(how: "end" | "cut") {
    over = true;
    close(how);
    wake();
  }

  let left = cutAfterBytes;
  response.on("data", (chunk: Buffer) => {
    if (over) return;
    const bytes = chunk.subarray(0, left);
    left -= bytes.length;
    const part = decoder.decode(bytes, { stream: true });
    text += part;
    parser.feed(part);
    if (left === 0) cut();
    wake();
  });
  response.on("end", () => finish("end"));
  response.on("error", () => finish("cut"));
  response.on("close", () => finish("cut"));

  function cut() {
    finish("cut");
    response.destroy();
  }

  return {
    headers: response.headers,
    events,
    comments,
    closed,
    cut,
    get isSent() {
      return isSent();
    },
    get text() {
      return text;
    },
    get retry() {
      return retry;
    },
    async next() {
      await until(() => events.length > taken);
      return events[taken] === undefined ? undefined : events[taken++];
    },
    async take(count) {
      await until(() => events.length >= taken + count);
      if (events.length < taken + count) {
        throw new Error(`Only ${events.length - taken} of ${count} events came before the end.`);
      }
      taken += count;
      return events.slice(taken - count, taken);
    },
    async rest() {
      await closed;
      const rest = events.slice(taken);
      taken = events.length;
      return rest;
    },
    async comment(count = 1) {
      await until(() => comments.length >= count);
      if (comments.length < count) throw new Error(`Only ${comments.length} of ${count} comments came before the end.`);
    },
  };
}
