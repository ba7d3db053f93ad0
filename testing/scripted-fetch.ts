/** A request as a client sent it. */
export type Asked = {
  method: string;
  /** With its query, without the origin. */
  path: string;
  url: string;
  headers: Headers;
  /** What its JSON says. */
  body: unknown;
  keepalive: boolean;
};

/**
 * An answer: `body` in the pieces in which it arrives, and how it goes on after the last one. An object is one piece of JSON.
 * Or none at all: nothing listens there, or nothing ever comes back.
 */
export type Scripted =
  | {
      status?: number;
      headers?: Record<string, string>;
      body?: readonly (string | Uint8Array)[] | object;
      ending?: Ending;
    }
  | "unreachable"
  | "silence";

type Ending = "end" | "cut" | "silence";

export type ScriptedFetch = {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** All requests so far, oldest first. */
  readonly asked: readonly Asked[];
  /** How many exchanges have neither been read to their end nor been closed. */
  readonly open: number;
};

/** A network whose every answer the test has written. Like a real one, it gives up what its signal ends. */
export function scriptedFetch(answer: (asked: Asked, index: number) => Scripted): ScriptedFetch {
  const asked: Asked[] = [];
  const open = new Set<object>();
  return {
    asked,
    get open() {
      return open.size;
    },
    async fetch(url, init) {
      const signal = init.signal ?? new AbortController().signal;
      signal.throwIfAborted();
      const request = askedOf(url, init);
      const scripted = answer(request, asked.push(request) - 1);
      if (scripted === "unreachable") throw new TypeError("fetch failed");
      const exchange = {};
      open.add(exchange);
      const close = () => open.delete(exchange);
      signal.addEventListener("abort", close);
      if (scripted === "silence") return untilAborted(signal);
      const { status = 200, headers = {}, body = [], ending = "end" } = scripted;
      const pieces = Array.isArray(body) ? body : [JSON.stringify(body)];
      const type = Array.isArray(body) ? {} : { "content-type": "application/json" };
      if (status === 204) close();
      const stream = status === 204 ? null : bodyOf(pieces, ending, signal, close);
      return new Response(stream, { status, headers: { ...type, ...headers } });
    },
  };
}

function askedOf(url: string, { method = "GET", headers, body, keepalive = false }: RequestInit): Asked {
  const { pathname, search } = new URL(url);
  const said = typeof body === "string" ? JSON.parse(body) : undefined;
  return { method, url, path: pathname + search, headers: new Headers(headers), body: said, keepalive };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason));
  return promise;
}

function bodyOf(pieces: readonly (string | Uint8Array)[], ending: Ending, signal: AbortSignal, close: () => void) {
  const left = pieces.map((piece) => (typeof piece === "string" ? new TextEncoder().encode(piece) : piece));
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        signal.addEventListener("abort", () => controller.error(signal.reason));
      },
      pull(controller) {
        const piece = left.shift();
        if (piece) controller.enqueue(piece);
        else if (ending === "silence") return new Promise(() => {});
        else {
          close();
          if (ending === "end") controller.close();
          else controller.error(new TypeError("terminated"));
        }
        return undefined;
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}
