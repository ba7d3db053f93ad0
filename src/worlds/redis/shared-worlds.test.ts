import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { unlessInstalled } from "../../../testing/installed.ts";
import { type RedisServer, startRedis } from "../../../testing/redis-server.ts";
import { newPrefix } from "../../../testing/shared-server.ts";
import { until } from "../../../testing/until.ts";
import { startWorldSharer, type WorldSharer } from "../../../testing/world-sharer.ts";
import { createFirstWorld } from "../first-world.ts";
import { openWorldStore } from "../world-store.ts";

const namesOn = ({ definitions }: WorldSharer) => definitions.worlds().map(({ name }) => name);
const agentsOn = ({ definitions }: WorldSharer) => definitions.agents("default").map(({ name }) => name);

describe("worlds that are shared through Redis", { skip: unlessInstalled("redis-server", "--version") }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.close());

  async function withSharers(starting: Promise<WorldSharer>[], body: (...sharers: WorldSharer[]) => Promise<void>) {
    const sharers = await Promise.all(starting);
    try {
      await body(...sharers);
    } finally {
      for (const { close } of sharers) close();
      assert.deepEqual(
        sharers.map(({ clock }) => clock.pending()),
        sharers.map(() => 0),
        "a timer was left behind",
      );
    }
  }

  test("of servers that start on nothing at the same time one makes the first world, and later ones make none", async () => {
    const prefix = newPrefix();
    const starting = [1, 2, 3].map(() => startWorldSharer(redis.url, prefix));
    await withSharers(starting, async (...sharers) => {
      for (const sharer of sharers) {
        await until(() => namesOn(sharer).length === 1);
        assert.deepEqual([namesOn(sharer), agentsOn(sharer)], [["default"], ["Hanna", "Otto", "Vera"]]);
      }
      const [a] = sharers as [WorldSharer];
      await a.changes.change("default", () => a.definitions.deleteWorld("default"));
      await withSharers([startWorldSharer(redis.url, prefix)], async (late) => assert.deepEqual(namesOn(late), []));
    });
  });

  test("servers that each had a first world of their own before have one together", async () => {
    const prefix = newPrefix();
    const starting = [1, 2].map(() =>
      startWorldSharer(redis.url, prefix, openWorldStore(":memory:", createFirstWorld)),
    );
    await withSharers(starting, async (a, b) => {
      assert.ok(a && b);
      await until(() => a.definitions.copies.find("default")?.rev === b.definitions.copies.find("default")?.rev);
      assert.deepEqual([namesOn(a), agentsOn(a)], [["default"], ["Hanna", "Otto", "Vera"]]);
      assert.deepEqual(a.definitions.copies.find("default"), b.definitions.copies.find("default"));
    });
  });

  test("R-STORE a store that is emptied while it is used is filled again, with definitions and with what was said", async (t) => {
    const own = await startRedis();
    t.after(() => own.close());
    const prefix = newPrefix();
    await withSharers([startWorldSharer(own.url, prefix), startWorldSharer(own.url, prefix)], async (a, b) => {
      assert.ok(a && b);
      await until(() => namesOn(b).length === 1);
      await a.changes.change("attic", () => a.definitions.createWorld({ name: "attic" }));
      for (const world of ["default", "attic"]) {
        a.memories.add(world, "turn1", [{ sender: "Ada", agent: false, content: "Hello" }]);
        assert.equal((await b.memories.recall(world)).length, 1);
      }
      await a.changes.change("attic", () => a.definitions.updateWorld("attic", { memory: false }));
      a.memories.forget("attic");
      await until(() => b.definitions.world("attic")?.memory === false);
      await a.store.connection.redis.flushall();
      assert.equal((await a.memories.recall("default")).length, 0);
      b.clock.advance(10_000);
      await until(async () => (await a.memories.recall("default")).length === 1, "it is told what was said");
      assert.deepEqual(await a.memories.recall("attic"), [], "what was forgotten stays forgotten");
      assert.deepEqual(await b.store.connection.redis.hexists(b.store.keys.worlds, "attic"), 1);
    });
  });

  test("R-STORE a store that came back without the last writes is given what was said, too", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "chatwait-older-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const settings = ["--dir", folder, "--save", ""];
    const own = await startRedis(undefined, settings);
    const prefix = newPrefix();
    await withSharers([startWorldSharer(own.url, prefix), startWorldSharer(own.url, prefix)], async (a, b) => {
      assert.ok(a && b);
      const say = async (content: string) => {
        a.memories.add("default", content, [{ sender: "Ada", agent: false, content }]);
        await a.roundTrip();
      };
      await say("one");
      await a.store.connection.redis.call("SAVE");
      await say("two");
      await own.close();
      const older = await startRedis(own.port, settings);
      t.after(() => older.close());
      const recalled = async () => {
        a.clock.advance(250);
        return (await b.memories.recall("default")).map(({ content }) => content);
      };
      await until(async () => (await recalled()).length === 2, "what was lost is back");
      assert.deepEqual(await recalled(), ["one", "two"]);
    });
  });

  test("R-STORE a server that comes with nothing to a store that was emptied changes no world of the others", async (t) => {
    const own = await startRedis();
    t.after(() => own.close());
    const prefix = newPrefix();
    await withSharers([startWorldSharer(own.url, prefix)], async (a) => {
      assert.ok(a);
      const changed: unknown[] = [];
      a.changes.onChanged(({ isOver }) => void (isOver && changed.push("over")));
      await a.changes.change("default", () => a.definitions.updateWorld("default", { title: "edited" }));
      await a.store.connection.redis.flushall();
      await withSharers([startWorldSharer(own.url, prefix)], async (fresh) => {
        assert.ok(fresh);
        a.clock.advance(10_000);
        await until(() => fresh.definitions.world("default")?.title === "edited", "it has what the others have");
        assert.deepEqual([a.definitions.world("default")?.title, changed], ["edited", []]);
      });
    });
  });
});
