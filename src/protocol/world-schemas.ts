import { z } from "zod";
import { LONGEST_CONTEXT, messageSchema, onDisconnectSchema, timestampSchema } from "./requests.ts";

/** Worlds, agents and what is said to them, as schemas (PROTOCOL.md, section 6): the source of the types and of OpenAPI. */

export const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
export const NAME_RULE = "must be 1 to 64 letters, digits, _ or -, and begin with a letter or digit";

export const LONGEST_SENDER = 64;
export const MOST_MENTIONS = 50;

/** Beyond the calls of a whole turn (R-LIMIT) it limits nothing, and does no harm; a number this large is a slip. */
const LARGEST_TURN_LIMIT = 1000;

/** Whom a message is from where nobody is named (R-SENDER). */
export const DEFAULT_SENDER = "HUMAN";

/** A character that is seen: fillers and joiners, the blank of Braille, and marks with nothing to stand on are not. */
export const VISIBLE = /[[\p{L}\p{N}\p{S}\p{P}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v;

/** Control and other invisible characters, ends of lines, half characters: all but the joiners that scripts and emoji need. */
export const UNPRINTABLE = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\u200c\u200d]]/v;

// ---- Definitions. As they are kept a field may be absent, in a request also null.

const delay = (what: string) => z.int().min(1).max(600_000).describe(`Milliseconds: ${what}`);
const stall = delay("a message without a token for so long is reported as `stalled`");
const completion = delay("so long after the last event of a program outside the turn ends");
const response = delay("how long to wait for a program outside where no agent was woken");
const longOperation = delay("an agent without a sign for so long is reported, a message without progress is cut off");

const name = z
  .string()
  .regex(NAME, NAME_RULE)
  .describe("1 to 64 letters, digits, _ or -, beginning with a letter or digit; unique without regard to case");
const agentName = name
  .refine(
    (given) => given.toUpperCase() !== DEFAULT_SENDER,
    `must not be ${DEFAULT_SENDER}: so a person is called who gives no name`,
  )
  .describe("As a world's name; unique in its world, and not HUMAN");

/** Half a character (a surrogate by itself) has no UTF-8: what is read again would not be what was written. */
const wellFormed = z.string().refine((text) => text.isWellFormed(), "must have no half characters (lone surrogates)");

const title = wellFormed.max(200);
const description = wellFormed.max(2000);
const turnLimit = z.int().min(1).max(LARGEST_TURN_LIMIT).describe("Model calls of one agent in one turn; 5 by default");
const respond = z
  .enum(["everyone", "first", "mentioned"])
  .describe(
    "Who answers a person's message that mentions nobody: everyone (default), the first (oldest) agent, nobody",
  );
const memory = z.boolean().describe("Whether agents see what was said in the world lately; true by default");

const instructions = wellFormed.max(32_000).describe("System text: who the agent is");
const model = wellFormed.min(1).max(200).describe("One of GET /models; else the server's default");
const temperature = z.number().min(0).max(2);
const maxTokens = z.int().min(1);
const streaming = z.boolean().describe("false: what it says is sent as one `message`, once complete; true by default");

export const worldSchema = z
  .object({
    name,
    title: title.exactOptional(),
    description: description.exactOptional(),
    turn_limit: turnLimit,
    respond,
    memory,
    timing: z
      .object({
        stall: stall.exactOptional(),
        completion: completion.exactOptional(),
        response: response.exactOptional(),
        long_operation: longOperation.exactOptional(),
      })
      .exactOptional()
      .describe("Where a delay is absent, the server's own counts"),
  })
  .describe("A named room with agents. It is shared: everybody who knows its name reads and writes the same memory.");

export const agentSchema = z
  .object({
    name: agentName,
    instructions: instructions.exactOptional(),
    model: model.exactOptional(),
    temperature: temperature.exactOptional(),
    max_tokens: maxTokens.exactOptional(),
    streaming,
  })
  .describe("One of the voices of a world");

const worldFields = {
  title: title.nullish(),
  description: description.nullish(),
  turn_limit: turnLimit.nullish(),
  respond: respond.nullish(),
  memory: memory.nullish(),
  timing: z
    .strictObject({
      stall: stall.nullish(),
      completion: completion.nullish(),
      response: response.nullish(),
      long_operation: longOperation.nullish(),
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

const unchanged = { name: z.string().nullish().describe("Cannot change; may be sent as it is") };

export const worldCreateSchema = z.strictObject({ name, ...worldFields });
export const agentCreateSchema = z.strictObject({ name: agentName, ...agentFields });
export const worldPatchSchema = z.strictObject({ ...unchanged, ...worldFields });
export const agentPatchSchema = z.strictObject({ ...unchanged, ...agentFields });

// ---- Messages.

/** Who writes `@Vera` in a text will write it here, too; no name begins so. */
const withoutAt = (name: string): string => name.trim().replace(/^@\s*/, "");

const said = {
  message: messageSchema,
  sender: z
    .string()
    .max(LONGEST_SENDER)
    .nullish()
    .describe(`Who says it: ${DEFAULT_SENDER} by default, never the name of an agent`),
  mentions: z
    .array(z.string().overwrite(withoutAt).min(1).max(64))
    .max(MOST_MENTIONS)
    .nullish()
    .describe("Names of the agents to wake, whatever the text says; an empty list wakes nobody"),
};

export const worldContextMessageSchema = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.string(),
  sender: z
    .string()
    .max(LONGEST_SENDER)
    .refine((sender) => !UNPRINTABLE.test(sender), "must have no control characters")
    .refine((sender) => VISIBLE.test(sender), "must not be blank")
    .nullish()
    .describe("Who said it; with the role assistant the name of an agent"),
  timestamp: timestampSchema,
});

export const worldContextSchema = z
  .strictObject({
    messages: z.array(worldContextMessageSchema).max(LONGEST_CONTEXT).nullish().describe("Oldest first"),
  })
  .describe("Earlier messages that take the place of the world's memory in this turn");

export const routeQuerySchema = z.strictObject(said);

export const worldMessageSchema = z.strictObject({
  ...said,
  turn_id: z.string().min(1).max(64).nullish().describe("A turn that is under way; without it a new one begins"),
});

export const worldChatStartSchema = z.strictObject({
  ...said,
  context: worldContextSchema.nullish(),
  on_disconnect: onDisconnectSchema,
});
