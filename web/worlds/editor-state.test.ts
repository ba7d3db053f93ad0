import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Agent, AgentCreate, AgentPatch, Client, World, WorldPatch } from "../../client/types.ts";
import type { Failure } from "../state/failure.ts";
import { createEditor } from "./editor-state.ts";

const WORLD: World = { name: "w", title: "Room", turn_limit: 5, respond: "first", memory: true };
const VERA: Agent = { name: "Vera", instructions: "Doubt.", streaming: true };
const OTTO: Agent = { name: "Otto", instructions: "Hope.", streaming: true };

type Refusal = { code: string; message?: string; details?: { path: string; message: string }[] };

/** A server with one world; what it is asked stands in `asked`, and it refuses what the test says. */
function editing(refuse: (what: string) => Refusal | undefined = () => undefined) {
  const asked: [string, unknown?][] = [];
  const agents = new Map<string, Agent>([VERA, OTTO].map((agent) => [agent.name, agent]));
  let gate: Promise<void> | undefined;
  async function act(what: string, body?: unknown) {
    asked.push([what, body]);
    await gate;
    const no = refuse(what);
    if (no) throw Object.assign(new Error(no.message ?? "No."), { name: "ChatWaitError", retryable: false, ...no });
  }
  const worlds = {
    update: async (_name: string, patch: WorldPatch) => {
      await act("world", patch);
      return { ...WORLD, ...patch };
    },
    agents: {
      update: async (_world: string, name: string, patch: AgentPatch) => {
        await act(`change ${name}`, patch);
        return { ...agents.get(name), ...patch };
      },
      create: async (_world: string, agent: AgentCreate) => {
        await act(`add ${agent.name}`, agent);
        return { streaming: true, ...agent };
      },
      delete: async (_world: string, name: string) => act(`delete ${name}`),
    },
  };
  const told: (Failure | undefined)[] = [];
  let keys = 0;
  const client = { worlds } as unknown as Client;
  const editor = createEditor("w", { client, newKey: () => `k${keys++}`, told: (refusal) => told.push(refusal) });
  editor.load(WORLD, [VERA, OTTO]);
  const names = () => editor.draft.value?.agents.map(({ fields }) => fields.name);
  return { editor, asked, told, names, hold: (until: Promise<void>) => (gate = until) };
}

describe("what is changed", () => {
  test("is known, sent as little as possible, and then nothing is left", async () => {
    const { editor, asked } = editing();
    assert.equal(editor.isChanged.value, false);
    editor.setWorld({ title: "Hall" });
    editor.setAgent("k1", { temperature: "0.3" });
    assert.equal(editor.isChanged.value, true);
    await editor.save();
    assert.deepEqual(asked, [
      ["world", { title: "Hall" }],
      ["change Otto", { temperature: 0.3 }],
    ]);
    assert.deepEqual([editor.isChanged.value, editor.status.value], [false, "saved"]);
  });

  test("can be taken back, with agents that are not there yet", () => {
    const { editor, names } = editing();
    editor.setWorld({ title: "Hall" });
    editor.setAgent(editor.addAgent(), { name: "Ida" });
    editor.discard();
    assert.deepEqual(
      [editor.isChanged.value, names(), editor.draft.value?.fields.title],
      [false, ["Vera", "Otto"], "Room"],
    );
  });

  test("stays when the world is read again, over what others changed", () => {
    const { editor, names } = editing();
    editor.setWorld({ title: "Hall" });
    editor.setAgent("k0", { instructions: "Doubt more." });
    editor.setAgent(editor.addAgent(), { name: "Ida" });
    editor.load({ ...WORLD, title: "Attic", description: "High up." }, [{ ...VERA, temperature: 1 }]);
    const draft = editor.draft.value;
    assert.deepEqual(
      [draft?.fields.title, draft?.fields.description, draft?.before.title],
      ["Hall", "High up.", "Attic"],
    );
    assert.deepEqual(names(), ["Vera", "Ida"]);
    assert.deepEqual(
      [draft?.agents[0]?.fields.instructions, draft?.agents[0]?.fields.temperature],
      ["Doubt more.", "1"],
    );
  });

  test("while a save is under way is not lost", async () => {
    const { editor, hold, asked } = editing();
    const gate = Promise.withResolvers<void>();
    hold(gate.promise);
    editor.setWorld({ title: "Hall" });
    const saved = editor.save();
    editor.setWorld({ title: "Hall 2" });
    void editor.save();
    gate.resolve();
    await saved;
    assert.equal(asked.length, 1, "a second save waits");
    assert.deepEqual([editor.draft.value?.fields.title, editor.isChanged.value], ["Hall 2", true]);
  });
});

describe("agents", () => {
  test("a new one is made on saving, and is then like the others", async () => {
    const { editor, asked } = editing();
    const key = editor.addAgent();
    editor.setAgent(key, { name: " Ida ", instructions: "Sing." });
    await editor.save();
    assert.deepEqual(asked, [["add Ida", { name: "Ida", instructions: "Sing.", streaming: true }]]);
    assert.equal(editor.isChanged.value, false);
    editor.setAgent(key, { instructions: "Hum." });
    await editor.save();
    assert.deepEqual(asked.at(-1), ["change Ida", { instructions: "Hum." }]);
  });

  test("one that is there is deleted at the server, a new one only here", async () => {
    const { editor, asked, names } = editing();
    await editor.removeAgent("k0");
    await editor.removeAgent(editor.addAgent());
    assert.deepEqual([asked, names()], [[["delete Vera", undefined]], ["Otto"]]);
  });

  test("one that could not be deleted stays, and says why", async () => {
    const { editor, names } = editing(() => ({ code: "network", message: "Not reached." }));
    await editor.removeAgent("k0");
    assert.deepEqual([names(), editor.faults.value["k0"]], [["Vera", "Otto"], { "": "Not reached." }]);
  });
});

describe("what is refused", () => {
  const details = [{ path: "turn_limit", message: '"turn_limit" must be at most 1000, not 2000.' }];

  test("stands at its field, and the rest is saved", async () => {
    const { editor, told } = editing((what) => (what === "world" ? { code: "invalid_request", details } : undefined));
    editor.setWorld({ turn_limit: "2000" });
    editor.setAgent("k0", { temperature: "1" });
    await editor.save();
    assert.deepEqual(editor.faults.value["world"], { turn_limit: "Must be at most 1000, not 2000." });
    assert.equal(editor.status.value, "refused");
    assert.deepEqual(
      told.map((refusal) => refusal?.code),
      ["invalid_request", undefined],
    );
    assert.equal(editor.draft.value?.agents[0]?.before?.temperature, "1");
  });

  test("is no longer held against a field that was changed since", async () => {
    const { editor } = editing(() => ({ code: "invalid_request", details }));
    editor.setWorld({ turn_limit: "2000" });
    await editor.save();
    editor.setWorld({ turn_limit: "20" });
    assert.deepEqual([editor.faults.value["world"], editor.status.value], [{}, "idle"]);
  });

  test("a server that allows no changes is told of", async () => {
    const { editor, told } = editing(() => ({ code: "editing_disabled" }));
    editor.setWorld({ title: "Hall" });
    await editor.save();
    assert.equal(told[0]?.code, "editing_disabled");
    assert.equal(editor.draft.value?.fields.title, "Hall");
  });
});
