import { z } from "zod";
import { type ErrorDetail, failure } from "./errors.ts";
import { nameOf } from "./fault-texts.ts";
import { blankUserMessages, CONTEXT_LIST, checkMessage } from "./requests.ts";
import { type BodyRules, type Fields, parseBody } from "./validation.ts";
import * as schemas from "./world-schemas.ts";

export * from "./world-schemas.ts";

/** Reads what a client sends to worlds and agents (PROTOCOL.md, section 6). */

export type World = z.infer<typeof schemas.worldSchema>;
export type Agent = z.infer<typeof schemas.agentSchema>;
export type WorldCreate = z.infer<typeof schemas.worldCreateSchema>;
export type AgentCreate = z.infer<typeof schemas.agentCreateSchema>;
/** An absent field is left as it is, `null` takes it back to its default; so it is with each field of `timing`. */
export type WorldPatch = z.infer<typeof schemas.worldPatchSchema>;
export type AgentPatch = z.infer<typeof schemas.agentPatchSchema>;
export type WorldContextMessage = z.infer<typeof schemas.worldContextMessageSchema>;
export type WorldChatStart = z.infer<typeof schemas.worldChatStartSchema>;
export type WorldMessage = z.infer<typeof schemas.worldMessageSchema>;
export type RouteQuery = z.infer<typeof schemas.routeQuerySchema>;

/** What a world and an agent are where nobody says otherwise. */
export const WORLD_DEFAULTS = { turn_limit: 5, respond: "everyone", memory: true } as const satisfies Partial<World>;
export const AGENT_DEFAULTS = { streaming: true } as const satisfies Partial<Agent>;

/**
 * The name of a world, as it is.
 * @throws Failure `invalid_world_name`
 */
export function parseWorldName(name: string): string {
  if (typeof name === "string" && schemas.NAME.test(name)) return name;
  throw failure("invalid_world_name", `A world's name ${schemas.NAME_RULE}, not ${nameOf(name)}.`);
}

/**
 * Who says a message, without white space around the name; `HUMAN` where nobody is named. Whether an agent is called so is
 * for the world to see.
 * @throws Failure `invalid_sender`
 */
export function parseSender(sender: string | null | undefined): string {
  if (sender === undefined || sender === null) return schemas.DEFAULT_SENDER;
  const name = sender.trim();
  const wrong = faultOfSender(name);
  if (wrong) throw failure("invalid_sender", `The field "sender" ${wrong}`);
  return name;
}

function faultOfSender(name: string): string | undefined {
  if (name === "") return "is blank. Send a name, or leave the field out.";
  if (name.length > schemas.LONGEST_SENDER) {
    return `has ${name.length} characters; at most ${schemas.LONGEST_SENDER} are allowed. Send a shorter name.`;
  }
  if (schemas.UNPRINTABLE.test(name)) return "has control characters. Send a name that can be read.";
  return schemas.VISIBLE.test(name) ? undefined : "has no visible character. Send a name that can be read.";
}

/** @throws Failure `invalid_request` (with `details`) or `invalid_world_name` */
export function parseWorldCreate(body: unknown): WorldCreate {
  const first = ({ name }: Fields) => {
    if (typeof name === "string") parseWorldName(name);
  };
  return parseBody(body, { schema: schemas.worldCreateSchema, example: '{"name": "kitchen"}', first });
}

/** @throws Failure `invalid_request` (with `details`) */
export function parseAgentCreate(body: unknown): AgentCreate {
  return parseBody(body, { schema: schemas.agentCreateSchema, example: '{"name": "Vera"}' });
}

/**
 * `name` is the world that is changed, which a patch must not rename.
 * @throws Failure `invalid_request` (with `details`)
 */
export function parseWorldPatch(body: unknown, name?: string): WorldPatch {
  const schema = schemas.worldPatchSchema;
  return parseBody(body, { schema, example: '{"turn_limit": 3}', faults: renaming(name) });
}

/**
 * `name` is the agent that is changed, which a patch must not rename.
 * @throws Failure `invalid_request` (with `details`)
 */
export function parseAgentPatch(body: unknown, name?: string): AgentPatch {
  const schema = schemas.agentPatchSchema;
  return parseBody(body, { schema, example: '{"instructions": "You are a sceptic."}', faults: renaming(name) });
}

/** Case does not count: whoever is found by a name in other letters may send it back so. */
const renaming =
  (current: string | undefined) =>
  ({ name }: Fields): ErrorDetail[] => {
    if (current === undefined || typeof name !== "string" || name.toLowerCase() === current.toLowerCase()) return [];
    return [{ path: "name", message: `"name" cannot change: this is ${nameOf(current)}. Leave the field out.` }];
  };

/**
 * The start of a turn. `maxChars` is the longest message in UTF-16 code units.
 * @throws Failure `message_required`, `message_too_long`, `invalid_sender` or `invalid_request` (with `details`)
 */
export function parseWorldChatStart(body: unknown, maxChars: number): WorldChatStart {
  const schema = schemas.worldChatStartSchema.extend(anyMessage);
  return parseSaid(body, maxChars, { schema, faults: blankUserMessages });
}

/** What somebody outside publishes; `maxChars` and errors as with {@link parseWorldChatStart}. */
export function parseWorldMessage(body: unknown, maxChars: number): WorldMessage {
  return parseSaid(body, maxChars, { schema: schemas.worldMessageSchema.extend(anyMessage) });
}

/** The question whom a message would wake; `maxChars` and errors as with {@link parseWorldChatStart}. */
export function parseRouteQuery(body: unknown, maxChars: number): RouteQuery {
  return parseSaid(body, maxChars, { schema: schemas.routeQuerySchema.extend(anyMessage) });
}

// Their faults have codes of their own, and how long a message may be is the server's setting.
const anyMessage = { message: z.string(), sender: z.string().nullish() };

const LISTS = [CONTEXT_LIST, { path: ["mentions"], most: schemas.MOST_MENTIONS, advice: "Name each agent once." }];

function parseSaid<S extends z.ZodType>(
  body: unknown,
  maxChars: number,
  rules: Pick<BodyRules<S>, "schema" | "faults">,
): z.infer<S> {
  if (body === undefined) throw failure("message_required");
  const first = ({ message, sender }: Fields) => {
    checkMessage(message, maxChars);
    if (typeof sender === "string") parseSender(sender);
  };
  return parseBody(body, { ...rules, example: '{"message": "Hello"}', lists: LISTS, first });
}
