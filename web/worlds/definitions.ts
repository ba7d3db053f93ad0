import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Agent, Client, World } from "../../client/types.ts";
import { type Failure, failureOf } from "../state/failure.ts";

/** A world as the server describes it. What is there stays there while it is read again. */
export type Definition =
  | { state: "loading" }
  /** `gone`: it was deleted since; what was said in it can still be read. */
  | { state: "there"; world: World; agents: readonly Agent[]; gone?: true }
  | { state: "failed"; failure: Failure };

/** Whether worlds can be changed here; `unknown` until something tells. */
export type Editing = "unknown" | "allowed" | "disabled";

export type Definitions = {
  readonly list: ReadonlySignal<readonly World[] | undefined>;
  /** Why there is no list. */
  readonly failure: ReadonlySignal<Failure | undefined>;
  readonly editing: ReadonlySignal<Editing>;
  /** One world; read from the server when it is first asked for. */
  one(name: string): ReadonlySignal<Definition>;
  loadList(): Promise<void>;
  load(name: string): Promise<void>;
  forget(name: string): void;
  /** Looks at how a change was refused, or that it was not. */
  told(refusal: Failure | undefined): void;
};

/** Of a world that is not there, or no more. */
export const GONE: ReadonlySet<string> = new Set(["world_not_found", "invalid_world_name"]);

/** Reads worlds and their agents through `client`. */
export function createDefinitions(client: Client): Definitions {
  const list = signal<readonly World[]>();
  const failure = signal<Failure>();
  const editing = signal<Editing>("unknown");
  const known = new Map<string, Signal<Definition>>();

  function of(name: string) {
    const key = name.toLowerCase();
    const found = known.get(key) ?? signal<Definition>({ state: "loading" });
    known.set(key, found);
    return found;
  }

  async function loadList() {
    try {
      list.value = await client.worlds.list();
      failure.value = undefined;
    } catch (error) {
      failure.value = failureOf(error);
    }
  }

  async function load(name: string) {
    const definition = of(name);
    try {
      const { agents, ...world } = await client.worlds.get(name);
      // Where nothing may be changed, nobody is told what agents are told (R-DOOR).
      if (agents.some(({ instructions }) => instructions !== undefined)) editing.value = "allowed";
      definition.value = { state: "there", world, agents };
    } catch (error) {
      const why = failureOf(error);
      const isGone = GONE.has(why.code);
      const now = definition.peek();
      // Neither a server that is away for a moment nor a world that was deleted takes anybody out of a room.
      if (now.state !== "there") definition.value = { state: "failed", failure: why };
      else if (isGone) definition.value = { ...now, gone: true };
      if (isGone) list.value = list.peek()?.filter((world) => world.name.toLowerCase() !== name.toLowerCase());
    }
  }

  return {
    list,
    failure,
    editing,
    loadList,
    load,
    one: (name) => {
      const isNew = !known.has(name.toLowerCase());
      const definition = of(name);
      if (isNew) void load(name);
      return definition;
    },
    forget: (name) => void known.delete(name.toLowerCase()),
    told: (refusal) => {
      if (!refusal) editing.value = "allowed";
      else if (refusal.code === "editing_disabled") editing.value = "disabled";
    },
  };
}
