import { z } from "zod";
import { failure } from "./errors.ts";
import {
  blankUserMessages,
  CONTEXT_LIST,
  checkMessage,
  LONGEST_CONTEXT,
  messageSchema,
  onDisconnectSchema,
  timestampSchema,
} from "./requests.ts";
import { type BodyRules, type Fields, nameOf, parseBody } from "./validation.ts";

/** What a client may send to worlds and agents (PROTOCOL.md, section 6), and what it reads of them. */

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const NAME_TEXT = "must be 1 to 64 letters, digits, _ or -, beginning with a letter or digit";
const LONGEST_SENDER = 64;
const MOST_MENTIONS = 50;

/** More calls than one turn may make altogether would limit nothing (R-LIMIT). */
const MOST_CALLS = 24;

/** What a world or an agent is whose maker does not say. */
export const WORLD_DEFAULTS = { turn_limit: 5, respond: "everyone", memory: true } as const;
export const AGENT_DEFAULTS = { streaming: true } as const;

/** Whom a message without a sender is from (R-SENDER). */
export const DEFAULT_SENDER = "HUMAN";

const name = z.string().regex(NAME, NAME_TEXT);
const delay = (what: string) => z.int().min(1).max(600_000).describe(`Milliseconds; ${what}`);

// ---- Definitions. The fields as they are kept; in requests each may also be null, or absent.

const timingFields = {
  stall: delay("without a token for so long, a message is reported as stalled"),
  completion: delay("after the last event of a program outside, the turn ends"),
  response: delay("how long to wait for a program outside where no agent was woken"),
  long_operation: delay("an agent without a sign for so long is waited for aloud; a message that has begun is cut off"),
};

const title = z.string().max(200);
const description = z.string().max(2000);
const instructions = z.string().max(32_000).describe("System text of this agent");
const model = z.string().min(1).max(200).describe("One of GET /models; else the server's default");
const temperature = z.number().min(0).max(2);
const maxTokens = z.int().min(1);
const streaming = z.boolean().describe("false: what it says is sent as one `message` when it is complete");
const turnLimit = z.int().min(1).max(MOST_CALLS).describe("Model calls of one agent in one turn");
const respond = z
  .enum(["everyone", "first", "mentioned"])
  .describe("Who answers a person's message that mentions nobody; `first`: the oldest agent");
const memory = z.boolean().describe("Agents see what was said in the world of late");

export const worldSchema = z
  .object({
    name,
    title: title.exactOptional(),
    description: description.exactOptional(),
    turn_limit: turnLimit,
    respond,
    memory,
    timing: z.object(timingFields).partial().exactOptional().describe("Where absent: the server's own delays"),
  })
  .describe("A named room with agents. Everybody who knows its name shares it, its memory too.");

export const agentSchema = z
  .object({
    name,
    instructions: instructions.exactOptional(),
    model: model.exactOptional(),
    temperature: temperature.exactOptional(),
    max_tokens: maxTokens.exactOptional(),
    streaming,
  })
  .describe("One voice of a world");

const worldFields = {
  title: title.nullish(),
  description: description.nullish(),
  turn_limit: turnLimit.nullish(),
  respond: respond.nullish(),
  memory: memory.nullish(),
  timing: z
    .strictObject({
      stall: timingFields.stall.nullish(),
      completion: timingFields.completion.nullish(),
      response: timingFields.response.nullish(),
      long_operation: timingFields.long_operation.nullish(),
    })
    .nullish(),
};

const agentFields = {
  instructions: instructions.nullish(),
  model: model.nullish(),
  temperature: temperature.nullish(),
  max_tokens: maxTokens.nullish(),
  streaming: streaming.nullish(),
};

export const worldCreateSchema = z.strictObject({ name, ...worldFields });
export const agentCreateSchema = z.strictObject({ name, ...agentFields });
const unchanged = z.string().nullish().describe("Cannot change: if given, as it is");
export const worldPatchSchema = z.strictObject({ name: unchanged, ...worldFields });
export const agentPatchSchema = z.strictObject({ name: unchanged, ...agentFields });

// ---- Messages.

const senderSchema = z.string().nullish().describe("Who says it; HUMAN by default, never an agent's name");
const mentions = z
  .array(z.string().min(1).max(64))
  .max(MOST_MENTIONS)
  .nullish()
  .describe("Names of the agents to wake, whatever the text says; an empty list wakes nobody");

// Control characters, line ends of Unicode, what turns the direction of writing, and halves of a character.
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;
const contextSender = z
  .string()
  .max(LONGEST_SENDER)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u, "must have no control characters");

export const worldContextMessageSchema = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.string(),
  sender: contextSender.nullish().describe("Who said it; an agent's name with the role assistant"),
  timestamp: timestampSchema,
});

