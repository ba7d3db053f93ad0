import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedRoom } from "../../testing/simulated-room.ts";
import { parseAgentCreate, type World } from "../protocol/world-requests.ts";
import { createFirstWorld } from "./first-world.ts";
import { openWorldStore } from "./world-store.ts";

function firstWorld(change: Partial<World> = {}) {
  const store = openWorldStore(":memory:", createFirstWorld);
  const [world] = store.worlds();
  assert.ok(world);
  const agents = store.agents(world.name);
  store.close();
  return { world: { ...world, ...change }, agents };
}

test("the first world is called default and has three agents of the server's own model", () => {
  const { world, agents } = firstWorld();
  assert.deepEqual([world.name, world.memory, world.turn_limit], ["default", true, 5]);
  assert.equal(agents.length, 3);
  for (const agent of agents) {
    assert.equal(agent.model, undefined);
    assert.deepEqual({ ...parseAgentCreate(agent) }, { ...agent });
    assert.match(agent.instructions ?? "", new RegExp(`^You are ${agent.name}, (?:the host|an optimist|a sceptic)\\b`));
  }
});

test("its three give three answers to one question", async () => {
  const { world, agents } = firstWorld({ respond: "everyone" });
  for (const question of ["Hello!", "What do you think about remote work?", "Should I move to the sea?"]) {
    const answers = await simulatedRoom(world, agents).say(question);
    assert.deepEqual(new Set(answers.map(({ sender }) => sender)), new Set(["Hanna", "Otto", "Vera"]));
    assert.equal(new Set(answers.map(({ content }) => content)).size, 3);
  }
});
