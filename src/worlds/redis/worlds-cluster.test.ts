import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { feedClients, unnumbered, word } from "../../../testing/feed-contract.ts";
import { unlessInstalled } from "../../../testing/installed.ts";
import { line } from "../../../testing/memories-contract.ts";
import { startRedisCluster } from "../../../testing/redis-cluster.ts";
import { newPrefix } from "../../../testing/redis-server.ts";
import { until } from "../../../testing/until.ts";
import { startWorldSharer, type WorldSharer } from "../../../testing/world-sharer.ts";

/** Enough for each of three nodes to have some. */
const ROOMS = Array.from({ length: 12 }, (_, index) => `room${index}`);

describe("worlds on a Redis Cluster of three nodes", { skip: unlessInstalled("redis-server", "--version") }, () => {
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>;
  let a: WorldSharer;
  let b: WorldSharer;
  before(async () => {
    cluster = await startRedisCluster(3);
    const [one, , other] = cluster.nodes.map(({ url }) => url);
    const prefix = newPrefix();
    a = await startWorldSharer({ url: one ?? "", prefix });
    b = await startWorldSharer({ url: other ?? "", prefix });
  });
  after(async () => {
    for (const { close } of [a, b]) close();
    await cluster.close();
  });

  test("R-ANY what one server makes and deletes, the other has", async () => {
    const namesOnB = () => b.definitions.worlds().map(({ name }) => name);
    for (const name of ["attic", "cellar"]) await a.changes.change(name, () => a.definitions.createWorld({ name }));
    await until(() => namesOnB().length === 3);
    await b.changes.change("attic", () => b.definitions.deleteWorld("attic"));
    await until(() => a.definitions.worlds().length === 2);
    assert.deepEqual(namesOnB(), ["default", "cellar"]);
  });

  test("R-MEMORY what is said is remembered on all, and forgotten", async () => {
    for (const room of ROOMS) a.memories.add(room, "t1", [line(room)]);
    await until(async () => {
      const recalled = await Promise.all(ROOMS.map((room) => b.memories.recall(room)));
      return recalled.flat().length === ROOMS.length;
    });
    for (const room of ROOMS) assert.deepEqual(await b.memories.recall(room), [line(room)]);
    b.memories.forget("room3");
    await until(async () => (await a.memories.recall("room3")).length === 0);
  });

  test("R-FEED each feed is followed on the other server, each event once, to its end", async () => {
    const own = ROOMS.map((room) => a.feeds.create(room, () => {}));
    const theirs = ROOMS.map((room) => b.feeds.create(room, () => {}));
    const readers = await Promise.all(theirs.map((feed) => feedClients({ feed, clock: b.clock }).open()));
    const say = (text: string, place: number) => {
      for (const feed of own) feed.publish(word(text), place);
    };
    say("one", 1);
    await until(() => readers.every(({ events }) => events.length === 2));
    say("twice", 1);
    say("two", 2);
    await until(() => readers.every(({ events }) => events.length === 3));
    for (const feed of own) feed.close();
    await until(() => readers.every(({ over }) => over === "end"));
    for (const { events } of readers)
      assert.deepEqual(unnumbered(events.slice(1)), [word("one"), word("two"), { type: "done", reason: "cancelled" }]);
    for (const feed of theirs) feed.drop();
  });

  test("R-ANY a turn is known on the other server, and told from one that never was", async () => {
    a.turns.began("turn1", "Room1", "stream1");
    const message = { id: "m1", sender: "Ada", content: "Hello!" };
    await until(async () => (await b.store.connection.redis.exists(b.store.keys.turn("turn1"))) === 1);
    await assert.rejects(b.turns.add("room1", "turn1", message), { code: "turn_ended" });
    await assert.rejects(b.turns.add("room1", "turn2", message), { code: "turn_not_found" });
    a.turns.left("turn1");
  });
});
