import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { ErrorCode } from "../protocol/errors.ts";
import { parseWorldPatch, type WorldPatch } from "../protocol/world-requests.ts";
import { openDefinitionsFile } from "./definitions-file.ts";
import { MIGRATIONS } from "./world-rows.ts";
import { openWorldStore, type WorldStore } from "./world-store.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "chatwait-worlds-"));
});
after(() => rmSync(folder, { recursive: true }));

const inMemory = () => openWorldStore(":memory:");
const refused = (code: ErrorCode, work: () => unknown, text = /./) =>
  assert.throws(work, (error: Error & { code?: string }) => error.code === code && text.test(error.message));

const KITCHEN = {
  name: "Kitchen",
  title: "The kitchen",
  description: "Where it smells of bread",
  turn_limit: 3,
  respond: "first",
  memory: false,
  timing: { stall: 100, completion: 200 },
} as const;
const VERA = {
  name: "Vera",
  instructions: "You are Vera, a sceptic.\n\nDoubt “everything” 🙂.",
  model: "builtin:chat",
  temperature: 0.5,
  max_tokens: 100,
  streaming: false,
} as const;

describe("definitions", () => {
  test("are as they were made, after the file was closed and opened again too", () => {
    const file = join(folder, "kept.sqlite");
    const store = openWorldStore(file);
    assert.deepEqual(store.createWorld(KITCHEN), KITCHEN);
    assert.deepEqual(store.createAgent("Kitchen", VERA), VERA);
    store.close();
    const again = openWorldStore(file);
    assert.deepEqual(again.world("Kitchen"), KITCHEN);
    assert.deepEqual(again.worlds(), [KITCHEN]);
    assert.deepEqual(again.agents("Kitchen"), [VERA]);
    assert.deepEqual(again.agent("Kitchen", "Vera"), VERA);
    again.close();
  });

  test("of a file from before worlds were shared are the same, in the same order, and worlds made later come after them", () => {
    const file = join(folder, "older.sqlite");
    const database = openDefinitionsFile(file, MIGRATIONS.slice(0, 1));
    for (const name of ["Zoo", "attic", "Kitchen"]) {
      database.exec(`INSERT INTO worlds (name, turn_limit, respond, memory) VALUES ('${name}', 5, 'everyone', 1)`);
    }
    database.exec("INSERT INTO agents (world_id, name, streaming) VALUES (2, 'Vera', 1)");
    database.close();
    const store = openWorldStore(file);
    store.createWorld({ name: "cellar" });
    assert.deepEqual(
      store.worlds().map(({ name }) => name),
      ["Zoo", "attic", "Kitchen", "cellar"],
    );
    assert.deepEqual(store.agents("attic"), [{ name: "Vera", streaming: true }]);
    assert.equal(store.copies.find("attic")?.rev, 0);
    store.close();
  });

  test("need no more than a name; what is absent is absent, and null is the default", () => {
    const store = inMemory();
    const plain = { name: "attic", turn_limit: 5, respond: "everyone", memory: true };
    assert.deepEqual(store.createWorld({ name: "attic" }), plain);
    assert.deepEqual(store.world("attic"), plain);
    const nulls = { title: null, description: null, turn_limit: null, respond: null, memory: null, timing: null };
    assert.deepEqual(store.createWorld({ name: "cellar", ...nulls }), { ...plain, name: "cellar" });
    assert.deepEqual(store.createAgent("attic", { name: "Otto", model: null }), { name: "Otto", streaming: true });
    assert.deepEqual(store.agent("attic", "otto"), { name: "Otto", streaming: true });
    store.close();
  });

  test("come oldest first, also after some were deleted", () => {
    const store = inMemory();
    for (const name of ["c", "b", "a"]) store.createWorld({ name });
    store.deleteWorld("b");
    store.createWorld({ name: "B" });
    assert.deepEqual(namesOf(store.worlds()), ["c", "a", "B"]);
    for (const name of ["z", "y", "x"]) store.createAgent("c", { name });
    store.deleteAgent("c", "z");
    store.createAgent("c", { name: "z" });
    assert.deepEqual(namesOf(store.agents("c")), ["y", "x", "z"]);
    store.close();
  });

  test("changed by another server that shares the file are seen at once", () => {
    const file = join(folder, "shared.sqlite");
    const [one, other] = [openWorldStore(file), openWorldStore(file)];
    one.createWorld({ name: "attic" });
    other.createAgent("attic", { name: "Vera" });
    one.updateWorld("attic", { title: "Up there" });
    assert.deepEqual(namesOf(one.agents("attic")), ["Vera"]);
    assert.equal(other.world("attic")?.title, "Up there");
    other.deleteWorld("attic");
    refused("world_not_found", () => one.updateWorld("attic", { title: "Gone" }));
    one.close();
    other.close();
  });
});

