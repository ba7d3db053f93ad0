import type { Agent, AgentCreate, AgentPatch, World, WorldPatch } from "../../client/types.ts";

/**
 * A world and its agents as the editor's fields hold them: numbers are texts, and an empty field is the server's default.
 * What is sent is only what was changed; what the server does not take, it says itself.
 */

export const DELAYS = ["stall", "completion", "response", "long_operation"] as const;
export type Delay = (typeof DELAYS)[number];

export type WorldFields = {
  title: string;
  description: string;
  respond: World["respond"];
  turn_limit: string;
  memory: boolean;
} & Record<Delay, string>;

export type AgentFields = {
  name: string;
  instructions: string;
  model: string;
  temperature: string;
  max_tokens: string;
  streaming: boolean;
};

const text = (value: string | number | undefined): string => (value === undefined ? "" : String(value));

export const worldFields = ({ title, description, respond, turn_limit, memory, timing = {} }: World): WorldFields => ({
  title: text(title),
  description: text(description),
  respond,
  turn_limit: text(turn_limit),
  memory,
  stall: text(timing.stall),
  completion: text(timing.completion),
  response: text(timing.response),
  long_operation: text(timing.long_operation),
});

export const agentFields = (agent: Partial<Agent>): AgentFields => ({
  name: text(agent.name),
  instructions: text(agent.instructions),
  model: text(agent.model),
  temperature: text(agent.temperature),
  max_tokens: text(agent.max_tokens),
  streaming: agent.streaming ?? true,
});

/** A number as it was written; what is none is sent as it is, for the server to say so. Empty: back to the default. */
function numberIn(field: string): number | null {
  const written = field.trim();
  if (written === "") return null;
  const number = Number(written);
  return Number.isFinite(number) ? number : (written as unknown as number);
}

const textIn = (field: string): string | null => (field === "" ? null : field);

type Sent = Record<string, unknown>;

/** The fields that differ, as they are sent. */
function changesOf<F extends object>(before: F, after: F, sent: (fields: F) => Sent): Sent | undefined {
  const [was, is] = [sent(before), sent(after)];
  const changed = Object.entries(is).filter(([name, value]) => value !== was[name]);
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}

const sentOfWorld = ({ title, description, respond, turn_limit, memory }: WorldFields): Sent => ({
  title: textIn(title),
  description: textIn(description),
  respond,
  turn_limit: numberIn(turn_limit),
  memory,
});

const sentOfTiming = (fields: WorldFields): Sent =>
  Object.fromEntries(DELAYS.map((name) => [name, numberIn(fields[name])]));

const sentOfAgent = ({ instructions, model, temperature, max_tokens, streaming }: AgentFields): Sent => ({
  instructions: textIn(instructions),
  model: textIn(model),
  temperature: numberIn(temperature),
  max_tokens: numberIn(max_tokens),
  streaming,
});

/** What to send so that the world becomes what the fields say; undefined where it is so already. */
export function worldPatch(before: WorldFields, after: WorldFields): WorldPatch | undefined {
  const fields = changesOf(before, after, sentOfWorld);
  const timing = changesOf(before, after, sentOfTiming);
  if (!fields && !timing) return undefined;
  return { ...fields, ...(timing ? { timing } : {}) } as WorldPatch;
}

/** What to send so that the agent becomes what the fields say; its name cannot change. */
export const agentPatch = (before: AgentFields, after: AgentFields): AgentPatch | undefined =>
  changesOf(before, after, sentOfAgent) as AgentPatch | undefined;

/** A new agent: what is left empty is left out. */
export function agentCreate(fields: AgentFields): AgentCreate {
  const sent = Object.entries(sentOfAgent(fields)).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(sent), name: fields.name.trim() } as AgentCreate;
}
