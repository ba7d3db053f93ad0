import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Received, requestJson } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { doneOf, noticesOf, outcomesOf, saidIn, typesOf, wholeOf, worldApp } from "../testing/world-app.ts";

/** The server as somebody meets it who has just started it: no key, and the world of the first start. */
async function firstStart(t: TestContext) {
  const server = await worldApp(t, { env: { CHATWAIT_MODEL: "builtin:chat" } });
  // The built-in model takes its time; here time runs faster than it.
  const moving = setInterval(() => server.clock.advance(20), 1);
  t.after(() => clearInterval(moving));
  const ask = async (said: object) => wholeOf(await server.chat(said, { world: "default" }));
  return { ...server, ask };
}

test("scenario: a first visit to the first world, where three characters can be talked to without a key", async (t) => {
  const { ask, at, chatJson } = await firstStart(t);
  const { body } = await requestJson(at("", "default"));
  const [host, ...guests]: string[] = body.agents.map(({ name }: { name: string }) => name);
  assert.equal(guests.length, 2);

  const greeting = await ask({ message: "Hello! I am Ada.", sender: "Ada" });
  assert.deepEqual(outcomesOf(greeting), { [host ?? ""]: "replied" });
  assert.match(saidIn(greeting)[0]?.[1] ?? "", /Ada/);

  const opinions = await ask({ message: "Are bridges worth their price?", sender: "Ada", mentions: guests });
  const said = new Map(saidIn(opinions));
  assert.deepEqual([...said.keys()].sort(), [...guests].sort());
  assert.equal(new Set(said.values()).size, 2, "each in its own words");
  assert.deepEqual([doneOf(opinions).reason, noticesOf(opinions)], ["completed", []]);

  const waited = await chatJson({ message: "What is my name?", sender: "Ada" }, { world: "default" });
  assert.equal(waited.body.messages[0].sender, host);
  assert.match(waited.body.messages[0].content, /Ada/);
});

test("scenario: two characters who are to discuss something do so by turns, in new words each time, until the limit", async (t) => {
  const { ask } = await firstStart(t);
  const events = await ask({ message: "@Otto, please discuss trains with @Vera." });
  assert.equal(doneOf(events).reason, "turn_limit");
  const said = saidIn(events);
  for (const name of ["Otto", "Vera"]) assert.equal(said.filter(([sender]) => sender === name).length, 5, name);
  assert.equal(new Set(said.map(([, content]) => content)).size, said.length);
  const replies = said.slice(2);
  assert.ok(
    replies.every(([sender], at) => sender !== said[at + 1]?.[0]),
    "by turns",
  );
});

test("scenario: a world is made, two agents meet, a person and a program join in, and it is cleared away", async (t) => {
  const server = await worldApp(t, {
    world: { title: "The kitchen", respond: "first" },
    agents: [
      { name: "Vera", instructions: "You are a sceptic." },
      { name: "Otto", streaming: false },
    ],
  });
  const feed = await server.feed();
  await feed.take(1);

  const turn = await server.chat({ message: "Shall we bake?", sender: "Ada" });
  await server.says("Vera", 0, "Only if ", "@Otto washes up.");
  await server.says("Otto", 0, "With pleasure!");
  const events = await wholeOf(turn);
  assert.deepEqual(typesOf(events), ["start", "message_start", "token", "token", "message_end", "message", "done"]);
  assert.deepEqual(saidIn(events), [
    ["Vera", "Only if @Otto washes up."],
    ["Otto", "With pleasure!"],
  ]);
  assert.deepEqual([doneOf(events).reason, outcomesOf(events)], ["completed", { Vera: "replied", Otto: "replied" }]);

  const published = await server.publish({ message: "The oven is hot.", sender: "Oven", mentions: [] });
  server.clock.advance(3000);
  const oven = (event: Received) => "turn_id" in event && event.turn_id === published.body.turn_id;
  await until(() => feed.events.filter(oven).some(({ type }) => type === "done"), "the oven's turn in the feed");
  assert.deepEqual(typesOf(feed.events.filter(oven)), ["start", "message", "system", "done"]);

  const waiting = server.chatJson({ message: "What was hot, @Vera?", sender: "Ada" });
  const call = await server.says("Vera", 1, "The oven.");
  assert.match(JSON.stringify(call.options.prompt), /\[Oven\]: The oven is hot\./);
  assert.equal((await waiting).body.messages[0].content, "The oven.");

  assert.equal((await requestJson(server.at(""), { method: "DELETE" })).status, 204);
  assert.equal(doneOf(await feed.rest().then(() => feed.events)).reason, "cancelled");
  await server.released();
});
