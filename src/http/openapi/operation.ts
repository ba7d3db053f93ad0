import type { ErrorCode } from "../../protocol/errors.ts";

/** What can be asked of the server, by one method at one path: the part of the OpenAPI document that people write. */
export type Operation = {
  method: "get" | "post" | "patch" | "delete";
  path: string;
  id: string;
  tag: "Chat" | "Worlds" | "Server";
  summary: string;
  description: string;
  parameters?: ParameterName[];
  /** The request has a JSON body; `schema` names a component. */
  body?: { schema: string; example: unknown };
  answers: Answer[];
  errors: ErrorCode[];
  /** What may end its stream, as an `error` event. */
  ends?: ErrorCode[];
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
  | "world"
  | "agent"
  | "message"
  | "starting_after"
  | "Last-Event-ID"
  | "Idempotency-Key"
  | "Prefer"
  | "Accept"
  | "Accept of a turn";

export type HeaderName = "Content-Location" | "Location" | "Idempotent-Replayed" | "Preference-Applied";

/** As a server on one's own machine is called. */
export const BASE = "http://localhost:3000";
export const json = (schema: string, example: unknown) => ({ "application/json": { schema, example } });
export const sse = (example: string) => ({ "text/event-stream": { example } });

export const nothingLeft: Answer = {
  status: 204,
  description: "A resume after the last event: nothing is left. It makes a browser's EventSource stop.",
};
