import assert from "node:assert/strict";
import { test } from "node:test";
import type { Script } from "../testing/model-server.ts";
import { openStream, type Received, textOf } from "../testing/sse-client.ts";
import { until } from "../testing/until.ts";
import { agentOf, toldTo, UPSTREAM, upstreamWorld } from "../testing/upstream-world.ts";
import { assertWholeTurn, doneOf, outcomesOf, saidIn, worldApp } from "../testing/world-app.ts";

// A busy server: people talk in the same rooms at the same time, agents hand on to each other, some models fail.

const MARK = /m\d+/g;

/** Says the mark of the line that it answers, and what that asks for; a little at a time, so that answers overlap. */
const echo: Script = async (call) => {
  const line = toldTo(call).at(-1)?.content.split("\n").at(-1) ?? "";
  const mark = line.match(MARK)?.[0] ?? "nothing";
  if (line.includes("fail") && agentOf(call) === "Vera") return call.answer(400, {});
  const pass = line.includes("pass") && agentOf(call) === "Vera" ? ["What says ", "@Otto?"] : [];
  for (const token of [`${mark} `, "👩‍🚀 ", ...pass]) {
    call.push(token);
    await new Promise(setImmediate);
  }
  call.finish();
};

const marksIn = (events: readonly Received[]) => [...new Set(textOf(events).match(MARK))];

test("a hundred turns at once in five worlds: each is whole, and hears and says nothing of another", async (t) => {
  const app = await upstreamWorld(t, echo);
  const agents = ["Vera", "Otto"].map((name) => ({ name, model: UPSTREAM }));
  const worlds = Array.from({ length: 5 }, (_, index) => `room-${index}`);
  for (const world of worlds) await app.addWorld(world, agents, { respond: "first" });
  const feeds = await Promise.all(worlds.map((world) => app.feed({ world })));
  const kinds = ["", "pass", "fail", "@Otto", "@Vera @Otto"];

  const turns = Array.from({ length: 100 }, async (_, index) => {
    const message = `m${index} ${kinds[Math.floor(index / 5) % 5]}`;
    const { stream, start, turnId } = await app.chat(
      { message, sender: `P${index}` },
      { world: worlds[index % 5] ?? "" },
    );
    return { turnId, message, events: [start, ...(await stream.rest())] };
  });
  const expected: Record<string, Record<string, string>> = {
    "": { Vera: "replied" },
    pass: { Vera: "replied", Otto: "replied" },
    fail: { Vera: "failed" },
    "@Otto": { Otto: "replied" },
    "@Vera @Otto": { Vera: "replied", Otto: "replied" },
  };
  const done = await Promise.all(turns);
  for (const [index, { events }] of done.entries()) {
    assertWholeTurn(events);
    const kind = kinds[Math.floor(index / 5) % 5] ?? "";
    assert.deepEqual([doneOf(events).reason, outcomesOf(events)], ["completed", expected[kind]], `m${index} ${kind}`);
    assert.ok(saidIn(events).every(([, content]) => content.includes("👩‍🚀")));
    if (kind !== "fail") assert.deepEqual(marksIn(events), [`m${index}`]);
  }
  for (const [index, feed] of feeds.entries()) {
    await until(() => feed.events.filter(({ type }) => type === "done").length === 20, `the turns of room ${index}`);
    const heard = saidIn(feed.events).filter(([sender]) => sender.startsWith("P"));
    const own = done.filter((_, turn) => turn % 5 === index).map(({ message }) => message);
    assert.deepEqual(heard.map(([, content]) => content).sort(), own.sort());
    for (const { turnId, events } of done.filter((_, turn) => turn % 5 === index)) {
      const told = feed.events.filter((event) => "turn_id" in event && event.turn_id === turnId);
      assert.deepEqual(saidIn(told).slice(1), saidIn(events), "the feed tells of a turn what its stream does");
    }
    feed.cut();
  }
  await app.released();
});

