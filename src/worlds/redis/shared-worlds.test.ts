import assert from "node:assert/strict";
import { test } from "node:test";
import { closedAfterEach } from "../../../testing/closed-after-each.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { until } from "../../../testing/until.ts";
import { startWorldSharer, type WorldSharer } from "../../../testing/world-sharer.ts";
import { createFirstWorld } from "../first-world.ts";
import { openWorldStore, type WorldStore } from "../world-store.ts";

const namesOn = ({ definitions }: WorldSharer) => definitions.worlds().map(({ name }) => name);
const agentsOn = ({ definitions }: WorldSharer) => definitions.agents("default").map(({ name }) => name);

redisSuite("worlds that are shared through Redis", (redis) => {
  const join = closedAfterEach((definitions?: WorldStore) => startWorldSharer(redis, definitions));

  test("of servers that start on nothing at the same time one makes the first world, and later ones make none", async () => {
    const sharers = await Promise.all([join(), join(), join()]);
    for (const sharer of sharers) {
      await until(() => namesOn(sharer).length === 1);
      assert.deepEqual([namesOn(sharer), agentsOn(sharer)], [["default"], ["Hanna", "Otto", "Vera"]]);
    }
    const [a] = sharers;
    await a.changes.change("default", () => a.definitions.deleteWorld("default"));
    assert.deepEqual(namesOn(await join()), []);
  });

  test("servers that each had a first world of their own before have one together", async () => {
    const own = () => openWorldStore(":memory:", createFirstWorld);
    const [a, b] = await Promise.all([join(own()), join(own())]);
    await until(() => a.definitions.copies.find("default")?.rev === b.definitions.copies.find("default")?.rev);
    assert.deepEqual([namesOn(a), agentsOn(a)], [["default"], ["Hanna", "Otto", "Vera"]]);
    assert.deepEqual(a.definitions.copies.find("default"), b.definitions.copies.find("default"));
  });

  test("R-STORE a store that is emptied while it is used is filled again, with definitions and with what was said", async () => {
    const [a, b] = await Promise.all([join(), join()]);
    await until(() => namesOn(b).length === 1);
    await a.changes.change("attic", () => a.definitions.createWorld({ name: "attic" }));
    for (const world of ["default", "attic"]) {
      a.memories.add(world, "turn1", [{ sender: "Ada", agent: false, content: "Hello" }]);
      assert.equal((await b.memories.recall(world)).length, 1);
    }
    await a.changes.change("attic", () => a.definitions.updateWorld("attic", { memory: false }));
    a.memories.forget("attic");
    await until(() => b.definitions.world("attic")?.memory === false);
    await redis.direct.flushall();
    assert.equal((await a.memories.recall("default")).length, 0);
    b.clock.advance(10_000);
    await until(async () => (await a.memories.recall("default")).length === 1, "it is told what was said");
    assert.deepEqual(await a.memories.recall("attic"), [], "what was forgotten stays forgotten");
    assert.equal(await redis.direct.hexists(redis.keys.worlds, "attic"), 1);
  });

  test("R-STORE a store that came back without the last writes is given what was said, too", async () => {
    const [a, b] = await Promise.all([join(), join()]);
    const say = async (content: string) => {
      a.memories.add("default", content, [{ sender: "Ada", agent: false, content }]);
      await a.roundTrip();
    };
    await say("one");
    await redis.direct.call("SAVE");
    await say("two");
    await redis.stop();
    await redis.startAgain();
    const recalled = async () => {
      a.clock.advance(250);
      return (await b.memories.recall("default")).map(({ content }) => content);
    };
    await until(async () => (await recalled()).length === 2, "what was lost is back");
    assert.deepEqual(await recalled(), ["one", "two"]);
  });

  test("R-STORE a message into a turn is taken all the same while a store that was emptied does not know of the turn", async () => {
    const [a, b] = await Promise.all([join(), join()]);
    const message = { id: "m1", sender: "Ada", content: "Hello" };
    const add = (turnId: string) => b.turns.add("default", turnId, message);
    a.turns.onAdded(async () => true);
    a.turns.began("t1", "default", "stream1");
    await a.roundTrip();
    await assert.rejects(add("t2"), { code: "turn_not_found" });
    await redis.direct.flushall();
    await redis.direct.hset(redis.keys.meta("stream1"), "owner", a.serverId);
    const added = add("t1");
    await until(() => b.clock.pending() > 1, "it is waited for");
    a.clock.advance(10_000);
    await until(async () => (await redis.direct.exists(redis.keys.turn("t1"))) === 1, "it is known again");
    b.clock.advance(500);
    assert.deepEqual(await added, { streamId: "stream1", isSure: true });
    b.clock.advance(12_000);
    await assert.rejects(add("t2"), { code: "turn_not_found" }, "all have given back what they had by then");
  });

  test("R-STORE a server that comes with nothing to a store that was emptied changes no world of the others", async () => {
    const a = await join();
    const changed: unknown[] = [];
    a.changes.onChanged(({ isOver }) => void (isOver && changed.push("over")));
    await a.changes.change("default", () => a.definitions.updateWorld("default", { title: "edited" }));
    await redis.direct.flushall();
    const fresh = await join();
    a.clock.advance(10_000);
    await until(() => fresh.definitions.world("default")?.title === "edited", "it has what the others have");
    assert.deepEqual([a.definitions.world("default")?.title, changed], ["edited", []]);
  });
});
