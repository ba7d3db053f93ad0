import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Agent, Client, ErrorDetail, World } from "../../client/types.ts";
import { type Failure, failureOf } from "../state/failure.ts";
import { type AgentDraft, type Draft, hasChanges, loaded, typedSince } from "./draft.ts";
import { type FieldFaults, faultsOf } from "./field-faults.ts";
import {
  type AgentFields,
  agentCreate,
  agentFields,
  agentPatch,
  type WorldFields,
  worldFields,
  worldPatch,
} from "./form.ts";

export type SaveStatus = "idle" | "saving" | "saved" | "refused";

/** What is being changed about one world; it is kept while the page is open, whatever else is looked at. */
export type Editor = {
  readonly draft: ReadonlySignal<Draft | undefined>;
  readonly isChanged: ReadonlySignal<boolean>;
  readonly status: ReadonlySignal<SaveStatus>;
  /** By `world` or an agent's key, then by field. */
  readonly faults: ReadonlySignal<Readonly<Record<string, FieldFaults>>>;
  /** The world as the server has it now: fields without changes of one's own become so. */
  load(world: World, agents: readonly Agent[]): void;
  setWorld(change: Partial<WorldFields>): void;
  setAgent(key: string, change: Partial<AgentFields>): void;
  /** Returns the key of the new agent. */
  addAgent(): string;
  /** Takes an agent out of the room; a new one was only here. */
  removeAgent(key: string): Promise<void>;
  /** Sends what was changed; what is refused stands at its field, the rest is saved. */
  save(): Promise<void>;
  discard(): void;
};

export type EditorWiring = {
  client: Client;
  newKey: () => string;
  /** How a change was refused, or that it was not. */
  told: (refusal: Failure | undefined) => void;
};

export function createEditor(name: string, { client, newKey, told }: EditorWiring): Editor {
  const { worlds } = client;
  const draft = signal<Draft>();
  const status = signal<SaveStatus>("idle");
  const faults = signal<Readonly<Record<string, FieldFaults>>>({});
  const isChanged = computed(() => (draft.value ? hasChanges(draft.value) : false));

  function edit(change: (draft: Draft) => Draft) {
    if (!draft.peek()) return;
    draft.value = change(draft.peek() as Draft);
    if (status.peek() !== "saving") status.value = "idle";
  }

  const editAgent = (key: string, change: (agent: AgentDraft) => AgentDraft) =>
    edit((now) => ({ ...now, agents: now.agents.map((agent) => (agent.key === key ? change(agent) : agent)) }));

  function clearFaults(key: string, fields: object) {
    const rest = Object.entries(faults.peek()[key] ?? {}).filter(([field]) => field !== "" && !(field in fields));
    faults.value = { ...faults.peek(), [key]: Object.fromEntries(rest) };
  }

  /** Sends one thing. False: it was refused, and why stands at its fields. */
  async function sent(key: string, fields: object, send: () => Promise<void>): Promise<boolean> {
    try {
      await send();
      told(undefined);
      return true;
    } catch (error) {
      const refusal = { ...failureOf(error), details: (error as { details?: ErrorDetail[] }).details ?? [] };
      told(refusal);
      faults.value = { ...faults.peek(), [key]: faultsOf(refusal, Object.keys(fields)) };
      return false;
    }
  }

  const saveWorld = async ({ before, fields }: Draft) => {
    const patch = worldPatch(before, fields);
    if (!patch) return true;
    return sent("world", fields, async () => {
      const saved = worldFields(await worlds.update(name, patch));
      edit((now) => ({ ...now, before: saved, fields: { ...saved, ...typedSince(fields, now.fields) } }));
    });
  };

  const saveAgent = async ({ key, before, fields }: AgentDraft) => {
    const patch = before && agentPatch(before, fields);
    if (before && !patch) return true;
    return sent(key, fields, async () => {
      const saved = patch
        ? await worlds.agents.update(name, fields.name, patch)
        : await worlds.agents.create(name, agentCreate(fields));
      const is = agentFields(saved);
      editAgent(key, (now) => ({ key, before: is, fields: { ...is, ...typedSince(fields, now.fields) } }));
    });
  };

  async function save() {
    const now = draft.peek();
    if (!now || status.peek() === "saving") return;
    status.value = "saving";
    faults.value = {};
    const results = [await saveWorld(now)];
    // One after another: the oldest agent is the one that comes first.
    for (const agent of now.agents) results.push(await saveAgent(agent));
    status.value = results.every(Boolean) ? "saved" : "refused";
  }

  async function removeAgent(key: string) {
    const agent = draft.peek()?.agents.find((other) => other.key === key);
    if (!agent) return;
    const gone = () => edit((now) => ({ ...now, agents: now.agents.filter((other) => other.key !== key) }));
    if (!agent.before) return gone();
    const done = await sent(key, agent.fields, () => worlds.agents.delete(name, agent.fields.name));
    if (done) gone();
  }

  return {
    draft,
    isChanged,
    status,
    faults,
    save,
    removeAgent,
    load: (world, agents) => {
      draft.value = loaded(draft.peek(), world, agents, newKey);
    },
    setWorld: (change) => {
      clearFaults("world", change);
      edit((now) => ({ ...now, fields: { ...now.fields, ...change } }));
    },
    setAgent: (key, change) => {
      clearFaults(key, change);
      editAgent(key, (agent) => ({ ...agent, fields: { ...agent.fields, ...change } }));
    },
    addAgent: () => {
      const key = newKey();
      edit((now) => ({ ...now, agents: [...now.agents, { key, fields: agentFields({}) }] }));
      return key;
    },
    discard: () => {
      faults.value = {};
      edit(({ before, agents }) => ({
        before,
        fields: before,
        agents: agents.flatMap((agent) => (agent.before ? { ...agent, fields: agent.before } : [])),
      }));
    },
  };
}
