import type { Agent, World } from "../../client/types.ts";
import { type AgentFields, agentFields, agentPatch, type WorldFields, worldFields, worldPatch } from "./form.ts";

/** An agent in the editor; without `before` it is new. */
export type AgentDraft = { key: string; before?: AgentFields; fields: AgentFields };

export type Draft = { before: WorldFields; fields: WorldFields; agents: readonly AgentDraft[] };

/** Whether there is anything to save. */
export const hasChanges = ({ before, fields, agents }: Draft): boolean =>
  worldPatch(before, fields) !== undefined ||
  agents.some((agent) => !agent.before || agentPatch(agent.before, agent.fields) !== undefined);

/** What was typed while a save was under way. */
export function typedSince<F extends object>(sent: F, now: F): Partial<F> {
  const typed = Object.entries(now).filter(([field, value]) => value !== sent[field as keyof F]);
  return Object.fromEntries(typed) as Partial<F>;
}

/** The server's state, with what was changed here and is not saved yet on top of it. */
export function loaded(now: Draft | undefined, world: World, agents: readonly Agent[], newKey: () => string): Draft {
  const before = worldFields(world);
  const drafts = agents.map((agent): AgentDraft => {
    const is = agentFields(agent);
    const known = now?.agents.find(({ fields }) => fields.name === agent.name);
    const changes = known?.before ? typedSince(known.before, known.fields) : {};
    return { key: known?.key ?? newKey(), before: is, fields: { ...is, ...changes } };
  });
  const fresh = now?.agents.filter((agent) => !agent.before) ?? [];
  const changes = now ? typedSince(now.before, now.fields) : {};
  return { before, fields: { ...before, ...changes }, agents: [...drafts, ...fresh] };
}