const namesOf = (all: readonly { name: string }[]) => all.map(({ name }) => name);

describe("names", () => {
  test("are found without regard to case, and stay as they were first written", () => {
    const store = inMemory();
    store.createWorld(KITCHEN);
    store.createAgent("KITCHEN", VERA);
    assert.equal(store.world("kITCHEN")?.name, "Kitchen");
    assert.equal(store.agent("kitchen", "vERA")?.name, "Vera");
    assert.equal(store.updateWorld("kitchen", { turn_limit: 4 }).name, "Kitchen");
    assert.equal(store.updateAgent("kitchen", "vera", { model: null }).name, "Vera");
    refused("world_exists", () => store.createWorld({ name: "KITCHEN" }), /"Kitchen" already/);
    refused("agent_exists", () => store.createAgent("kitchen", { name: "vera" }), /"Vera" in the world "Kitchen"/);
    store.deleteAgent("kitchen", "VERA");
    store.deleteWorld("KITCHEN");
    assert.deepEqual(store.worlds(), []);
    store.close();
  });

  test("that look alike in another script are others", () => {
    const store = inMemory();
    store.createWorld({ name: "kitchen" });
    assert.equal(store.world("\u212aitchen"), undefined);
    store.close();
  });

  test("cannot be changed, and may be repeated", () => {
    const store = inMemory();
    store.createWorld(KITCHEN);
    store.createAgent("Kitchen", VERA);
    assert.deepEqual(store.updateWorld("kitchen", { name: "KITCHEN" }), KITCHEN);
    refused("invalid_request", () => store.updateWorld("Kitchen", { name: "attic" }), /make it "Kitchen"/);
    refused("invalid_request", () => store.updateAgent("Kitchen", "Vera", { name: "Otto" }), /make it "Vera"/);
    store.close();
  });

  test("are free again once what bore them is deleted", () => {
    const store = inMemory();
    store.createWorld(KITCHEN);
    store.createAgent("Kitchen", VERA);
    store.deleteWorld("Kitchen");
    store.createWorld({ name: "kitchen" });
    assert.deepEqual(store.agents("kitchen"), []);
    store.close();
  });

  test("that nobody bears are told by their code, shortened", () => {
    const store = inMemory();
    const long = "x".repeat(5000);
    const calls = [
      () => store.updateWorld(long, {}),
      () => store.deleteWorld(long),
      () => store.agents(long),
      () => store.createAgent(long, VERA),
      () => store.updateAgent(long, "Vera", {}),
      () => store.deleteAgent(long, "Vera"),
    ];
    for (const call of calls) refused("world_not_found", call, /^There is no world "x{64}…"/);
    store.createWorld(KITCHEN);
    refused("agent_not_found", () => store.updateAgent("kitchen", "Vera", {}), /"Vera" in the world "Kitchen"/);
    refused("agent_not_found", () => store.deleteAgent("kitchen", "Vera"));
    assert.equal(store.world("attic"), undefined);
    assert.equal(store.agent("kitchen", "Vera"), undefined);
    assert.equal(store.agent("attic", "Vera"), undefined);
    store.close();
  });
});

