import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyWorld } from "../../../testing/any-world.ts";
import { isCliError } from "../../failures.ts";
import { definitionOf, type WorldDefinition } from "./definition.ts";
import { readAgents, readWorlds, worldText } from "./world-file.ts";

const plain = (world: unknown): WorldDefinition => definitionOf(world as Parameters<typeof definitionOf>[0]);

test("a world that is written as YAML or as JSON is read as it was", () => {
  fc.assert(
    fc.property(anyWorld, fc.boolean(), (world, json) => {
      const written = worldText([plain(world)], json);
      assert.deepEqual(readWorlds(written, "w"), [plain(world)]);
      assert.equal(worldText(readWorlds(written, "w"), json), written);
    }),
    { numRuns: 200 },
  );
});

test("white space that a block would lose is kept", () => {
  for (const text of [" \n", "\n", "a \nb", "a\n \nb", "  a\nb\n", "a\r\nb", "a\n\n\n", "\t", "a\u00a0\nb"]) {
    const world = { name: "w", description: text, agents: [{ name: "A", instructions: text }] };
    assert.deepEqual(readWorlds(worldText([world], false), "w"), [world], JSON.stringify(text));
  }
});

test("several worlds stand in one file, as documents or as a list", () => {
  const worlds = [{ name: "a" }, { name: "b", agents: [{ name: "Vera" }] }];
  for (const json of [false, true]) assert.deepEqual(readWorlds(worldText(worlds, json), "w"), worlds);
});

test("what is the default, null or in another order is left out or put in order", () => {
  const [world] = readWorlds(
    "memory: true\nturn_limit: 5\nrespond: everyone\ntitle:\ntiming: {}\nname: kitchen\n",
    "w",
  );
  assert.deepEqual(Object.entries(world ?? {}), [["name", "kitchen"]]);
});

function faultsOf(yaml: string, read: (text: string, file: string) => unknown = readWorlds): string[] {
  try {
    read(yaml, "kitchen.yaml");
  } catch (error) {
    assert.ok(isCliError(error) && error.exit === 2, String(error));
    assert.equal(error.message, error.details?.[0]?.message ?? error.message);
    return error.details?.map(({ message }) => message) ?? [error.message];
  }
  return assert.fail("It was taken.");
}

test("each fault is told with its line and column", () => {
  const yaml = [
    "name: kitchen",
    "turn_limit: 0",
    "timing:",
    "  stal: 5",
    "agents:",
    "  - name: Mona",
    "    instruction: You are Mona.",
    "  - name: Otto",
    "    temperature: 9",
    "  - name: mona",
  ].join("\n");
  assert.deepEqual(faultsOf(yaml), [
    'kitchen.yaml:2:1: "turn_limit" must be at least 1, not 0.',
    'kitchen.yaml:4:3: Unknown field "stal" in "timing". Did you mean "stall"?',
    'kitchen.yaml:7:5: Unknown field "instruction". Did you mean "instructions"?',
    'kitchen.yaml:9:5: "temperature" must be at most 2, not 9.',
    'kitchen.yaml:10:5: There are two agents "mona" in this world.',
  ]);
});

test("YAML that cannot be parsed is told with its line", () => {
  assert.match(faultsOf("name: kitchen\n\ttitle: [x\n")[0] ?? "", /^kitchen\.yaml:2:\d+: .+\.$/);
  assert.match(faultsOf("name: a\nname: b\n")[0] ?? "", /^kitchen\.yaml:2:1: Map keys must be unique\.$/);
  assert.match(faultsOf('{"name": "a", }}')[0] ?? "", /^kitchen\.yaml:1:\d+: /);
});

test("what is no world at all is told so", () => {
  assert.match(faultsOf("")[0] ?? "", /holds no world/);
  assert.match(faultsOf("- 1\n- name: a\n")[0] ?? "", /^kitchen\.yaml:1:3: A world must be a map/);
  assert.match(faultsOf("agnets: []\nname: a\n")[0] ?? "", /Did you mean "agents"/);
  assert.match(faultsOf("title: x\n")[0] ?? "", /^kitchen\.yaml:1:1: The field "name" is missing/);
  assert.match(faultsOf("name: a b\n")[0] ?? "", /^kitchen\.yaml:1:1: A world's name must be/);
  assert.match(faultsOf("name: a\nagents: Vera\n")[0] ?? "", /^kitchen\.yaml:2:1: "agents" must be a list/);
  assert.match(faultsOf("name: a\nagents: [Vera]\n")[0] ?? "", /^kitchen\.yaml:2:10: An agent must be a map/);
});

test("a file that unfolds without end is refused", () => {
  const bomb = [
    "a: &a [x,x,x,x,x,x,x,x,x]",
    ..."bcdefg".split("").map((key, at) => `${key}: &${key} [${`*${"abcdef"[at]},`.repeat(9)}]`),
  ];
  assert.match(faultsOf(bomb.join("\n"))[0] ?? "", /alias/i);
});

test("a file of agents is read in the same way", () => {
  assert.deepEqual(readAgents("name: Vera\nstreaming: true\n---\nname: Otto\n", "w"), [
    { name: "Vera" },
    { name: "Otto" },
  ]);
  assert.match(faultsOf("name: HUMAN\n", readAgents)[0] ?? "", /^kitchen\.yaml:1:1: "name" must not be HUMAN/);
});
