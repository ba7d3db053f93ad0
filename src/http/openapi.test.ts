import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import { ERRORS, type ErrorCode } from "../protocol/errors.ts";
import { eventSchemas } from "../protocol/events.ts";
import type { Snapshot } from "../readers/snapshot.ts";
import type { WholeReply } from "../readers/whole-reply.ts";
import type { WholeTurn } from "../readers/whole-turn.ts";
import type { Route } from "../worlds/mentions.ts";
import type * as answers from "./openapi/answers.ts";
import { GENERATION } from "./openapi/codes.ts";
import { eventExamples } from "./openapi/examples.ts";
import { OPERATIONS } from "./openapi/operations.ts";
import { namedSchemas } from "./openapi/schemas.ts";
import type { MediaType, OperationObject } from "./openapi/types.ts";
import type * as worldAnswers from "./openapi/world-answers.ts";
import { openApiDocument } from "./openapi.ts";
import type { ErrorBody } from "./problems.ts";

const document = openApiDocument({ version: "0.1.0" });
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Walks every object of a JSON value. */
function eachObject(value: unknown, visit: (object: Record<string, unknown>) => void): void {
  if (typeof value !== "object" || value === null) return;
  visit(value as Record<string, unknown>);
  for (const inner of Object.values(value)) eachObject(inner, visit);
}

function resolve(pointer: string): unknown {
  const keys = pointer.split("/").slice(1);
  return keys.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
}

test("the document is OpenAPI 3.1 and survives being JSON", () => {
  assert.match(document.openapi, /^3\.1\.\d$/);
  assert.equal(document.info.version, "0.1.0");
  assert.deepEqual(JSON.parse(JSON.stringify(document)), document);
});

test("every reference of the document resolves, and no schema is left that nothing uses", () => {
  const used = new Set<string>();
  eachObject(document, (object) => {
    if (typeof object["$ref"] === "string") used.add(object["$ref"]);
  });
  for (const pointer of used) assert.ok(resolve(pointer), pointer);
  // StreamEvent is named in the description of the event streams, for OpenAPI 3.1 cannot say it in a schema.
  const names = Object.keys(document.components.schemas).filter((name) => name !== "StreamEvent");
  const unused = names.filter((name) => !used.has(`#/components/schemas/${name}`));
  assert.deepEqual(unused, []);
});

test("every operation has an id of its own, a summary, a success, a default and a line for the shell", () => {
  assert.equal(new Set(operations.map(({ operation }) => operation.operationId)).size, operations.length);
  for (const { operation } of operations) {
    assert.ok(operation.summary && operation.description, operation.operationId);
    assert.ok(
      Object.keys(operation.responses).some((status) => status.startsWith("2")),
      operation.operationId,
    );
    assert.ok(operation.responses["default"]?.content, operation.operationId);
    assert.match(operation["x-codeSamples"][0]?.source ?? "", /^curl /);
  }
});

test("every placeholder of a path is a required parameter, and no parameter is given twice", () => {
  for (const { path, operation } of operations) {
    const parameters = operation.parameters ?? [];
    const inPath = parameters
      .filter((parameter) => parameter.in === "path" && parameter.required)
      .map(({ name }) => name);
    assert.deepEqual(inPath, path.match(/(?<=\{)\w+(?=\})/g) ?? [], path);
    assert.equal(new Set(parameters.map(({ name }) => name)).size, parameters.length, path);
  }
});

function contents({ requestBody, responses }: OperationObject): MediaType[] {
  const all = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)];
  return all.flatMap((content) => Object.values(content ?? {}));
}

test("every example of an operation is accepted by its zod schema", () => {
  let checked = 0;
  for (const { operation } of operations) {
    for (const { schema, example, examples } of contents(operation)) {
      const name = String(schema?.["$ref"] ?? "").replace("#/components/schemas/", "");
      const zodSchema = namedSchemas[name];
      if (!zodSchema) continue;
      const values = examples ? Object.values(examples).map(({ value }) => value) : [example];
      for (const value of values) {
        zodSchema.parse(value);
        checked++;
      }
    }
  }
  assert.ok(checked > 100, `${checked} examples`);
});

test("each type of event has a schema with an example that it accepts", () => {
  for (const [type, schema] of Object.entries(eventSchemas)) schema.parse(eventExamples[type]);
  assert.deepEqual(
    document.components.schemas["StreamEvent"]?.["oneOf"],
    ["Start", "MessageStart", "Token", "MessageEnd", "Message", "System", "Done", "Error"].map((name) => ({
      $ref: `#/components/schemas/${name}Event`,
    })),
  );
});

test("every error code is in the document with its text, and says which operations can raise it", () => {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  assert.deepEqual(
    document["x-error-codes"].map(({ error_code }) => error_code),
    codes,
  );
  for (const { error_code, status, message, operations: raisedBy } of document["x-error-codes"]) {
    assert.deepEqual([status, message], ERRORS[error_code]);
    assert.ok(raisedBy.length > 0, `${error_code} is raised`);
  }
});

test("an error stands under the status that the table of errors gives it", () => {
  for (const { operation } of operations) {
    for (const [status, { content }] of Object.entries(operation.responses)) {
      for (const code of Object.keys(content?.["application/json"]?.examples ?? {})) {
        if (status !== "default") assert.equal(Number(status), ERRORS[code as ErrorCode][0], code);
      }
    }
  }
});

test("both modes list the same faults of a generation", () => {
  for (const code of GENERATION) {
    const raisedBy = document["x-error-codes"].find(({ error_code }) => error_code === code)?.operations ?? [];
    for (const id of ["chatWait", "chatStreaming"]) assert.ok(raisedBy.includes(id), `${code} in ${id}`);
  }
  assert.ok(
    OPERATIONS.every(({ errors }) => new Set(errors).size === errors.length || errors.includes("shutting_down")),
  );
});

test("requests refuse unknown fields, answers may gain some", () => {
  const bodies = new Set(OPERATIONS.flatMap(({ body }) => body?.schema ?? []));
  assert.equal(bodies.size, 8);
  const { schemas } = document.components;
  for (const body of bodies) assert.equal(schemas[body]?.["additionalProperties"], false, body);
  const replies = OPERATIONS.flatMap(({ answers }) =>
    answers.map(({ content }) => content?.["application/json"]?.schema),
  );
  for (const reply of replies) if (reply) assert.equal(schemas[reply]?.["additionalProperties"], undefined, reply);
});

test("the longest message is the server's own limit", () => {
  const { components } = openApiDocument({ version: "0.1.0", maxMessageChars: 50_000 });
  for (const body of ["ChatStart", "WorldChatStart", "WorldMessage", "RouteQuery"]) {
    const properties = components.schemas[body]?.["properties"] as Record<string, Record<string, unknown>>;
    assert.equal(properties["message"]?.["maxLength"], 50_000, body);
  }
});

// The compiler is the test: what the readers make is what the schemas describe.
type Describes<Schema extends z.ZodType, Made extends z.infer<Schema>> = Made;
export type Described = [
  Describes<typeof answers.waitReplySchema, WholeReply & { reason: "stop" }>,
  Describes<typeof answers.snapshotSchema, Snapshot>,
  Describes<typeof answers.errorBodySchema, ErrorBody>,
  Describes<typeof worldAnswers.turnReplySchema, WholeTurn & { reason: "completed" }>,
  Describes<typeof worldAnswers.routeSchema, Route>,
];
