import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { looseLog } from "../../testing/log-environment.ts";
import { eventsOf } from "../../testing/turn-fixture.ts";
import { type WorldsFixture, worldsFixture } from "../../testing/worlds-fixture.ts";
import type { CancelCause } from "../log/shelf.ts";
import type { WorldEvent } from "../protocol/events.ts";
import type { TurnRecord } from "./turn-record.ts";

const SECRET = "My secret code is 4711";

describe("R-TAKEOVER a turn that is gone on with here", () => {
  let fixture: WorldsFixture;
  afterEach(() => fixture.close());

  /** Goes on with a turn of a world `kitchen`; `heard`: what the world that has the name now is told. */
  async function goOn(which: "same" | "another") {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, store } = fixture;
    const made = store.made("kitchen");
    if (which === "another") {
      // Worlds are numbered on: not as the first one again.
      store.createWorld({ name: "hall" });
      store.deleteWorld("kitchen");
      store.createWorld({ name: "kitchen" });
      store.createAgent("kitchen", { name: "Vera" });
    }
    const world = store.world("kitchen");
    assert.ok(world);
    const timing = { stall: 500, completion: 2000, response: 3000, long_operation: 8000 };
    const first = { id: "m1", sender: "Eve", content: SECRET };
    const record: TurnRecord = { turnId: "t1", world, made, timing, agents: ["Vera"], earlier: [], first };
    const heard: WorldEvent[] = [];
    await worlds.subscribeWorld("kitchen", {
      ...{ isOpen: true, send() {}, onError() {} },
      onWorldEvent: (_type, event) => void heard.push(event),
    });
    heard.length = 0;
    const log = looseLog("world");
    const ids = { stream_id: log.id, turn_id: "t1", message_id: "m1" };
    log.append({ type: "start", kind: "world", created_at: log.createdAt, world: "kitchen", ...ids });
    let cancel: (cause: CancelCause) => void = () => {};
    const setCancel = (given: typeof cancel) => {
      cancel = given;
    };
    assert.equal(worlds.goOn({ log, resume: JSON.parse(JSON.stringify(record)), setCancel }), true);
    return { log, heard, cancel: (cause: CancelCause) => cancel(cause), ...fixture };
  }

  async function isRemembered() {
    const { worlds, model } = fixture;
    const at = model.calls.length;
    await worlds.startTurn("kitchen", { message: "And now?" });
    const call = await model.call(at);
    call.finish();
    return JSON.stringify(call.options.prompt).includes("4711");
  }

  test("ends where its world was deleted, though another has its name, which is told nothing and remembers nothing", async () => {
    const { log, heard, model } = await goOn("another");
    const end = eventsOf(log).at(-1);
    assert.ok(end?.type === "done" && end.reason === "cancelled");
    assert.deepEqual([heard, model.calls.length], [[], 0]);
    assert.equal(await isRemembered(), false);
  });

  test("is told to its world where that is still there, and remembered", async () => {
    const { log, heard, model, clock } = await goOn("same");
    (await model.call()).finish();
    clock.advance(2000);
    assert.ok(log.sealed && heard.some(({ type }) => type === "done"));
    assert.equal(await isRemembered(), true);
  });

  test("R-STORE tells its world nothing of an end for want of a store: another server may have gone on", async () => {
    const { log, heard, cancel } = await goOn("same");
    cancel("lost");
    assert.ok(log.sealed);
    assert.deepEqual(heard, []);
    assert.equal(await isRemembered(), false);
  });

  test("is lost where it cannot be lived through again, and its world goes on", async () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    const { worlds, model } = fixture;
    const goneOn = worlds.goOn({ log: looseLog("world"), resume: { world: { name: "kitchen" } }, setCancel() {} });
    assert.equal(goneOn, false);
    await worlds.startTurn("kitchen", { message: "Is anybody there?" });
    (await model.call()).finish();
  });
});

test("a turn whose world is deleted while its log is made ends as those do that have begun, and calls nobody", async (t) => {
  const { worlds, store, model, close } = worldsFixture({ agents: ["Vera"] });
  t.after(close);
  const { log } = await worlds.startTurn("kitchen", { message: "Hello!", onLog: () => store.deleteWorld("kitchen") });
  const end = eventsOf(log).at(-1);
  assert.ok(end?.type === "done" && end.reason === "cancelled");
  assert.equal(model.calls.length, 0);
});
