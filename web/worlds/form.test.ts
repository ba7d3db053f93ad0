import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Agent, World } from "../../client/types.ts";
import { agentCreateSchema, agentPatchSchema, worldPatchSchema } from "../../src/protocol/world-schemas.ts";
import {
  type AgentFields,
  agentCreate,
  agentFields,
  agentPatch,
  DELAYS,
  type WorldFields,
  worldFields,
  worldPatch,
} from "./form.ts";

const world: World = {
  name: "w",
  title: "Room",
  turn_limit: 5,
  respond: "first",
  memory: true,
  timing: { stall: 700 },
};
const agent: Agent = { name: "Vera", instructions: "Doubt.", temperature: 0.5, streaming: true };

const changedWorld = (change: Partial<WorldFields>) =>
  worldPatch(worldFields(world), { ...worldFields(world), ...change });
const changedAgent = (change: Partial<AgentFields>) =>
  agentPatch(agentFields(agent), { ...agentFields(agent), ...change });

describe("what is sent", () => {
  test("nothing where nothing changed", () => {
    assert.equal(changedWorld({}), undefined);
    assert.equal(changedAgent({}), undefined);
  });

  test("only what changed", () => {
    assert.deepEqual(changedWorld({ title: "Hall" }), { title: "Hall" });
    assert.deepEqual(changedWorld({ memory: false, respond: "everyone" }), { memory: false, respond: "everyone" });
    assert.deepEqual(changedWorld({ response: "1500" }), { timing: { response: 1500 } });
    assert.deepEqual(changedAgent({ max_tokens: "200", streaming: false }), { max_tokens: 200, streaming: false });
  });

  test("null for a field that was emptied, so that it goes back to its default", () => {
    assert.deepEqual(changedWorld({ title: "", turn_limit: " ", stall: "" }), {
      title: null,
      turn_limit: null,
      timing: { stall: null },
    });
    assert.deepEqual(changedAgent({ instructions: "", temperature: "" }), { instructions: null, temperature: null });
  });

  test("a number that is written otherwise has not changed", () => {
    assert.equal(changedWorld({ stall: " 700.0 " }), undefined);
    assert.equal(changedAgent({ temperature: "0.50" }), undefined);
  });

  test("what is no number as it was written, so that the server says what it expects", () => {
    const patch = changedWorld({ turn_limit: "five" });
    assert.deepEqual(patch, { turn_limit: "five" });
    assert.equal(worldPatchSchema.safeParse(patch).success, false);
  });

  test("a new agent without what is left empty", () => {
    assert.deepEqual(agentCreate({ ...agentFields({}), name: " Ida ", temperature: "0" }), {
      name: "Ida",
      temperature: 0,
      streaming: true,
    });
  });
});

describe("any fields", () => {
  const number = fc.oneof(fc.constant(""), fc.integer({ min: 1, max: 1000 }).map(String));
  const words = fc.string({ maxLength: 20 }).filter((text) => text.isWellFormed());
  const timing = Object.fromEntries(DELAYS.map((delay) => [delay, number])) as Record<
    (typeof DELAYS)[number],
    typeof number
  >;
  const worlds: fc.Arbitrary<WorldFields> = fc.record({
    ...{ title: words, description: words, turn_limit: number, memory: fc.boolean(), ...timing },
    respond: fc.constantFrom<World["respond"][]>("everyone", "first", "mentioned"),
  });
  const agents: fc.Arbitrary<AgentFields> = fc.record({
    ...{ name: fc.constant("Vera"), instructions: words, max_tokens: number, streaming: fc.boolean() },
    model: fc.constantFrom("", "builtin:chat"),
    temperature: fc.constantFrom("", "0", "0.7", "2"),
  });

  /** As the server applies a patch: null takes a field away. */
  const applied = (to: Record<string, unknown>, patch: Record<string, unknown> = {}): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries({ ...to, ...patch }).filter(([, value]) => value !== null && value !== undefined),
    );

  test("the server takes the patch, and after it the fields say what they were set to", () => {
    fc.assert(
      fc.property(worlds, worlds, (before, after) => {
        const start = worldPatch(worldFields({ name: "w", turn_limit: 5, respond: "everyone", memory: true }), before);
        const { timing: set, ...rest } = start ?? {};
        const defaults = { turn_limit: 5, respond: "everyone", memory: true };
        const kept = { ...defaults, ...applied({}, rest), timing: applied({}, set ?? {}) } as unknown as World;
        const patch = worldPatch(worldFields(kept), after);
        if (patch) assert.equal(worldPatchSchema.safeParse(patch).success, true);
        const { timing: delays, ...fields } = patch ?? {};
        const now = { ...defaults, ...applied({ ...kept }, fields), timing: applied({ ...kept.timing }, delays ?? {}) };
        assert.deepEqual(worldFields(now as unknown as World), { ...after, turn_limit: after.turn_limit || "5" });
      }),
    );
  });

  test("the same of an agent", () => {
    fc.assert(
      fc.property(agents, agents, (before, after) => {
        const created = agentCreate(before);
        assert.equal(agentCreateSchema.safeParse(created).success, true);
        const patch = agentPatch(agentFields(created as Agent), after);
        if (patch) assert.equal(agentPatchSchema.safeParse(patch).success, true);
        assert.deepEqual(agentFields({ ...applied({ ...created }, { ...patch }), name: "Vera" }), { ...after });
      }),
    );
  });
});
