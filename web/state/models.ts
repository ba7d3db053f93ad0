import { type ReadonlySignal, signal } from "@preact/signals";
import type { Client, ModelList } from "../../client/types.ts";

export type Models = {
  /** Undefined until the server has said. */
  readonly list: ReadonlySignal<ModelList | undefined>;
  /** Asks, where it is not known yet. Never fails: without the list, the server's default answers. */
  load(): Promise<void>;
};

export function createModels(client: Pick<Client, "models">): Models {
  const list = signal<ModelList>();
  let asking: Promise<void> | undefined;
  async function ask() {
    try {
      list.value = await client.models();
    } catch {
      asking = undefined;
    }
  }
  return {
    list,
    load: () => {
      asking ??= ask();
      return asking;
    },
  };
}
