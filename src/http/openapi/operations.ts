import type { ErrorCode } from "../../protocol/errors.ts";
import * as examples from "./examples.ts";

/** What can be asked of the server, one entry per method and path: the part of the OpenAPI document that people write. */
export type Operation = {
  method: "get" | "post" | "delete";
  path: string;
  id: string;
  tag: "Chat" | "Server";
  summary: string;
  description: string;
  parameters?: ParameterName[];
  /** The request has the JSON body of a start. */
  starts?: boolean;
  answers: Answer[];
  errors: ErrorCode[];
  curl: string;
};

export type Answer = {
  status: number;
  description: string;
  headers?: HeaderName[];
  /** By media type; `schema` names a component. */
  content?: Record<string, { schema?: string; example: unknown }>;
};

export type ParameterName =
  | "stream_id"
  | "message"
  | "starting_after"
  | "Last-Event-ID"
  | "Idempotency-Key"
  | "Prefer"
  | "Accept";

export type HeaderName = "Content-Location" | "Location" | "Idempotent-Replayed" | "Preference-Applied";

const BASE = "http://localhost:3000";
const json = (schema: string, example: unknown) => ({ "application/json": { schema, example } });
const sse = (example: string) => ({ "text/event-stream": { example } });

/** Some codes belong to two of the lists below. */
const oneEach = (...codes: ErrorCode[]): ErrorCode[] => [...new Set(codes)];

const START: ErrorCode[] = [
  "invalid_request",
  "message_required",
  "message_too_long",
  "unknown_model",
  "invalid_idempotency_key",
  "not_acceptable",
  "idempotency_key_reused",
  "rate_limited",
  "overloaded",
  "shutting_down",
];
const BODY: ErrorCode[] = ["invalid_json", "payload_too_large", "unsupported_media_type"];
const FIND: ErrorCode[] = ["stream_not_found", "stream_expired"];
const RESUME: ErrorCode[] = ["invalid_cursor", "cursor_ahead", "cursor_void", ...FIND];
/** Ends of a stream: a status in `wait`, an `error` event in `streaming`. */
export const GENERATION: ErrorCode[] = [
  "model_error",
  "model_cut",
  "stream_too_long",
  "model_unavailable",
  "model_timeout",
  "shutting_down",
];

/** Codes that any request may meet, whatever its path. */
export const ANYWHERE: ErrorCode[] = [
  "invalid_request",
  "origin_not_allowed",
  "host_not_allowed",
  "not_found",
  "method_not_allowed",
  "request_timeout",
  "uri_too_long",
  "headers_too_large",
  "internal_error",
];

/** Codes of worlds and of several servers: in the table already, raised by nothing in this version. */
export const PLANNED: ErrorCode[] = [
  "invalid_world_name",
  "invalid_sender",
  "editing_disabled",
  "world_not_found",
  "agent_not_found",
  "turn_not_found",
  "world_exists",
  "agent_exists",
  "turn_ended",
  "too_many",
  "subscription_failed",
  "publish_failed",
  "generation_lost",
  "store_unavailable",
];

const stillRunning: Answer = {
  status: 202,
  description: "With `Prefer: wait=N`: not complete within N seconds. The generation goes on.",
  headers: ["Location", "Preference-Applied"],
  content: json("WaitRunning", examples.waitRunning),
};

const nothingLeft: Answer = {
  status: 204,
  description: "A resume after the last event: nothing is left. It makes a browser's EventSource stop.",
};

