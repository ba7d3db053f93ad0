import { ERRORS, type ErrorCode, isRetryable, statusOf, textOf } from "../protocol/errors.ts";
import { ANYWHERE, GENERATION, TURN_ENDS } from "./openapi/codes.ts";
import * as examples from "./openapi/examples.ts";
import type { Answer, Operation } from "./openapi/operation.ts";
import { OPERATIONS } from "./openapi/operations.ts";
import { ERROR_HEADERS, HEADERS, PARAMETERS } from "./openapi/parameters.ts";
import { componentSchemas, ref } from "./openapi/schemas.ts";
import type { ErrorEntry, JsonSchema, OpenApiDocument, OperationObject, ResponseObject } from "./openapi/types.ts";

/** The OpenAPI 3.1 document of `GET /openapi.json`: https://spec.openapis.org/oas/v3.1.1 */

export type OpenApiOptions = {
  /** The version of the server. */
  version: string;
  /** The longest message in UTF-16 code units, where the server is set to another than the default. */
  maxMessageChars?: number;
};

const DESCRIPTION =
  "Ask and wait for the whole answer, or read it as it is written and go on from the very next token after a cut. Every " +
  "answer is a stream of numbered events; every request is a reader of one. A stream is kept for some minutes after its " +
  "end. The conversation is the client's, sent along as `context`. There is no log-in: the id of a stream is the key to it.";

const WORLDS =
  "Rooms in which several agents answer, and each other too. One message and all that follows from it is a turn, which is a " +
  "stream. A world is a shared room: everybody who knows its name reads the same memory and the same feed. Say nothing in it " +
  "that is for one person only.";

/** Builds the document; it is the same for every request, so that the caller may keep it. */
export function openApiDocument({ version, maxMessageChars }: OpenApiOptions): OpenApiDocument {
  return {
    openapi: "3.1.1",
    info: {
      title: "ChatWait",
      version,
      summary: "A chat server that never loses a token",
      description: DESCRIPTION,
      license: { name: "MIT" },
    },
    servers: [
      { url: "/", description: "The bare paths mean version 1, for good" },
      { url: "/v1", description: "The same paths under their version" },
    ],
    tags: [
      { name: "Chat", description: "Ask, stream, resume, look, stop" },
      { name: "Worlds", description: WORLDS },
      { name: "Server", description: "What it offers, and how it is" },
    ],
    paths: paths(),
    components: { schemas: componentSchemas(maxMessageChars ?? 32_000) },
    "x-error-codes": (Object.keys(ERRORS) as ErrorCode[]).map(errorEntry),
  };
}

function errorEntry(code: ErrorCode): ErrorEntry {
  const operations = ANYWHERE.includes(code) ? ["*"] : OPERATIONS.filter(raises(code)).map(({ id }) => id);
  return { error_code: code, status: statusOf(code), message: textOf(code), retryable: isRetryable(code), operations };
}

const raises =
  (code: ErrorCode) =>
  ({ errors, ends }: Operation): boolean =>
    errors.includes(code) || (ends?.includes(code) ?? false);

const SSE = "text/event-stream";

function paths(): OpenApiDocument["paths"] {
  const result: OpenApiDocument["paths"] = {};
  for (const operation of OPERATIONS) {
    result[operation.path] = { ...result[operation.path], [operation.method]: operationObject(operation) };
  }
  return result;
}

function operationObject(operation: Operation): OperationObject {
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    description: operation.description,
    ...(operation.parameters ? { parameters: operation.parameters.map((name) => PARAMETERS[name]) } : {}),
    ...(operation.body ? { requestBody: requestBody(operation.body) } : {}),
    responses: { ...Object.fromEntries(operation.answers.map(answerEntry)), ...errorResponses(operation) },
    "x-codeSamples": [{ lang: "Shell", source: operation.curl }],
  };
}

const requestBody = ({ schema, example }: NonNullable<Operation["body"]>) => ({
  required: true,
  content: { "application/json": { schema: ref(schema), example } },
});

function answerEntry({ status, description, headers, content }: Answer): [string, ResponseObject] {
  const media = Object.entries(content ?? {}).map(
    ([type, { schema, example }]) => [type, { schema: schema ? ref(schema) : plainSchema(type), example }] as const,
  );
  const object: ResponseObject = { description };
  if (headers) object.headers = Object.fromEntries(headers.map((name) => [name, HEADERS[name]]));
  if (content) object.content = Object.fromEntries(media);
  return [String(status), object];
}

function plainSchema(type: string): JsonSchema {
  if (type === SSE) return SSE_SCHEMA;
  return { type: type === "application/json" ? "object" : "string" };
}

const SSE_SCHEMA: JsonSchema = {
  type: "string",
  contentMediaType: SSE,
  description: "Server-sent events; the `data` of each is a StreamEvent (#/components/schemas/StreamEvent).",
};

/** One response for each status, with an example for each code, and `default` for what may happen anywhere. */
function errorResponses({ errors, answers: given }: Operation): Record<string, ResponseObject> {
  const byStatus = Map.groupBy(errors, statusOf);
  const taken = new Set(given.map(({ status }) => status));
  const entries = [...byStatus].filter(([status]) => !taken.has(status)).sort(([a], [b]) => a - b);
  return {
    ...Object.fromEntries(
      entries.map(([status, codes]) => [
        String(status),
        errorResponse(codes.map((code) => `\`${code}\``).join(", "), codes, status),
      ]),
    ),
    default: errorResponse("Any other refusal.", ANYWHERE),
  };
}

function errorResponse(description: string, codes: ErrorCode[], status?: number): ResponseObject {
  const named = codes.map((code) => [code, { summary: textOf(code), value: errorExample(code) }] as const);
  const headers = status === undefined ? undefined : ERROR_HEADERS[status];
  return {
    description,
    ...(headers ? { headers } : {}),
    content: { "application/json": { schema: ref("Error"), examples: Object.fromEntries(named) } },
  };
}

/** By then there is a stream to look at. */
const AFTER_START: ErrorCode[] = [...GENERATION, ...TURN_ENDS];

function errorExample(code: ErrorCode): object {
  const body = { error_code: code, message: textOf(code), request_id: "QvIV9C-8" };
  if (code === "cursor_ahead") return { ...body, last_seq: 8 };
  return AFTER_START.includes(code) ? { ...body, stream_id: examples.streamId, retryable: isRetryable(code) } : body;
}
