import assert from "node:assert/strict";
import { test } from "node:test";
import type { Agent, Client, World } from "../../client/types.ts";
import { createDefinitions } from "./definitions.ts";

const world = (name: string): World => ({ name, turn_limit: 5, respond: "first", memory: true });

/** A server with one world, which can be away. */
function server(agents: Agent[] = [{ name: "Vera", streaming: true }]) {
  const asked: string[] = [];
  const state = { away: false, code: "network" };
  const answer = async <T>(what: string, value: T): Promise<T> => {
    asked.push(what);
    if (state.away)
      throw Object.assign(new Error("Not reached."), { name: "ChatWaitError", code: state.code, retryable: true });
    return value;
  };
  const worlds = {
    list: () => answer("list", [world("w")]),
    get: (name: string) => answer(`get ${name}`, { ...world(name), agents }),
  };
  return { asked, state, definitions: createDefinitions({ worlds } as unknown as Client) };
}

const settle = () => new Promise((done) => setImmediate(done));
const refusal = (code: string) => ({ code, message: "No.", retryable: false });

test("a world is read once when it is first asked for, whatever the letters", async () => {
  const { definitions, asked } = server();
  assert.equal(definitions.one("w").value.state, "loading");
  assert.equal(definitions.one("W"), definitions.one("w"));
  await settle();
  const definition = definitions.one("w").value;
  assert.equal(definition.state === "there" && definition.agents[0]?.name, "Vera");
  assert.deepEqual(asked, ["get w"]);
});

test("a world that cannot be read says why, and can be read again", async () => {
  const { definitions, state } = server();
  state.away = true;
  definitions.one("w");
  await settle();
  const failed = definitions.one("w").value;
  assert.equal(failed.state === "failed" && failed.failure.code, "network");
  state.away = false;
  await definitions.load("w");
  assert.equal(definitions.one("w").value.state, "there");
});

test("a world that was there stays while the server is away; deleted, it can be read and is in no list", async () => {
  const { definitions, state } = server();
  await definitions.loadList();
  await definitions.load("w");
  state.away = true;
  await definitions.load("w");
  const kept = definitions.one("w").value;
  assert.deepEqual([kept.state, "gone" in kept, definitions.list.value?.length], ["there", false, 1]);
  state.code = "world_not_found";
  await definitions.load("W");
  const gone = definitions.one("w").value;
  assert.deepEqual([gone.state === "there" && gone.gone, definitions.list.value], [true, []]);
  state.away = false;
  await definitions.load("w");
  assert.ok(!("gone" in definitions.one("w").value), "made again");
});

test("a world that is not there when it is first asked for is a failure, and leaves the list", async () => {
  const { definitions, state } = server();
  await definitions.loadList();
  Object.assign(state, { away: true, code: "world_not_found" });
  await definitions.load("w");
  assert.deepEqual([definitions.one("w").value.state, definitions.list.value], ["failed", []]);
});

test("a list that was there stays when the server is away", async () => {
  const { definitions, state } = server();
  await definitions.loadList();
  state.away = true;
  await definitions.loadList();
  assert.deepEqual([definitions.list.value?.length, definitions.failure.value?.code], [1, "network"]);
});

test("whether there may be changes is learned from what is shown, and from what is refused", async () => {
  const secret = server();
  await secret.definitions.load("w");
  assert.equal(secret.definitions.editing.value, "unknown");
  const open = server([{ name: "Vera", instructions: "Doubt.", streaming: true }]);
  await open.definitions.load("w");
  assert.equal(open.definitions.editing.value, "allowed");
  secret.definitions.told(refusal("network"));
  assert.equal(secret.definitions.editing.value, "unknown");
  secret.definitions.told(refusal("editing_disabled"));
  assert.equal(secret.definitions.editing.value, "disabled");
  secret.definitions.told(undefined);
  assert.equal(secret.definitions.editing.value, "allowed");
});
