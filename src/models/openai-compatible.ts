import type { ClientRequest, IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceMessage } from "eventsource-parser";
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
  return pushModel(provider, name, (options, sink) => call(target, requestBody(name, options), clock, sink));
}

function call(target: Target, body: string, clock: Clock, sink: PartSink): () => void {
  let over = false;
  let request: ClientRequest;
  const fail = (failure: ModelFailure) => {
    if (over) return;
    over = true;
    sink.end(failure);
  };
  const guarded: AnswerSink = {
    part(part) {
      if (!over) sink.part(part);
    },
    whole(end) {
      if (over) return;
      sink.part(finishOf(end));
      if (over) return;
      over = true;
      sink.end();
    },
    fail,
    isOver: () => over,
  };
  const send = () => {
    request = target.request(optionsFor(target, body));
    request.on("response", (response) => {
      // Sent, and no longer needed: it may be a mebibyte, and the answer may take minutes.
      body = "";
      takeResponse(response, clock, guarded);
    });
    request.on("error", (error: NodeJS.ErrnoException) => {
      if (over) return;
      // The server closed an idle connection just as we used it: it has not seen this request.
      if (request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE")) send();
      else fail(requestFailure(error.code ?? ""));
    });
    request.end(body);
  };
  send();
  return () => {
    over = true;
    request.destroy();
  };
}

function optionsFor({ options }: Target, body: string) {
  const headers = { ...options.headers, "content-length": String(Buffer.byteLength(body)) };
  return { ...options, headers };
}

// No answer has begun. What speaks no HTTP is garbage; any other fault (TLS, say) means that the model was not reached.
function requestFailure(code: string): ModelFailure {
  const known = connectionFailure(code);
  if (known) return known;
  return modelFailure(code.startsWith("HPE_") ? "model_error" : "model_unavailable", { cause: code });
}

/** Where one answer goes: parts, then either the end of the whole or a failure. Ignores what comes after. */
type AnswerSink = Pick<PartSink, "part"> & {
  whole(end: AnswerEnd): void;
  fail(failure: ModelFailure): void;
  isOver(): boolean;
};

function takeResponse(response: IncomingMessage, clock: Clock, sink: AnswerSink): void {
  const { statusCode = 0, headers } = response;
  const type = headers["content-type"]?.toLowerCase() ?? "";
  if (statusCode < 200 || statusCode > 299) {
    sink.fail(statusFailure(statusCode, retryAfterMs(headers["retry-after"], clock.wall())));
    drain(response, clock);
  } else if (type.startsWith("text/event-stream")) takeEvents(response, clock, sink);
  else if (type.startsWith("application/json")) takeWhole(response, sink);
  else {
    sink.fail(modelFailure("model_error", { cause: "content type" }));
    response.destroy();
  }
}

function takeEvents(response: IncomingMessage, clock: Clock, sink: AnswerSink): void {
  const end: AnswerEnd = { reason: undefined, usage: undefined };
  // Needed only once a chunk ends within a character, which hardly a server does: events end with a line feed.
  let decoder: StringDecoder | undefined;
  let sawEvent = false;
  let sawGarbage = false;
  let stopWaiting: (() => void) | undefined;
  const fail = (failure: ModelFailure) => {
    sink.fail(failure);
    response.destroy();
  };
  const whole = () => {
    stopWaiting?.();
    sink.whole(end);
    drain(response, clock);
  };
  const onEvent = ({ event, data }: EventSourceMessage) => {
    if (sink.isOver()) return;
    sawEvent = true;
    if (data === "[DONE]") return end.reason === undefined ? undefined : whole();
    const fault =
      event === "error" ? modelFailure("model_error", { cause: "error event" }) : takeCompletion(data, end, sink);
    if (fault) fail(fault);
    else if (end.reason !== undefined && end.usage !== undefined && !sink.isOver()) whole();
  };
  const parser = createParser({
    onEvent,
    maxBufferSize: LONGEST_EVENT,
    onError({ type }) {
      if (type === "max-buffer-size-exceeded") fail(modelFailure("model_error", { cause: type }));
      else sawGarbage = true;
    },
  });
  response.on("data", (bytes: Buffer) => {
    if (sink.isOver()) return;
    if (!endsInAscii(bytes)) decoder ??= new StringDecoder();
    parser.feed(decoder ? decoder.write(bytes) : bytes.toString());
    if (end.reason !== undefined && !sink.isOver()) stopWaiting ??= clock.after(USAGE_WAIT_MS, whole);
  });
  const ended = (cause: string) => {
    if (end.reason !== undefined) sink.whole(end);
    else if (sawGarbage && !sawEvent) sink.fail(modelFailure("model_error", { cause: "no event stream" }));
    else sink.fail(modelFailure("model_cut", { retryable: true, cause }));
  };
  response.on("end", () => ended("no finish"));
  response.on("error", (error: NodeJS.ErrnoException) => ended(error.code ?? "reset"));
  response.on("close", () => stopWaiting?.());
}

const endsInAscii = (bytes: Buffer) => (bytes[bytes.length - 1] ?? 0) < 0x80;

/** A 200 that is one JSON text: a whole completion of a server that does not stream, or an error. */
function takeWhole(response: IncomingMessage, sink: AnswerSink): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on("data", (bytes: Buffer) => {
    size += bytes.length;
    chunks.push(bytes);
    if (size <= LARGEST_BODY) return;
    sink.fail(modelFailure("model_error", { cause: "body too large" }));
    response.destroy();
  });
  response.on("end", () => {
    const end: AnswerEnd = { reason: undefined, usage: undefined };
    const fault = takeCompletion(Buffer.concat(chunks).toString(), end, sink);
    if (fault) sink.fail(fault);
    else if (end.reason !== undefined) sink.whole(end);
    else sink.fail(modelFailure("model_error", { cause: "not a completion" }));
  });
  response.on("error", (error: NodeJS.ErrnoException) => {
    sink.fail(modelFailure("model_cut", { retryable: true, cause: error.code }));
  });
}
