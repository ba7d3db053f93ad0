import type { ClientRequest, IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceMessage, type EventSourceParser } from "eventsource-parser";
import { type Clock, systemClock } from "../clock.ts";
import { type AnswerEnd, finishOf, requestBody, takeCompletion } from "./chat-completions.ts";
import { connectionFailure, type ModelFailure, modelFailure, retryAfterMs, statusFailure } from "./failure.ts";
import { type PartSink, type PushModel, pushModel } from "./model.ts";
import { drain, type Target, targetOf, type UpstreamAgent } from "./upstream.ts";

// A token is some hundred bytes. A line of a mebibyte is no answer, and would be kept until it ends.
const LONGEST_EVENT = 1024 * 1024;

// For a gateway that ignores `stream`: as much text as a stream may hold by default.
const LARGEST_BODY = 4 * 1024 * 1024;

// Usage follows the finish reason in the next chunk, where it comes at all.
const USAGE_WAIT_MS = 1000;

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

/** One request and its answer. A record, since the same in closures costs a waiting stream 0.7 KiB more. */
type Exchange = Pick<PartSink, "part"> & {
  readonly sink: PartSink;
  readonly clock: Clock;
  body: string;
  request: ClientRequest | undefined;
  /** Nothing more reaches the sink: it was told the end, or wants to hear no more. */
  over: boolean;
  readonly end: AnswerEnd;
  sawEvent: boolean;
  sawGarbage: boolean;
  stopWaiting: (() => void) | undefined;
};

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
    // The server closed an idle connection just as we used it: it has not seen this request.
    if (request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE")) {
      send(exchange, target, headers);
    } else fail(exchange, requestFailure(error.code ?? ""));
  });
  // Makes one flat string of the head, which node:http keeps while the answer lasts. It still leaves with the body.
  request.flushHeaders();
  request.end(body);
}

function fail(exchange: Exchange, failure: ModelFailure): void {
  if (exchange.over) return;
  exchange.over = true;
  exchange.sink.end(failure);
}

/** The answer has its finish mark, and what else it says of its end. */
function complete(exchange: Exchange): void {
  exchange.part(finishOf(exchange.end));
  if (exchange.over) return;
  exchange.over = true;
  exchange.sink.end();
}

// No answer has begun. What speaks no HTTP is garbage; any other fault (TLS, say) means that the model was not reached.
function requestFailure(code: string): ModelFailure {
  const known = connectionFailure(code);
  if (known) return known;
  return modelFailure(code.startsWith("HPE_") ? "model_error" : "model_unavailable", { cause: code });
}

function takeResponse(exchange: Exchange, response: IncomingMessage): void {
  const { statusCode = 0, headers } = response;
  const type = headers["content-type"]?.toLowerCase() ?? "";
  if (statusCode < 200 || statusCode > 299) {
    fail(exchange, statusFailure(statusCode, retryAfterMs(headers["retry-after"], exchange.clock.wall())));
    drain(response, exchange.clock);
  } else if (type.startsWith("text/event-stream")) takeEvents(exchange, response);
  else if (type.startsWith("application/json")) takeWhole(exchange, response);
  else refuse(exchange, response, "content type");
}

/** Ends with `model_error` and reads no further. */
function refuse(exchange: Exchange, response: IncomingMessage, cause: string): void {
  fail(exchange, modelFailure("model_error", { cause }));
  response.destroy();
}

function takeEvents(exchange: Exchange, response: IncomingMessage): void {
  const { end } = exchange;
  // Made at the first byte: until then, which may be a minute, a stream has 0.9 KiB less to keep.
  let parser: EventSourceParser | undefined;
  // Needed only once a chunk ends within a character, which hardly a server does: events end with a line feed.
  let decoder: StringDecoder | undefined;
  response.on("data", (bytes: Buffer) => {
    if (exchange.over) return;
    parser ??= eventParser(exchange, response);
    if (!endsInAscii(bytes)) decoder ??= new StringDecoder();
    parser.feed(decoder ? decoder.write(bytes) : bytes.toString());
    if (end.reason === undefined || exchange.over) return;
    exchange.stopWaiting ??= exchange.clock.after(USAGE_WAIT_MS, () => completeEvents(exchange, response));
  });
  response.on("end", () => eventsEnded(exchange, "no finish"));
  response.on("error", (error: NodeJS.ErrnoException) => eventsEnded(exchange, error.code ?? "reset"));
  response.on("close", () => exchange.stopWaiting?.());
}

const endsInAscii = (bytes: Buffer) => (bytes[bytes.length - 1] ?? 0) < 0x80;

function eventParser(exchange: Exchange, response: IncomingMessage): EventSourceParser {
  return createParser({
    onEvent: (event) => takeEvent(exchange, response, event),
    maxBufferSize: LONGEST_EVENT,
    onError({ type }) {
      if (type === "max-buffer-size-exceeded") refuse(exchange, response, type);
      else exchange.sawGarbage = true;
    },
  });
}

function takeEvent(exchange: Exchange, response: IncomingMessage, { event, data }: EventSourceMessage): void {
  if (exchange.over) return;
  exchange.sawEvent = true;
  const { end } = exchange;
  if (data === "[DONE]") {
    if (end.reason !== undefined) completeEvents(exchange, response);
    return;
  }
  const fault =
    event === "error" ? modelFailure("model_error", { cause: "error event" }) : takeCompletion(data, end, exchange);
  if (fault) {
    fail(exchange, fault);
    response.destroy();
  } else if (end.reason !== undefined && end.usage !== undefined && !exchange.over) completeEvents(exchange, response);
}

function completeEvents(exchange: Exchange, response: IncomingMessage): void {
  exchange.stopWaiting?.();
  complete(exchange);
  drain(response, exchange.clock);
}

/** The connection has nothing more to give. */
function eventsEnded(exchange: Exchange, cause: string): void {
  if (exchange.over) return;
  if (exchange.end.reason !== undefined) complete(exchange);
  else if (exchange.sawGarbage && !exchange.sawEvent)
    fail(exchange, modelFailure("model_error", { cause: "no event stream" }));
  else fail(exchange, modelFailure("model_cut", { retryable: true, cause }));
}

/** A 200 that is one JSON text: a whole completion of a server that does not stream, or an error. */
function takeWhole(exchange: Exchange, response: IncomingMessage): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on("data", (bytes: Buffer) => {
    size += bytes.length;
    chunks.push(bytes);
    if (size > LARGEST_BODY) refuse(exchange, response, "body too large");
  });
  response.on("end", () => {
    if (exchange.over) return;
    const fault = takeCompletion(Buffer.concat(chunks).toString(), exchange.end, exchange);
    if (fault) fail(exchange, fault);
    else if (exchange.end.reason !== undefined) complete(exchange);
    else fail(exchange, modelFailure("model_error", { cause: "not a completion" }));
  });
  response.on("error", (error: NodeJS.ErrnoException) => {
    fail(exchange, modelFailure("model_cut", { retryable: true, cause: error.code }));
  });
}
