import { Agent } from "node:http";
import { type Clock, systemClock } from "../clock.ts";
import { requestBody } from "./chat-completions.ts";
import { type Exchange, fail, takeResponse } from "./completion-answer.ts";
import { connectionFailure, type ModelFailure, modelFailure } from "./failure.ts";
import { type PartSink, type PushModel, pushModel } from "./model.ts";
import { type Target, targetOf, type UpstreamAgent } from "./upstream.ts";

export type OpenaiCompatibleSettings = {
  /** Stands before the colon of the model's id. */
  provider: string;
  /** What the server calls the model. */
  name: string;
  /** Up to and without `/chat/completions`, such as `http://127.0.0.1:8000/v1`. */
  baseUrl: string;
  apiKey?: string | undefined;
  /** The pool of connections, owned by the caller: see `upstreamAgent`. */
  agent: UpstreamAgent;
  clock?: Clock;
};

/**
 * A model behind any server that speaks OpenAI's chat completions, on the shortest way: node:http, no promise and no stream
 * object per token (decisions/002-upstream-transport.md). Throws a TypeError for a URL or key that cannot be used.
 */
export function openaiCompatible(settings: OpenaiCompatibleSettings): PushModel {
  const { provider, name, baseUrl, apiKey, agent, clock = systemClock } = settings;
  const target = targetOf(`${baseUrl.replace(/\/+$/, "")}/chat/completions`, apiKey, agent);
  // As a list they go to the wire as they are; of an object every call would keep a copy, 0.3 KiB.
  const headers = ["host", new URL(baseUrl).host, ...Object.entries(target.options.headers).flat(), "content-length"];
  return pushModel(provider, name, (options, sink) => {
    const exchange = openExchange(requestBody(name, options), clock, sink);
    send(exchange, target, headers);
    return () => {
      exchange.over = true;
      exchange.request?.destroy();
    };
  });
}

function openExchange(body: string, clock: Clock, sink: PartSink): Exchange {
  const exchange: Exchange = {
    part(part) {
      if (!exchange.over) sink.part(part);
    },
    sink,
    clock,
    body,
    request: undefined,
    over: false,
    end: { reason: undefined, usage: undefined },
    sawEvent: false,
    sawGarbage: false,
    stopWaiting: undefined,
  };
  return exchange;
}

function send(exchange: Exchange, target: Target, headers: readonly string[]): void {
  const { body } = exchange;
  const request = target.request({ ...target.options, headers: [...headers, String(Buffer.byteLength(body))] });
  exchange.request = request;
  request.on("response", (response) => {
    // Sent, and no longer needed: it may be a mebibyte, and the answer may take minutes.
    exchange.body = "";
    takeResponse(exchange, response);
  });
  request.on("error", (error: NodeJS.ErrnoException) => {
    if (exchange.over) return;
    fail(exchange, request.reusedSocket ? staleFailure(target, error.code ?? "") : requestFailure(error.code ?? ""));
  });
  // Makes one flat string of the head, which node:http keeps while the answer lasts. It still leaves with the body.
  request.flushHeaders();
  request.end(body);
}

/**
 * A kept connection that broke as it was used: most likely the server had just closed it, but whether it has seen the request
 * nobody knows. So it is one of the two retries, at once, and on a new connection: the others are as old.
 */
function staleFailure({ options }: Target, code: string): ModelFailure {
  const failure = requestFailure(code);
  if (failure.code !== "model_cut") return failure;
  const { agent } = options;
  if (agent instanceof Agent) for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
  return modelFailure("model_cut", { retryable: true, retryAfterMs: 0, cause: code });
}

// No answer has begun. What speaks no HTTP is garbage; any other fault (TLS, say) means that the model was not reached.
function requestFailure(code: string): ModelFailure {
  const known = connectionFailure(code);
  if (known) return known;
  return modelFailure(code.startsWith("HPE_") ? "model_error" : "model_unavailable", { cause: code });
}