test("R-SAME the same hundred starts, half streamed and half waited for, say the same", async (t) => {
  const app = await upstreamWorld(t, echo, { world: { memory: false } });
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const said = { message: `m${index}`, sender: "Ada" };
      const [waited, { stream }] = await Promise.all([app.chatJson(said), app.chat(said)]);
      const streamed = saidIn(await stream.rest()).sort();
      const answers = waited.body.messages.map(({ sender, content }: { sender: string; content: string }) => [
        sender,
        content,
      ]);
      assert.deepEqual(
        [streamed, answers.sort()],
        Array(2).fill([
          ["Otto", `m${index} 👩‍🚀 `],
          ["Vera", `m${index} 👩‍🚀 `],
        ]),
      );
    }),
  );
  await app.released();
});

test("several people talk into one turn: each message is routed by itself, and all readers see all but their own start", async (t) => {
  const world = await worldApp(t, { agents: ["Vera", "Otto", "Nora"], world: { respond: "mentioned" } });
  const { stream, start, id, turnId, messageId } = await world.chat({ message: "@Vera?", sender: "Ada" });
  const vera = await world.voice("Vera").call();
  const reader = await openStream(world.at(`/chat/${id}`));
  await world.readers(2);
  const added = await Promise.all(
    ["@Otto?", "@Nora?", "@Vera again?", "Nobody?"].map((message, index) =>
      world.publish({ message, sender: `P${index}`, turn_id: turnId }),
    ),
  );
  assert.ok(added.every(({ status, body }) => status === 202 && body.turn_id === turnId));
  await world.says("Otto", 0, "Otto here.");
  await world.says("Nora", 0, "Nora here.");
  assert.equal(world.voice("Vera").calls.length, 1, "one answer of an agent after another");
  vera.text("First.");
  vera.finish();
  await world.says("Vera", 1, "Second.");
  world.clock.advance(2000);
  const events = [start, ...(await stream.rest())];
  assertWholeTurn(events);
  assert.deepEqual(await reader.rest(), events);
  assert.equal(doneOf(events).reason, "silence");
  const people = events.flatMap((event) => (event.type === "message" ? [event.message_id] : []));
  assert.deepEqual(people.sort(), added.map(({ body }) => body.message_id).sort());
  assert.ok(!people.includes(messageId), "the message that began it does not come back");
  const answers = new Map(
    events.flatMap((event) => (event.type === "message_end" ? [[event.content, event.in_reply_to] as const] : [])),
  );
  assert.deepEqual(
    [answers.get("First."), answers.get("Otto here."), answers.get("Nora here."), answers.get("Second.")],
    [messageId, added[0]?.body.message_id, added[1]?.body.message_id, added[2]?.body.message_id],
  );
  await world.released();
});

test("agents and worlds that are changed while turns run: each turn ends, by what held when each call began", async (t) => {
  const world = await worldApp(t, { agents: ["Vera", "Otto"], world: { respond: "first" } });
  const { stream, start } = await world.chat();
  const vera = await world.voice("Vera").call();
  const worlds = world.app.worlds;
  await worlds.updateAgent("kitchen", "Otto", { instructions: "NEW-INSTRUCTIONS", streaming: false });
  await worlds.updateWorld("kitchen", { turn_limit: 1, memory: false });
  await worlds.createAgent("kitchen", { name: "Nora", model: "test:Otto" });
  vera.text("Ask @Otto and @Nora.");
  vera.finish();
  const calls = [await world.voice("Otto").call(0), await world.voice("Otto").call(1)];
  for (const call of calls) {
    call.text("Yes.");
    call.finish();
  }
  const events = [start, ...(await stream.rest())];
  assertWholeTurn(events);
  assert.deepEqual(outcomesOf(events), { Vera: "replied", Otto: "replied", Nora: "replied" });
  const otto = events.find((event) => "sender" in event && event.sender === "Otto");
  assert.equal(otto?.type, "message", "sent whole");
  assert.match(JSON.stringify(calls.map(({ options }) => options.prompt)), /NEW-INSTRUCTIONS/);
  await world.released();
});
