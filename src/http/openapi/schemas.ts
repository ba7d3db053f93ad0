import { z } from "zod";
import { eventSchemas } from "../../protocol/events.ts";
import { chatStartSchema, contextMessageSchema, contextSchema } from "../../protocol/requests.ts";
import * as worlds from "../../protocol/world-schemas.ts";
import * as answers from "./answers.ts";
import { eventExamples } from "./examples.ts";
import type { JsonSchema } from "./types.ts";
import * as worldAnswers from "./world-answers.ts";

/** The zod schemas by the names that the document gives them. */
export const namedSchemas: Record<string, z.ZodType> = {
  ChatStart: chatStartSchema,
  Context: contextSchema,
  ContextMessage: contextMessageSchema,
  WaitReply: answers.waitReplySchema,
  WaitRunning: answers.waitRunningSchema,
  Snapshot: answers.snapshotSchema,
  SnapshotMessage: answers.snapshotMessageSchema,
  WorldChatStart: worlds.worldChatStartSchema,
  WorldContext: worlds.worldContextSchema,
  WorldContextMessage: worlds.worldContextMessageSchema,
  Turn: worldAnswers.turnReplySchema,
  WorldMessage: worlds.worldMessageSchema,
  Published: worldAnswers.publishedSchema,
  RouteQuery: worlds.routeQuerySchema,
  Route: worldAnswers.routeSchema,
  World: worlds.worldSchema,
  WorldDetails: worldAnswers.worldDetailsSchema,
  WorldList: worldAnswers.worldListSchema,
  WorldCreate: worlds.worldCreateSchema,
  WorldPatch: worlds.worldPatchSchema,
  Agent: worlds.agentSchema,
  AgentList: worldAnswers.agentListSchema,
  AgentCreate: worlds.agentCreateSchema,
  AgentPatch: worlds.agentPatchSchema,
  Models: answers.modelsSchema,
  Status: answers.statusSchema,
  Error: answers.errorBodySchema,
  ...Object.fromEntries(Object.entries(eventSchemas).map(([type, schema]) => [eventName(type), schema])),
};

/** `message_start` → `MessageStartEvent` */
function eventName(type: string): string {
  const words = type.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join("")}Event`;
}

/** Points at a schema of the document. */
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/**
 * The zod schemas as JSON Schema. `maxMessageChars` is the server's own limit.
 * Read as input: what we answer may gain fields, and a client that refused unknown ones would break.
 */
export function componentSchemas(maxMessageChars: number): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  const message = z.string().min(1).max(maxMessageChars).describe("What the user says; not blank");
  const all = {
    ...namedSchemas,
    ChatStart: chatStartSchema.extend({ message }),
    WorldChatStart: worlds.worldChatStartSchema.extend({ message }),
    WorldMessage: worlds.worldMessageSchema.extend({ message }),
    RouteQuery: worlds.routeQuerySchema.extend({ message }),
  };
  for (const [id, schema] of Object.entries(all)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io: "input", uri: (id) => ref(id).$ref, override: simplify });
  const named = Object.entries(schemas).map(([name, { $schema, $id, id, ...schema }]) => [name, schema] as const);
  return { ...withExamples(Object.fromEntries(named)), StreamEvent: eventUnion() };
}

const eventNames = Object.keys(eventSchemas).map((type) => [type, eventName(type)] as const);

function withExamples(schemas: Record<string, JsonSchema>): Record<string, JsonSchema> {
  const shown = eventNames.map(
    ([type, name]) => [name, { ...schemas[name], examples: [eventExamples[type]] }] as const,
  );
  return { ...schemas, ...Object.fromEntries(shown) };
}

function eventUnion(): JsonSchema {
  const mapping = Object.fromEntries(eventNames.map(([type, name]) => [type, ref(name).$ref]));
  return {
    description: "The `data` of one server-sent event. Clients ignore types and fields that they do not know.",
    oneOf: eventNames.map(([, name]) => ref(name)),
    discriminator: { propertyName: "type", mapping },
  };
}

/** What zod adds for its own exactness and nobody reads: the pattern beside `date-time`, the largest safe integer. */
function simplify({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if (jsonSchema["format"] === "date-time") delete jsonSchema["pattern"];
  if (jsonSchema["maximum"] === Number.MAX_SAFE_INTEGER) delete jsonSchema["maximum"];
}
