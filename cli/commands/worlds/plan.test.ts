import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyWorld } from "../../../testing/any-world.ts";
import { type AgentDefinition, definitionOf, sameName, type WorldDefinition } from "./definition.ts";
import { planAgents, planWorld, type Step } from "./plan.ts";

/** A world as a server would have it after a plan. */
function after(world: WorldDefinition | undefined, steps: readonly Step[]): WorldDefinition {
  let made: WorldDefinition = structuredClone(world ?? { name: "none", agents: [] });
  for (const step of steps) made = applied(made, step);
  return definitionOf(made as Parameters<typeof definitionOf>[0]);
}

function applied(world: WorldDefinition, step: Step): WorldDefinition {
  const agents = world.agents ?? [];
  const others = (name: string) => agents.filter((agent) => agent.name !== name);
  switch (step.do) {
    case "create_world":
      return { ...(step.body as WorldDefinition), agents: [] };
    case "update_world":
      return { ...patched(world, step.patch), agents } as WorldDefinition;
    case "create_agent":
      assert.ok(!agents.some(({ name }) => sameName(name, step.agent)), "made twice");
      return { ...world, agents: [...agents, step.body as AgentDefinition] };
    case "update_agent":
      return {
        ...world,
        agents: agents.map((agent) =>
          agent.name === step.agent ? (patched(agent, step.patch) as AgentDefinition) : agent,
        ),
      };
    case "delete_agent":
      return { ...world, agents: others(step.agent) };
  }
}

function patched(fields: object, patch: Record<string, unknown>): object {
  const timing = (fields as WorldDefinition).timing;
  const merged =
    patch["timing"] && timing ? { ...patch, timing: { ...timing, ...(patch["timing"] as object) } } : patch;
  return withoutNulls({ ...fields, ...merged });
}

const withoutNulls = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, key === "timing" ? withoutNulls(value) : value]),
  );

const plain = (world: unknown): WorldDefinition => definitionOf(world as Parameters<typeof definitionOf>[0]);

test("a plan with --prune makes any world of any other, and then there is nothing left to do", () => {
  fc.assert(
    fc.property(fc.option(anyWorld, { nil: undefined }), anyWorld, (before, wanted) => {
      const current = before && plain({ agents: [], ...before, name: wanted.name });
      const { steps } = planWorld({ agents: [], ...wanted }, current, true);
      const made = after(current, steps);
      // Names are kept as they were first written.
      const names = (world: WorldDefinition) => ({
        ...world,
        agents: world.agents?.map((agent) => ({ ...agent, name: agent.name.toLowerCase() })),
      });
      assert.deepEqual(names(made), names(plain({ agents: [], ...wanted })));
      assert.deepEqual(planWorld({ agents: [], ...wanted }, made, true).steps, []);
    }),
    { numRuns: 300 },
  );
});

test("an agent in its place is changed where it is, one out of its place is made again", () => {
  const current = plain({ name: "w", agents: [{ name: "A" }, { name: "B" }, { name: "C" }] });
  const { steps } = planWorld(
    { name: "w", agents: [{ name: "A", model: "m" }, { name: "C" }, { name: "B" }] },
    current,
    false,
  );
  assert.deepEqual(
    steps.map((step) => `${step.do} ${"agent" in step ? step.agent : ""}`),
    ["update_agent A", "delete_agent B", "create_agent B"],
  );
});

test("a file without a list of agents, or without --prune, deletes nobody", () => {
  const current = plain({ name: "w", agents: [{ name: "A" }, { name: "B" }] });
  assert.deepEqual(planWorld({ name: "w" }, current, true), { world: "w", steps: [], left: [] });
  assert.deepEqual(planWorld({ name: "w", agents: [{ name: "b" }] }, current, false), {
    world: "w",
    steps: [],
    left: ["A"],
  });
});

test("single agents are made or changed, whatever else there is", () => {
  const { steps } = planAgents(
    "w",
    [{ name: "B", model: "m" }, { name: "C" }],
    [{ name: "A" }, { name: "b", temperature: 1 }],
  );
  assert.deepEqual(steps, [
    { do: "update_agent", world: "w", agent: "b", patch: { temperature: null, model: "m" } },
    { do: "create_agent", world: "w", agent: "C", body: { name: "C" } },
  ]);
});
