import { NAME } from "../../protocol/world-schemas.ts";
import * as examples from "./examples.ts";
import type { HeaderName, ParameterName } from "./operation.ts";
import type { Header, Parameter } from "./types.ts";

export const HEADERS: Record<HeaderName, Header> = {
  "Content-Location": { description: "Where this stream can be read again", schema: { type: "string" } },
  Location: { description: "Where to wait on, or where what was made is", schema: { type: "string" } },
  "Preference-Applied": { description: "`wait`: `Prefer` was what ended the waiting", schema: { type: "string" } },
  "Idempotent-Replayed": { description: "`true`: the key had started this stream before", schema: { type: "string" } },
};

const seconds: Header = { description: "Seconds to stay away for", schema: { type: "integer" } };
const limit = (description: string): Header => ({ description, schema: { type: "string" } });

/** What errors of a status bring along. */
export const ERROR_HEADERS: Record<number, Record<string, Header>> = {
  429: {
    "Retry-After": seconds,
    RateLimit: limit("What is left of the limit, and until when"),
    "RateLimit-Policy": limit("The limit"),
  },
  503: { "Retry-After": seconds },
};

export const PARAMETERS: Record<ParameterName, Parameter> = {
  stream_id: {
    name: "stream_id",
    in: "path",
    required: true,
    description: "Names the stream; from its `start` event, `Content-Location` or the answer of a wait.",
    schema: { type: "string", pattern: "^[A-Za-z0-9]{1,40}$" },
    example: examples.streamId,
  },
  world: {
    name: "world",
    in: "path",
    required: true,
    description: "The name of the world, in any case.",
    schema: { type: "string", pattern: NAME.source },
    example: "default",
  },
  agent: {
    name: "agent",
    in: "path",
    required: true,
    description: "The name of the agent, in any case.",
    schema: { type: "string", pattern: NAME.source },
    example: "Vera",
  },
  message: {
    name: "message",
    in: "query",
    description: "What the user says; required unless `Last-Event-ID` is sent.",
    schema: { type: "string", minLength: 1 },
    example: "Hello",
  },
  starting_after: {
    name: "starting_after",
    in: "query",
    description: "Read strictly after this `seq`, or after this event id.",
    schema: { type: "string" },
    example: "4",
  },
  "Last-Event-ID": {
    name: "Last-Event-ID",
    in: "header",
    description: "The id of the last event received, unchanged: resume strictly after it.",
    schema: { type: "string", maxLength: 64 },
    example: examples.lastEventId,
  },
  "Idempotency-Key": {
    name: "Idempotency-Key",
    in: "header",
    description: "1 to 255 printable ASCII characters. The same key and body attach to the stream started first.",
    schema: { type: "string", minLength: 1, maxLength: 255 },
    example: "order-7-question-1",
  },
  Prefer: {
    name: "Prefer",
    in: "header",
    description: "`wait=N`: answer within N seconds, with 202 if the answer is not complete by then.",
    schema: { type: "string" },
    example: "wait=10",
  },
  Accept: {
    name: "Accept",
    in: "header",
    description: "`application/json` asks for a snapshot; otherwise events are sent.",
    schema: { type: "string" },
    example: "application/json",
  },
  "Accept of a turn": {
    name: "Accept",
    in: "header",
    description: "`application/json` asks for the whole turn; otherwise its events are sent.",
    schema: { type: "string" },
    example: "application/json",
  },
};
