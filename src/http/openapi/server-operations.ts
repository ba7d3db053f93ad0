import * as examples from "./examples.ts";
import { BASE, json, type Operation } from "./operation.ts";

/** The paths that are about the server itself (PROTOCOL.md, section 7). */

export const SERVER_OPERATIONS: Operation[] = [
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
      {
        status: 503,
        description: "It is draining, or the store that it shares is away.",
        content: json("Status", { status: "draining" }),
      },
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
    summary: "The page to chat on",
    description:
      "Conversations and worlds in a browser. Where it was not built: what this is, and lines to try in a terminal.",
    answers: [{ status: 200, description: "The page.", content: { "text/html": { example: "<!doctype html>…" } } }],
    errors: [],
    curl: `curl ${BASE}/`,
  },
];
