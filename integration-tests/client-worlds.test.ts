import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, type StreamEvent } from "../client/index.ts";
import { eventsOf } from "../testing/client-fixture.ts";
import { serverFor } from "../testing/driven-server.ts";
import { until } from "../testing/until.ts";
import { assertWholeTurn, worldApp } from "../testing/world-app.ts";

test("worlds and agents are made, listed, changed and deleted", async (t) => {
  const { url } = await serverFor(t);
  const { worlds } = createClient({ baseUrl: url });
  assert.deepEqual(
    (await worlds.list()).map(({ name }) => name),
    ["default"],
  );
  const made = await worlds.create({ name: "den", title: "The den", respond: "mentioned" });
  assert.deepEqual([made.name, made.turn_limit, made.respond], ["den", 5, "mentioned"]);
  const vera = await worlds.agents.create("den", { name: "Vera", instructions: "Doubt it." });
  assert.deepEqual(vera, { name: "Vera", instructions: "Doubt it.", streaming: true });
  assert.deepEqual(await worlds.agents.list("den"), [vera]);
  assert.deepEqual(await worlds.agents.update("den", "Vera", { instructions: null }), {
    name: "Vera",
    streaming: true,
  });
  assert.equal((await worlds.update("den", { title: null, turn_limit: 2 })).turn_limit, 2);
  const { agents, ...world } = await worlds.get("den");
  assert.deepEqual([world.turn_limit, "title" in world, agents.length], [2, false, 1]);
  assert.equal((await worlds.agents.get("den", "Vera")).name, "Vera");
  assert.equal(await worlds.agents.delete("den", "Vera"), undefined);
  assert.equal(await worlds.delete("den"), undefined);
  await assert.rejects(worlds.get("den"), { code: "world_not_found" });
});

test("a turn is streamed with all its voices, and comes back after each cut", async (t) => {
  const { url, says } = await worldApp(t);
  const stream = createClient({ baseUrl: url }).world("kitchen").stream({ message: "Hi" });
  const events: StreamEvent[] = [];
  const speaking = Promise.all([says("Vera", 0, "Hel", "lo"), says("Otto", 0, "Mo", "in")]);
  for await (const event of stream) {
    events.push(event);
    if (event.type === "token") stream.drop();
  }
  await speaking;
  assertWholeTurn(events);
  const said = stream.messages.map(({ sender, content }) => `${sender}: ${content}`).sort();
  assert.deepEqual(said, ["Otto: Moin", "Vera: Hello"]);
  const { agents, turn_id } = await stream.result();
  assert.deepEqual([agents?.length, typeof turn_id], [2, "string"]);
});

test("a turn that is waited for is the same as one that the server folds", async (t) => {
  const { url, says, chatJson } = await worldApp(t, { agents: ["Vera"], world: { memory: false } });
  const { world } = createClient({ baseUrl: url });
  const [turn] = await Promise.all([world("kitchen").wait({ message: "Hi" }), says("Vera", 0, "Hello")]);
  const [{ body }] = await Promise.all([chatJson("Hi"), says("Vera", 1, "Hello")]);
  assert.deepEqual(
    Object.keys(body)
      .sort()
      .filter((key) => !(key in turn)),
    [],
  );
  assert.deepEqual([turn.reason, turn.agents, turn.messages[0]?.content], [body.reason, body.agents, "Hello"]);
  const folded = await world("kitchen").snapshot(turn.stream_id);
  assert.deepEqual([folded.kind, folded.status, folded.messages[0]?.content], ["world", "completed", "Hello"]);
});

test("a feed tells what others say, across a cut, until its world is gone; publish and route say who is meant", async (t) => {
  const { url, says } = await worldApp(t, { agents: ["Vera"] });
  const client = createClient({ baseUrl: url });
  const kitchen = client.world("kitchen");
  assert.deepEqual((await kitchen.route({ message: "@vera @nobody" })).unknown, ["nobody"]);
  const feed = kitchen.feed();
  const reading = eventsOf(feed);
  await until(() => feed.seq > 0, "the feed has begun");
  const { turn_id, message_id } = await kitchen.publish({ message: "Hi", sender: "Ada" });
  feed.drop();
  await says("Vera", 0, "Hello");
  await until(() => feed.messages.length === 2, "both messages");
  assert.deepEqual(
    feed.messages.map((message) => [message.sender, message.content, message.turn_id]),
    [
      ["Ada", "Hi", turn_id],
      ["Vera", "Hello", turn_id],
    ],
  );
  assert.equal(feed.messages[0]?.message_id, message_id);
  await client.worlds.delete("kitchen");
  const events = await reading;
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => (events[0]?.seq ?? 0) + index),
  );
  assert.equal(events.at(-1)?.type, "done");
});
