import { createMemoryShelf } from "../src/log/memory-shelf.ts";
import type { Shelf } from "../src/log/shelf.ts";
import { openWorldStore, type WorldStore } from "../src/worlds/world-store.ts";
import { createWorlds, type Worlds } from "../src/worlds/worlds.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { type ScriptedModel, scriptedModel } from "./scripted-model.ts";

export type WorldsFixture = {
  worlds: Worlds;
  store: WorldStore;
  shelf: Shelf;
  clock: ManualClock;
  /** Answers for all agents. */
  model: ScriptedModel;
  close(): Promise<void>;
};

const MINUTES = 60_000;

/** Worlds without HTTP, under a manual clock: one of them, `kitchen`, with these agents. */
export function worldsFixture({ agents = [] }: { agents?: string[] } = {}): WorldsFixture {
  const clock = manualClock();
  const model = scriptedModel();
  const store = openWorldStore(":memory:");
  store.createWorld({ name: "kitchen" });
  for (const name of agents) store.createAgent("kitchen", { name });
  const shelf = createMemoryShelf(clock, {
    ...{ retentionMs: 5 * MINUTES, abandonMs: 5 * MINUTES, maxStreams: 1000, maxReaders: 1000 },
    ...{ maxStreamBytes: 2 ** 20, maxLogBytes: 2 ** 26 },
  });
  const offered = { id: "test:scripted", model: model.model, contextWindow: 100_000 };
  let ids = 0;
  const worlds = createWorlds({
    ...{ store, shelf, clock, instructions: undefined },
    rememberMs: 5 * MINUTES,
    timing: { stall: 500, completion: 2000, response: 3000, long_operation: 8000 },
    registry: { defaultId: offered.id, get: (id) => (id === offered.id ? offered : undefined) },
    call: {
      ...{ clock, random: () => 0.5 },
      limits: { firstTokenMs: MINUTES, tokenGapMs: MINUTES / 2, generationMs: 20 * MINUTES },
    },
    observe: { token() {}, firstToken() {}, failed() {}, ended() {} },
    ids: { stream: () => `stream${++ids}`, message: () => `message${++ids}` },
  });
  return {
    ...{ worlds, store, shelf, clock, model },
    async close() {
      await shelf.close("stopped");
      worlds.close();
      store.close();
    },
  };
}
