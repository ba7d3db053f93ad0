import type { ClientRequest, IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceMessage, type EventSourceParser } from "eventsource-parser";
import type { Clock } from "../clock.ts";
import { type AnswerEnd, finishOf, takeCompletion } from "./chat-completions.ts";
import { type ChunkShape, createChunkShape, learnShape, shapedText } from "./chunk-shape.ts";
import { tapChunks } from "./chunk-tap.ts";
import { type ModelFailure, modelFailure, retryAfterMs, statusFailure } from "./failure.ts";
import type { PartSink } from "./model.ts";
import { drain } from "./upstream.ts";

// A token is some hundred bytes. A line of a mebibyte is no answer, and would be kept until it ends.
const LONGEST_EVENT = 1024 * 1024;

const LF = 0x0a;

// For a gateway that ignores `stream`: as much text as a stream may hold by default.
const LARGEST_BODY = 4 * 1024 * 1024;

// Usage follows the finish reason in the next chunk, where it comes at all.
const USAGE_WAIT_MS = 1000;

/** One request and its answer. A record, since the same in closures costs a waiting stream 0.7 KiB more. */
export type Exchange = Pick<PartSink, "part"> & {
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

/** Reads an answer, whatever it is, into the sink of its exchange: parts, then one end. */
export function takeResponse(exchange: Exchange, response: IncomingMessage): void {
  const { statusCode = 0, headers } = response;
  const type = headers["content-type"]?.toLowerCase() ?? "";
  if (statusCode < 200 || statusCode > 299) {
    fail(exchange, statusFailure(statusCode, retryAfterMs(headers["retry-after"], exchange.clock.wall())));
    drain(response, exchange.clock);
  } else if (type.startsWith("text/event-stream")) takeEvents(exchange, response);
  else if (type.startsWith("application/json")) takeWhole(exchange, response);
  else refuse(exchange, response, "content type");
}

/** Ends the exchange with a failure, unless it is over. */
export function fail(exchange: Exchange, failure: ModelFailure): void {
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
  let shape: ChunkShape | undefined;
  let betweenEvents = false;
  let unread = 0;
  const take = (bytes: Buffer) => {
    if (exchange.over) return false;
    // The parser's own limit does not count what it takes for a comment or an unknown field.
    unread = exchange.sawEvent ? 0 : unread + bytes.length;
    if (unread > LONGEST_EVENT) refuse(exchange, response, "no event");
    else feed(bytes);
    return !exchange.over;
  };
  function feed(bytes: Buffer) {
    const delta = shape && betweenEvents ? shapedText(shape, bytes) : undefined;
    if (delta !== undefined) exchange.part({ type: "text-delta", id: "0", delta });
    else parse(bytes);
  }
  function parse(bytes: Buffer) {
    parser ??= eventParser(exchange, response);
    if (!endsInAscii(bytes)) decoder ??= new StringDecoder();
    parser.feed(decoder ? decoder.write(bytes) : bytes.toString());
    betweenEvents = endsEvent(bytes);
    shape ??= createChunkShape();
    learnShape(shape, bytes);
    if (end.reason === undefined || exchange.over) return;
    exchange.stopWaiting ??= exchange.clock.after(USAGE_WAIT_MS, () => completeEvents(exchange, response));
  }
  response.on("data", take);
  tapChunks(response, take);
  response.on("end", () => eventsEnded(exchange, "no finish"));
  response.on("error", (error: NodeJS.ErrnoException) => eventsEnded(exchange, error.code ?? "reset"));
  response.on("close", () => exchange.stopWaiting?.());
}

const endsEvent = (bytes: Buffer) => bytes.at(-1) === LF && bytes.at(-2) === LF;
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
