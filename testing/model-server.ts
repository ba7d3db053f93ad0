import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { tokens } from "./model-scripts.ts";

export * from "./model-scripts.ts";

/** A scriptable OpenAI-compatible server, on loopback. It speaks real HTTP and misbehaves on request. */
export type ModelServer = {
  /** What CHATWAIT_BASE_URL takes: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  /** The same without the path: what OLLAMA_HOST takes. */
  readonly origin: string;
  /** Every call so far, in the order in which they came. */
  readonly calls: ServerCall[];
  /** The call of that index, once it has come. */
  call(index?: number): Promise<ServerCall>;
  /** How calls that come from now on are answered; without one, with a short whole answer. */
  reply(script: Script): void;
  /** The models that `GET /v1/models` and Ollama's `GET /api/tags` list. */
  models: string[];
  /** Cuts what is open, and closes. */
  close(): Promise<void>;
};

/** What a call's answer is. Runs to its end, or until the client or the server goes away. */
export type Script = (call: ServerCall) => void | Promise<void>;

export type Finish = {
  reason?: string;
  usage?: { input: number; output: number } | "none";
};

/** One call as it came, and the means to answer it. Writing begins a `text/event-stream` answer if none has begun. */
export type ServerCall = {
  readonly index: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
  /** Says one token. */
  push(text: string): void;
  reasoning(text: string): void;
  /** Sends one `data:` line of JSON. */
  chunk(value: unknown): void;
  /** Sends bytes as they are. */
  raw(bytes: string | Uint8Array): void;
  /** The finish reason, the usage, `[DONE]` and the end. */
  finish(finish?: Finish): void;
  /** Ends the answer as it is: without a finish mark, if none was sent. */
  end(): void;
  /** Destroys the connection. */
  cut(): void;
  /** Answers with a status and a whole body instead of a stream. */
  answer(status: number, body: unknown, headers?: Record<string, string>): void;
  /** Waits on the real clock; rejects once the client or the server goes away. */
  pause(ms: number): Promise<void>;
  readonly isCancelled: boolean;
  /** Resolves once the client has gone before the answer was whole. */
  readonly cancelled: Promise<void>;
};

export async function startModelServer(script: Script = tokens(["Hello", " there", "."])): Promise<ModelServer> {
  const calls: ServerCall[] = [];
  const waiting: { index: number; found(call: ServerCall): void }[] = [];
  const closing = new AbortController();
  let current = script;

  const http = createServer(async (request, response) => {
    if (request.method === "GET") return list(request, response, server.models);
    const body = await readJson(request);
    const call = serverCall(calls.length, request, response, body, closing.signal);
    calls.push(call);
    for (const entry of waiting) if (entry.index === call.index) entry.found(call);
    try {
      await current(call);
    } catch (error) {
      // A pause that was broken off; anything else is a mistake in the script.
      if ((error as Error).name !== "AbortError") throw error;
    }
  });
  // Else it closes idle connections after five seconds of its own time, which a busy machine may meet in the middle of a test.
  http.keepAliveTimeout = 0;
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  const server: ModelServer = {
    url: `${origin}/v1`,
    origin,
    calls,
    models: ["llama3:latest"],
    call(index = 0) {
      const call = calls[index];
      return call ? Promise.resolve(call) : new Promise((found) => waiting.push({ index, found }));
    },
    reply(next) {
      current = next;
    },
    async close() {
      closing.abort();
      const closed = new Promise((done) => http.close(done));
      http.closeAllConnections();
      await closed;
    },
  };
  return server;
}

function list(request: IncomingMessage, response: ServerResponse, models: string[]): void {
  const found = request.url === "/api/tags" ? { models: models.map((name) => ({ name })) } : undefined;
  const data = { object: "list", data: models.map((id) => ({ id, object: "model" })) };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(found ?? data));
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  return JSON.parse(text || "{}");
}

function serverCall(
  index: number,
  request: IncomingMessage,
  response: ServerResponse,
  body: Record<string, unknown>,
  closing: AbortSignal,
): ServerCall {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const gone = new AbortController();
  let isCancelled = false;
  let isCut = false;
  response.on("close", () => {
    gone.abort();
    if (isCut || response.writableFinished || closing.aborted) return;
    isCancelled = true;
    resolve();
  });
  // A client that has gone is told of by "close".
  response.on("error", () => {});
  const raw = (bytes: string | Uint8Array) => {
    if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(bytes);
  };
  const chunk = (value: unknown) => raw(`data: ${JSON.stringify(value)}\n\n`);
  const delta = (delta: object, finish_reason: string | null = null) =>
    chunk({
      id: "c",
      object: "chat.completion.chunk",
      model: body["model"],
      choices: [{ index: 0, delta, finish_reason }],
    });
  return {
    index,
    headers: request.headers,
    body,
    push: (content) => delta({ content }),
    reasoning: (reasoning_content) => delta({ reasoning_content }),
    chunk,
    raw,
    finish({ reason = "stop", usage = { input: 7, output: 3 } } = {}) {
      delta({}, reason);
      if (usage !== "none") chunk({ choices: [], usage: usageOf(usage) });
      raw("data: [DONE]\n\n");
      response.end();
    },
    end() {
      raw("");
      response.end();
    },
    cut() {
      isCut = true;
      response.destroy();
    },
    answer(status, body, headers = {}) {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(text);
    },
    pause: (ms) => sleep(ms, undefined, { signal: AbortSignal.any([gone.signal, closing]) }),
    get isCancelled() {
      return isCancelled;
    },
    cancelled,
  };
}

const usageOf = ({ input, output }: { input: number; output: number }) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});