export const worldContextSchema = z
  .strictObject({
    messages: z
      .array(worldContextMessageSchema)
      .max(LONGEST_CONTEXT)
      .nullish()
      .describe("Earlier messages, oldest first"),
  })
  .describe("Takes the place of the world's memory for this turn");

export const routeQuerySchema = z.strictObject({ message: messageSchema, sender: senderSchema, mentions });
export const worldMessageSchema = routeQuerySchema.extend({
  turn_id: z.string().min(1).max(64).nullish().describe("A turn that is under way; else a new one begins"),
});
export const worldChatStartSchema = routeQuerySchema.extend({
  context: worldContextSchema.nullish(),
  on_disconnect: onDisconnectSchema,
});

export type World = z.infer<typeof worldSchema>;
export type Agent = z.infer<typeof agentSchema>;
export type WorldCreate = z.infer<typeof worldCreateSchema>;
export type AgentCreate = z.infer<typeof agentCreateSchema>;
/** `null` takes a field back to its default, an absent one is left alone; so it is with the fields of `timing`. */
export type WorldPatch = z.infer<typeof worldPatchSchema>;
export type AgentPatch = z.infer<typeof agentPatchSchema>;
export type WorldContextMessage = z.infer<typeof worldContextMessageSchema>;
export type WorldChatStart = z.infer<typeof worldChatStartSchema>;
export type WorldMessage = z.infer<typeof worldMessageSchema>;
export type RouteQuery = z.infer<typeof routeQuerySchema>;

/**
 * The name of a world, as it is.
 * @throws Failure `invalid_world_name`
 */
export function parseWorldName(worldName: string): string {
  if (NAME.test(worldName)) return worldName;
  throw failure("invalid_world_name", `A world's name ${NAME_TEXT}, not ${nameOf(worldName)}.`);
}

/**
 * Who says a message: `HUMAN` where nobody is named. That it is no agent's name is for the world to check.
 * @throws Failure `invalid_sender`
 */
export function parseSender(sender: string | null | undefined): string {
  if (sender === undefined || sender === null) return DEFAULT_SENDER;
  if (sender.length > LONGEST_SENDER) {
    throw failure(
      "invalid_sender",
      `"sender" has ${sender.length} characters; at most ${LONGEST_SENDER} are allowed. Send a name.`,
    );
  }
  if (UNFIT.test(sender)) throw failure("invalid_sender", '"sender" has control characters. Send a name on one line.');
  const trimmed = sender.trim();
  if (trimmed === "") throw failure("invalid_sender", '"sender" is blank. Send a name, or leave the field out.');
  return trimmed;
}

const worldNameFirst = ({ name }: Fields) => {
  if (typeof name === "string") parseWorldName(name);
};

/** @throws Failure `invalid_request` or `invalid_world_name` */
export const parseWorldCreate = (body: unknown): WorldCreate =>
  parseBody(body, { schema: worldCreateSchema, example: '{"name": "kitchen"}', first: worldNameFirst });

/** @throws Failure `invalid_request` */
export const parseWorldPatch = (body: unknown): WorldPatch =>
  parseBody(body, { schema: worldPatchSchema, example: '{"turn_limit": 3}' });

/** @throws Failure `invalid_request` */
export const parseAgentCreate = (body: unknown): AgentCreate =>
  parseBody(body, { schema: agentCreateSchema, example: '{"name": "Vera"}' });

/** @throws Failure `invalid_request` */
export const parseAgentPatch = (body: unknown): AgentPatch =>
  parseBody(body, { schema: agentPatchSchema, example: '{"instructions": "You are a sceptic."}' });

/** `maxChars` is the longest message in UTF-16 code units, here and below. @throws Failure `message_required`, `message_too_long`, `invalid_sender` or `invalid_request` */
export const parseWorldChatStart = (body: unknown, maxChars: number): WorldChatStart =>
  parseSaid(body, maxChars, {
    schema: worldChatStartSchema.extend({ message: z.string() }),
    faults: blankUserMessages,
  });

export const parseWorldMessage = (body: unknown, maxChars: number): WorldMessage =>
  parseSaid(body, maxChars, { schema: worldMessageSchema.extend({ message: z.string() }) });

export const parseRouteQuery = (body: unknown, maxChars: number): RouteQuery =>
  parseSaid(body, maxChars, { schema: routeQuerySchema.extend({ message: z.string() }) });

const LISTS = [CONTEXT_LIST, { path: ["mentions"], most: MOST_MENTIONS, advice: "Name each agent once." }];

function parseSaid<S extends z.ZodType>(
  body: unknown,
  maxChars: number,
  rules: Pick<BodyRules<S>, "schema" | "faults">,
): z.infer<S> {
  if (body === undefined) throw failure("message_required");
  return parseBody(body, {
    ...rules,
    example: '{"message": "Hello"}',
    lists: LISTS,
    first({ message, sender }) {
      checkMessage(message, maxChars);
      if (typeof sender === "string") parseSender(sender);
    },
  });
}
