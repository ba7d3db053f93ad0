import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { type WorldsFixture, worldsFixture } from "../../testing/worlds-fixture.ts";
import { isFailure } from "../protocol/errors.ts";
import type { WorldEvent } from "../protocol/events.ts";
import type { ClientConnection } from "./subscription.ts";

const code = (expected: string) => (error: unknown) => isFailure(error) && error.code === expected;

function listener(): ClientConnection & { heard: WorldEvent[]; errors: string[] } {
  const [heard, errors] = [[] as WorldEvent[], [] as string[]];
  const onWorldEvent = (_type: string, event: WorldEvent) => void heard.push(event);
  return { heard, errors, isOpen: true, send() {}, onWorldEvent, onError: (text) => void errors.push(text) };
}

const namesOf = (events: WorldEvent[]) => events.map((event) => (event.type === "system" ? event.code : event.type));

describe("worlds as a library", () => {
  let fixture: WorldsFixture;
  afterEach(() => fixture.close());

  test("R-SUBSCRIBE an unknown world calls onError, then rejects with world_not_found", async () => {
    fixture = worldsFixture();
    const client = listener();
    await assert.rejects(fixture.worlds.subscribeWorld("nowhere", client), code("world_not_found"));
    assert.equal(client.errors.length, 1);
    assert.equal(fixture.worlds.counts().subscriptions, 0);
  });

  test("R-SENDER a subscriber hears others and the agents, but not what it publishes itself", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, model } = fixture;
    const [mine, others] = [listener(), listener()];
    const { world } = await worlds.subscribeWorld("Kitchen", mine);
    await worlds.subscribeWorld("kitchen", others);
    mine.heard.length = 0;
    const id = await worlds.publishMessage(world, "Hello", "Ada");
    const call = await model.call();
    call.text("Hi");
    call.finish();
    const spoken = ["message_start", "token", "message_end", "done"];
    assert.deepEqual(namesOf(mine.heard), ["start", ...spoken]);
    assert.deepEqual(namesOf(others.heard), ["start", "message", "published", ...spoken]);
    const message = others.heard[1];
    assert.equal(message?.type === "message" && message.message_id, id);
  });

  test("R-SENDER that is so, too, for what it adds to a turn that runs", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds } = fixture;
    const [mine, others] = [listener(), listener()];
    const { world } = await worlds.subscribeWorld("kitchen", mine);
    await worlds.subscribeWorld("kitchen", others);
    const { turnId } = await worlds.startTurn("kitchen", { message: "Hello" });
    mine.heard.length = others.heard.length = 0;
    await worlds.publish(world, { message: "And this", turnId, mentions: [] });
    assert.deepEqual([namesOf(mine.heard), namesOf(others.heard)], [[], ["message", "published"]]);
  });

  test("R-ABANDON a turn that a subscriber began is not abandoned while it is there", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, model, clock } = fixture;
    const { world, release } = await worlds.subscribeWorld("kitchen", listener());
    await worlds.publishMessage(world, "Hello");
    const call = await model.call();
    const sixMinutes = () => {
      for (let at = 0; at < 60; at++) {
        clock.advance(6000);
        call.text(".");
      }
    };
    sixMinutes();
    assert.equal(worlds.counts().turns, 1);
    release();
    release();
    sixMinutes();
    assert.deepEqual([call.isCancelled, worlds.counts().turns], [true, 0]);
  });

  test("R-SENDER nobody speaks under the name of an agent, not even in other letters", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    for (const sender of ["Vera", "vera", " VERA ", "Ｖera"]) {
      await assert.rejects(fixture.worlds.publishMessage("kitchen", "Hi", sender), code("invalid_sender"));
      const start = { type: "start", message_id: "m", sender } as const;
      await assert.rejects(fixture.worlds.publishSSE("kitchen", start), code("invalid_sender"));
    }
  });

  test("what is no message is refused as over HTTP", async () => {
    fixture = worldsFixture();
    await assert.rejects(fixture.worlds.publishMessage("kitchen", "  "), code("message_required"));
    await assert.rejects(fixture.worlds.publishMessage("kitchen", "a".repeat(32_001)), code("message_too_long"));
  });

  test("R-TIMING a program outside joins the only turn that runs, and must say which where there are several", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds } = fixture;
    const begin = (about: object = {}) =>
      worlds.publishSSE("kitchen", { type: "start", message_id: "m1", sender: "Robot", ...about });
    await assert.rejects(begin(), code("turn_not_found"));
    const first = await worlds.startTurn("kitchen", { message: "One" });
    await begin();
    await assert.rejects(begin(), code("invalid_request"), "the same message twice");
    const second = await worlds.startTurn("kitchen", { message: "Two" });
    await assert.rejects(begin({ message_id: "m2" }), code("turn_not_found"));
    await begin({ message_id: "m2", turn_id: second.turnId });
    await worlds.publishSSE("kitchen", { type: "chunk", message_id: "m1", content: "a" });
    await worlds.publishSSE("kitchen", { type: "end", message_id: "m1", content: "abc" });
    const end = first.log.event(first.log.lastSeq);
    assert.deepEqual(end.type === "message_end" && [end.sender, end.content, end.reason], ["Robot", "abc", "stop"]);
    const late = { type: "chunk", message_id: "m1", content: "late" } as const;
    await assert.rejects(worlds.publishSSE("kitchen", late), code("turn_ended"));
  });

  test("a program outside may not open messages without end", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds } = fixture;
    await worlds.startTurn("kitchen", { message: "One" });
    const begin = (at: number) =>
      worlds.publishSSE("kitchen", { type: "start", message_id: `m${at}`, sender: "Robot" });
    for (let at = 0; at < 50; at++) await begin(at);
    await assert.rejects(begin(50), code("too_many"));
  });

  test("malformed events of a program outside are refused, and change nothing", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds } = fixture;
    const { log } = await worlds.startTurn("kitchen", { message: "One" });
    const before = log.lastSeq;
    const bad = [
      { type: "shout", message_id: "m" },
      { type: "start", message_id: "" },
      { type: "start", message_id: "a b" },
    ];
    for (const event of [...bad, { type: "start", message_id: "m", content: 1 }]) {
      await assert.rejects(worlds.publishSSE("kitchen", event as never), code("invalid_request"));
    }
    assert.equal(log.lastSeq, before);
  });

  test("an error of a program outside ends its message, and the turn goes on", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, model } = fixture;
    const { log } = await worlds.startTurn("kitchen", { message: "One" });
    await worlds.publishSSE("kitchen", { type: "start", message_id: "m", sender: "Robot" });
    await worlds.publishSSE("kitchen", { type: "error", message_id: "m" });
    const end = log.event(log.lastSeq);
    assert.equal(end.type === "message_end" && end.reason, "error");
    assert.ok(!(await model.call()).isCancelled && !log.sealed);
  });

  test("turn_not_found and turn_ended are told apart, and per world", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, model } = fixture;
    const { turnId } = await worlds.startTurn("kitchen", { message: "One" });
    (await model.call()).finish();
    await assert.rejects(worlds.publish("kitchen", { message: "More", turnId }), code("turn_ended"));
    await assert.rejects(worlds.publish("kitchen", { message: "More", turnId: "nix" }), code("turn_not_found"));
    await worlds.createWorld({ name: "garden" });
    await assert.rejects(worlds.publish("garden", { message: "More", turnId }), code("turn_not_found"));
  });

  test("a world that is deleted ends its turns and its subscriptions, and leaves nothing behind", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, model } = fixture;
    const client = listener();
    await worlds.subscribeWorld("kitchen", client);
    const { log } = await worlds.startTurn("kitchen", { message: "One" });
    const call = await model.call();
    await worlds.deleteWorld("KITCHEN");
    const done = log.event(log.lastSeq);
    assert.equal(done.type === "done" && done.reason, "cancelled");
    assert.ok(call.isCancelled);
    const none = { rooms: 0, turns: 0, subscriptions: 0, feedReaders: 0, timers: 0, lateEvents: 0 };
    assert.deepEqual(worlds.counts(), none);
    await assert.rejects(worlds.startTurn("kitchen", { message: "Two" }), code("world_not_found"));
  });

  test("R-FEED nothing of a turn is told after its end, be it ended by what is published into it", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, model } = fixture;
    const client = listener();
    await worlds.subscribeWorld("kitchen", client);
    const { turnId } = await worlds.startTurn("kitchen", { message: "One" });
    await model.call();
    const long = "a".repeat(600_000);
    await worlds.publish("kitchen", { message: long, turnId, mentions: [] });
    await assert.rejects(worlds.publish("kitchen", { message: long, turnId, mentions: [] }), code("turn_ended"));
    assert.equal(client.heard.at(-1)?.type, "error");
    assert.equal(client.heard.filter((event) => event.type === "system" && event.code === "published").length, 2);
    assert.equal(worlds.counts().lateEvents, 0);
  });

  test("R-ROUTE who has spoken is no unknown name, neither in a turn nor where one asks who would be woken", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, model } = fixture;
    await worlds.startTurn("kitchen", { message: "Hi", sender: "Ada" });
    (await model.call()).finish();
    const { unknown } = await worlds.route("kitchen", { message: "@ada @bob @Eve", sender: "Bob" });
    assert.deepEqual(unknown, ["Eve"]);
  });

  test("R-MEMORY a world that is told to forget does so at once, also of the turn that runs", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, model } = fixture;
    await worlds.startTurn("kitchen", { message: "I am hungry" });
    (await model.call()).finish();
    await worlds.startTurn("kitchen", { message: "So hungry" });
    const running = await model.call(1);
    await worlds.updateWorld("kitchen", { memory: false });
    running.finish();
    await worlds.updateWorld("kitchen", { memory: true });
    await worlds.startTurn("kitchen", { message: "And now?" });
    const call = await model.call(2);
    assert.ok(!JSON.stringify(call.options.prompt).includes("hungry"));
  });

  test("R-MEMORY what is said joins the memory when the turn ends, and is forgotten an hour after", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, model, clock } = fixture;
    const asked = async (message: string) => {
      const at = model.calls.length;
      await worlds.startTurn("kitchen", { message, sender: "Ada" });
      const call = await model.call(at);
      return { call, prompt: JSON.stringify(call.options.prompt) };
    };
    const first = await asked("I am hungry");
    const meanwhile = await asked("Who is hungry?");
    assert.ok(!meanwhile.prompt.includes("I am hungry"), "a turn sees the memory as it stood when it began");
    first.call.text("Eat.");
    first.call.finish();
    meanwhile.call.finish();
    const later = await asked("And now?");
    assert.ok(later.prompt.includes("I am hungry") && later.prompt.includes("Eat."));
    later.call.finish();
    clock.advance(3_600_000);
    const muchLater = await asked("Still there?");
    assert.ok(!muchLater.prompt.includes("hungry"));
    muchLater.call.finish();
  });

  test("an agent whose model is not offered any more fails alone", async () => {
    fixture = worldsFixture({ agents: ["Vera", "Otto"] });
    const { worlds, store, model } = fixture;
    store.updateAgent("kitchen", "Vera", { model: "test:gone" });
    const { log } = await worlds.startTurn("kitchen", { message: "One" });
    const call = await model.call();
    call.text("I am here.");
    call.finish();
    const done = log.event(log.lastSeq);
    assert.deepEqual(done.type === "done" && done.agents, [
      { agent: "Vera", outcome: "failed" },
      { agent: "Otto", outcome: "replied" },
    ]);
  });

  test("R-DRAIN a turn that has moved to another server tells nothing more here, is remembered there, and has not ended", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, model, shelf } = fixture;
    const client = listener();
    await worlds.subscribeWorld("kitchen", client);
    const { log, turnId } = await worlds.startTurn("kitchen", { message: "Hello" });
    (await model.call()).text("Hal");
    const heard = client.heard.length;
    await shelf.cancel(log.id, "moved");
    assert.deepEqual([log.sealed, client.heard.length, worlds.counts().turns], [true, heard, 0]);
    await assert.rejects(worlds.publish("kitchen", { message: "Hey", turnId }), code("turn_not_found"));
    await worlds.startTurn("kitchen", { message: "Who is here?" });
    const { prompt } = (await model.call(1)).options;
    assert.ok(!JSON.stringify(prompt).includes("Hello"));
  });
});