describe("a patch", () => {
  test("changes what it names; null takes that back to its default", () => {
    const store = inMemory();
    store.createWorld(KITCHEN);
    assert.deepEqual(store.updateWorld("Kitchen", { turn_limit: 7 }), { ...KITCHEN, turn_limit: 7 });
    const { title: _, ...untitled } = KITCHEN;
    assert.deepEqual(store.updateWorld("Kitchen", { title: null, turn_limit: null, memory: null, respond: null }), {
      ...untitled,
      turn_limit: 5,
      memory: true,
      respond: "everyone",
    });
    store.createAgent("Kitchen", VERA);
    const nulls = { instructions: null, model: null, temperature: null, max_tokens: null, streaming: null };
    assert.deepEqual(store.updateAgent("Kitchen", "Vera", nulls), { name: "Vera", streaming: true });
    assert.deepEqual(store.agents("Kitchen"), [{ name: "Vera", streaming: true }]);
    store.close();
  });

  test("of the timing changes single delays", () => {
    const store = inMemory();
    store.createWorld(KITCHEN);
    const timing = (patch: WorldPatch["timing"]) => store.updateWorld("Kitchen", { timing: patch }).timing;
    assert.deepEqual(timing({ completion: 300 }), { stall: 100, completion: 300 });
    assert.deepEqual(timing({ stall: null, response: 50 }), { completion: 300, response: 50 });
    assert.equal(timing({ completion: null, response: null }), undefined);
    assert.equal("timing" in (store.world("Kitchen") ?? {}), false);
    assert.deepEqual(timing({ stall: 1 }), { stall: 1 });
    assert.equal(timing(null), undefined);
    store.close();
  });

  test("whatever is patched in whatever order, each field is its last patch or its default", () => {
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
    const text = fc.string({ unit: "grapheme", maxLength: 20 });
    const anyPatch = fc.record(
      {
        title: maybe(text),
        description: maybe(text),
        turn_limit: maybe(fc.integer({ min: 1, max: 24 })),
        respond: maybe(fc.constantFrom("everyone", "first", "mentioned")),
        memory: maybe(fc.boolean()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(anyPatch, { maxLength: 6 }), (patches) => {
        const store = inMemory();
        const plain = store.createWorld({ name: "w" });
        const last: Record<string, unknown> = {};
        for (const patch of patches) {
          store.updateWorld("w", parseWorldPatch(patch));
          Object.assign(last, patch);
        }
        const set = Object.entries(last).filter(([, value]) => value !== null);
        assert.deepEqual(store.world("w"), { ...plain, ...Object.fromEntries(set) });
        store.close();
      }),
      { numRuns: 40 },
    );
  });
});

describe("limits", () => {
  test("there are at most 1,000 worlds", () => {
    const store = openWorldStore(":memory:", (filling) => fill(1000, (name) => filling.createWorld({ name })));
    refused("too_many", () => store.createWorld({ name: "one-more" }), /1000 worlds/);
    refused("world_exists", () => store.createWorld({ name: "N7" }));
    store.deleteWorld("n7");
    store.createWorld({ name: "one-more" });
    store.close();
  });

  test("there are at most 50 agents in a world", () => {
    const store = inMemory();
    for (const world of ["attic", "cellar"]) {
      store.createWorld({ name: world });
      fill(50, (name) => store.createAgent(world, { name }));
      refused("too_many", () => store.createAgent(world, { name: "one-more" }), /50 agents/);
    }
    store.deleteAgent("attic", "n7");
    assert.deepEqual(store.createAgent("attic", VERA), VERA);
    store.close();
  });
});

function fill(count: number, make: (name: string) => unknown) {
  for (let index = 0; index < count; index++) make(`n${index}`);
}

describe("the first start", () => {
  const furnish = (store: WorldStore) => {
    store.createWorld({ name: "default" });
    store.createAgent("default", VERA);
  };

  test("fills the store once, and not again after what it made was deleted", () => {
    const file = join(folder, "first.sqlite");
    let runs = 0;
    const open = () =>
      openWorldStore(file, (store) => {
        runs++;
        furnish(store);
      });
    const store = open();
    assert.deepEqual(namesOf(store.agents("default")), ["Vera"]);
    store.deleteWorld("default");
    store.close();
    const again = open();
    assert.deepEqual([runs, again.worlds()], [1, []]);
    again.close();
  });

  test("that fails leaves nothing behind, and the next one is the first", () => {
    const file = join(folder, "failed-first.sqlite");
    const failing = (store: WorldStore) => {
      furnish(store);
      store.createWorld({ name: "default" });
    };
    assert.throws(() => openWorldStore(file, failing), /There is a world "default" already/);
    const store = openWorldStore(file, furnish);
    assert.deepEqual(namesOf(store.worlds()), ["default"]);
    store.close();
  });
});
