import { z } from "zod";
import { agentOutcomeSchema } from "../../protocol/events.ts";
import { agentSchema, worldSchema } from "../../protocol/world-schemas.ts";
import { snapshotMessageSchema } from "./answers.ts";

/** What the paths of worlds answer in JSON, as schemas for the OpenAPI document. */

export const worldListSchema = z.object({ worlds: z.array(worldSchema) }).describe("All worlds, the oldest first");

export const agentListSchema = z.object({ agents: z.array(agentSchema) }).describe("All agents, the oldest first");

export const worldDetailsSchema = worldSchema
  .extend({ agents: z.array(agentSchema).describe("The oldest first") })
  .describe("A world with its agents");

export const turnReplySchema = z
  .object({
    stream_id: z.string().describe("The key to the turn: keep it secret"),
    turn_id: z.string().describe("The public name of the turn"),
    reason: z
      .enum(["completed", "turn_limit", "cancelled", "no_recipient", "silence"])
      .describe("Why the turn ended; `completed` also where agents failed: see their outcomes"),
    messages: z.array(snapshotMessageSchema).describe("What was said, in the order in which it began"),
    agents: z.array(agentOutcomeSchema).describe("Each agent that was woken, with its last outcome"),
  })
  .describe("A whole turn");

export const publishedSchema = z
  .object({ message_id: z.string(), turn_id: z.string().describe("The turn that it belongs to") })
  .describe("A message that is on its way");

export const routeSchema = z
  .object({
    agents: z.array(
      z.object({
        agent: z.string(),
        why: z
          .enum(["mentions", "mentioned", "everyone", "first"])
          .describe("Named in `mentions`, named in the text, or as the world responds"),
      }),
    ),
    unknown: z.array(z.string()).describe("Mentions that are no agent's name"),
  })
  .describe("Whom a message would wake");