export const OPERATIONS: Operation[] = [
  {
    method: "post",
    path: "/chat/wait",
    id: "chatWait",
    tag: "Chat",
    summary: "Ask, and wait for the whole answer",
    description:
      "Starts a stream and answers when it is complete. The generation goes on if the connection is lost: the same request " +
      "with the same `Idempotency-Key` picks it up.",
    parameters: ["Prefer", "Idempotency-Key"],
    starts: true,
    answers: [
      {
        status: 200,
        description: "The whole answer.",
        headers: ["Idempotent-Replayed"],
        content: json("WaitReply", examples.waitReply),
      },
      stillRunning,
    ],
    errors: oneEach(...START, ...BODY, ...GENERATION),
    curl: `curl ${BASE}/chat/wait -H 'Content-Type: application/json' -d '{"message":"Hello"}'`,
  },
  {
    method: "get",
    path: "/chat/wait/{stream_id}",
    id: "chatWaitFor",
    tag: "Chat",
    summary: "Wait for a stream that exists already",
    description: "Answers when the stream is complete, in whichever mode it was started.",
    parameters: ["stream_id", "Prefer"],
    answers: [
      { status: 200, description: "The whole answer.", content: json("WaitReply", examples.waitReply) },
      stillRunning,
    ],
    errors: oneEach(...FIND, "not_acceptable", "overloaded", ...GENERATION),
    curl: `curl ${BASE}/chat/wait/$STREAM_ID -H 'Prefer: wait=10'`,
  },
  {
    method: "post",
    path: "/chat/streaming",
    id: "chatStreaming",
    tag: "Chat",
    summary: "Ask, and read the answer as it is written",
    description:
      "Starts a stream and sends its events. With `Last-Event-ID` the request is a resume and nothing else: its body is not " +
      "looked at.",
    parameters: ["Last-Event-ID", "Idempotency-Key"],
    starts: true,
    answers: [
      {
        status: 200,
        description: "The events of the stream, from its beginning or after `Last-Event-ID`.",
        headers: ["Content-Location", "Idempotent-Replayed"],
        content: sse(examples.wholeStream),
      },
      nothingLeft,
    ],
    errors: [...START, ...BODY, ...RESUME],
    curl: `curl -N ${BASE}/chat/streaming -H 'Content-Type: application/json' -d '{"message":"Hello"}'`,
  },
  {
    method: "get",
    path: "/chat/streaming",
    id: "chatStreamingByGet",
    tag: "Chat",
    summary: "The same for a browser's EventSource, and the short way to resume",
    description:
      "Takes the message in the query and no context. When an EventSource reconnects it sends `Last-Event-ID`, which turns " +
      "the same URL into a resume.",
    parameters: ["message", "Last-Event-ID", "Idempotency-Key"],
    answers: [
      {
        status: 200,
        description: "The events of the stream, from its beginning or after `Last-Event-ID`.",
        headers: ["Content-Location", "Idempotent-Replayed"],
        content: sse(examples.resumedStream),
      },
      nothingLeft,
    ],
    errors: [...START, ...RESUME],
    curl: `curl -N ${BASE}/chat/streaming -H "Last-Event-ID: $LAST_EVENT_ID"`,
  },
  {
    method: "get",
    path: "/chat/streaming/{stream_id}",
    id: "readStream",
    tag: "Chat",
    summary: "Read a stream, from its beginning or from a cursor, or take a snapshot",
    description:
      "Sends the events; `Last-Event-ID` beats `starting_after`. With `Accept: application/json` it answers at once with " +
      "the stream as it stands.",
    parameters: ["stream_id", "starting_after", "Last-Event-ID", "Accept"],
    answers: [
      {
        status: 200,
        description: "The events after the cursor, or a snapshot.",
        headers: ["Content-Location"],
        content: { ...sse(examples.wholeStream), ...json("Snapshot", examples.snapshot) },
      },
      nothingLeft,
    ],
    errors: [...RESUME, "not_acceptable", "overloaded"],
    curl: `curl ${BASE}/chat/streaming/$STREAM_ID -H 'Accept: application/json'`,
  },
  {
    method: "delete",
    path: "/chat/streaming/{stream_id}",
    id: "stopStream",
    tag: "Chat",
    summary: "Stop the generation",
    description:
      "Closes the call to the model and ends the stream with `done` / `cancelled`. A second time does no harm.",
    parameters: ["stream_id"],
    answers: [
      { status: 200, description: "The stream as it now stands.", content: json("Snapshot", examples.stoppedSnapshot) },
    ],
    errors: [...FIND, "not_acceptable"],
    curl: `curl -X DELETE ${BASE}/chat/streaming/$STREAM_ID`,
  },
  {
    method: "get",
    path: "/models",
    id: "models",
    tag: "Server",
    summary: "The models that can be asked for",
    description: "The ids are what the field `model` of a start takes.",
    answers: [{ status: 200, description: "The models.", content: json("Models", examples.models) }],
    errors: [],
    curl: `curl ${BASE}/models`,
  },
  {
    method: "get",
    path: "/healthz",
    id: "healthz",
    tag: "Server",
    summary: "Is the process alive?",
    description: "Answers as long as the process does.",
    answers: [{ status: 200, description: "It is.", content: json("Status", { status: "ok" }) }],
    errors: [],
    curl: `curl ${BASE}/healthz`,
  },
  {
    method: "get",
    path: "/readyz",
    id: "readyz",
    tag: "Server",
    summary: "Does it take new work?",
    description: "For load balancers: 503 from the moment the server begins to drain.",
    answers: [
      { status: 200, description: "It does.", content: json("Status", { status: "ok" }) },
      { status: 503, description: "It is draining.", content: json("Status", { status: "draining" }) },
    ],
    errors: [],
    curl: `curl ${BASE}/readyz`,
  },
  {
    method: "get",
    path: "/metrics",
    id: "metrics",
    tag: "Server",
    summary: "Counters for Prometheus",
    description: "Streams, readers, tokens, times, refusals by code, and calls to the model by outcome.",
    answers: [
      {
        status: 200,
        description: "The Prometheus text format.",
        content: { "text/plain": { example: "chatwait_streams_running 3\n" } },
      },
    ],
    errors: [],
    curl: `curl ${BASE}/metrics`,
  },
  {
    method: "get",
    path: "/openapi.json",
    id: "openapi",
    tag: "Server",
    summary: "This interface, for programs",
    description: "An OpenAPI 3.1 document.",
    answers: [
      { status: 200, description: "The document.", content: { "application/json": { example: { openapi: "3.1.1" } } } },
    ],
    errors: [],
    curl: `curl ${BASE}/openapi.json`,
  },
  {
    method: "get",
    path: "/docs",
    id: "docs",
    tag: "Server",
    summary: "This interface, for people",
    description: "The same document as a page.",
    answers: [{ status: 200, description: "The page.", content: { "text/html": { example: "<!doctype html>…" } } }],
    errors: [],
    curl: `curl ${BASE}/docs`,
  },
  {
    method: "get",
    path: "/",
    id: "home",
    tag: "Server",
    summary: "A small page to begin with",
    description: "What this is, and lines to try in a terminal.",
    answers: [{ status: 200, description: "The page.", content: { "text/html": { example: "<!doctype html>…" } } }],
    errors: [],
    curl: `curl ${BASE}/`,
  },
];
