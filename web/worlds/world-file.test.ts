import assert from "node:assert/strict";
import { test } from "node:test";
import type { Agent, Client, World } from "../../client/types.ts";
import { agentCreateSchema, worldCreateSchema } from "../../src/protocol/world-schemas.ts";
import { createWorld } from "./create-world.ts";
import { fileName, readWorldFile, type WorldFile, worldFile } from "./world-file.ts";

const world: World = {
  name: "w",
  title: "Room",
  turn_limit: 3,
  respond: "first",
  memory: false,
  timing: { stall: 700 },
};
const agents: Agent[] = [
  { name: "Vera", instructions: "Doubt.", streaming: true },
  { name: "Otto", streaming: false },
];

function readBack(): WorldFile {
  const read = readWorldFile(JSON.stringify(worldFile(world, agents)));
  assert.ok("file" in read);
  return read.file;
}

test("what was exported is read back whole, and a server takes it", () => {
  const file = readBack();
  assert.deepEqual([file.world, file.agents], [world, agents]);
  assert.equal(worldCreateSchema.safeParse(file.world).success, true);
  for (const agent of file.agents) assert.equal(agentCreateSchema.safeParse(agent).success, true);
  assert.equal(fileName(world), "w.world.json");
});

test("a file that is something else is refused with a word on what to choose", () => {
  const faultOf = (text: string) => {
    const read = readWorldFile(text);
    return "fault" in read ? read.fault : undefined;
  };
  assert.match(faultOf("hello") ?? "", /not JSON/);
  for (const text of ["null", "[]", "{}", '{"world":{}}', '{"chatwait_world":1,"world":{"name":"w"},"agents":[1]}']) {
    assert.match(faultOf(text) ?? "", /no world in it/, text);
  }
  assert.match(faultOf('{"chatwait_world":2,"world":{"name":"w"},"agents":[]}') ?? "", /another version/);
});

/** A server that refuses what the test says. */
function server(refuses: (name: string) => boolean) {
  const done: string[] = [];
  const act = (what: string, name: string) => {
    if (refuses(name)) throw new Error("refused");
    done.push(`${what} ${name}`);
    return { name };
  };
  const worlds = {
    create: async ({ name }: { name: string }) => act("create", name),
    delete: async (name: string) => void act("delete", name),
    agents: { create: async (_world: string, { name }: { name: string }) => act("add", name) },
  };
  return { done, client: { worlds } as unknown as Pick<Client, "worlds"> };
}

test("a world is made with its agents, in their order, under the name that was chosen", async () => {
  const { done, client } = server(() => false);
  assert.equal(await createWorld(client, "hall", readBack()), "hall");
  assert.deepEqual(done, ["create hall", "add Vera", "add Otto"]);
});

test("a world of which an agent is refused is taken back", async () => {
  const { done, client } = server((name) => name === "Otto");
  await assert.rejects(createWorld(client, "hall", readBack()), /refused/);
  assert.deepEqual(done, ["create hall", "add Vera", "delete hall"]);
});
