import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { closedAfterEach } from "../../../testing/closed-after-each.ts";
import { line, memoriesContract } from "../../../testing/memories-contract.ts";
import { newPrefix } from "../../../testing/redis-server.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { succeeds, until } from "../../../testing/until.ts";
import { startWorldSharer, type WorldSharer } from "../../../testing/world-sharer.ts";
import type { Line } from "../memory.ts";

const textsOf = (lines: readonly Line[]) => lines.map(({ content }) => content);

redisSuite("memories that are shared through Redis", (redis) => {
  memoriesContract("shared", async () => {
    const { memories, clock, close } = await startWorldSharer({ url: redis.url, prefix: newPrefix() });
    return { memories, passTime: clock.advance, close };
  });

  describe("two servers", () => {
    const join = closedAfterEach(() => startWorldSharer(redis));
    let a: WorldSharer;
    let b: WorldSharer;
    beforeEach(async () => {
      [a, b] = [await join(), await join()];
    });

    test("R-MEMORY what one server has added before anything else goes to the store, the other recalls after it", async () => {
      a.memories.add("kitchen", "turn1", [line("one")]);
      await a.roundTrip();
      assert.deepEqual(textsOf(await b.memories.recall("kitchen")), ["one"]);
      b.memories.add("kitchen", "turn2", [line("two")]);
      await b.roundTrip();
      assert.deepEqual(textsOf(await a.memories.recall("kitchen")), ["one", "two"]);
    });

    test("R-MEMORY what a turn has said counts once, though two servers have gone on with it", async () => {
      a.memories.add("kitchen", "turn1", [line("one"), line("two")]);
      await a.roundTrip();
      b.memories.add("kitchen", "turn1", [line("one"), line("another")]);
      assert.deepEqual(textsOf(await b.memories.recall("kitchen")), ["one", "two"]);
    });

    test("R-MEMORY a world that is to forget, is deleted or made anew on one server is forgotten on both", async () => {
      const { change } = a.changes;
      await change("kitchen", () => void a.definitions.createWorld({ name: "kitchen" }));
      for (const end of [
        () => void a.definitions.updateWorld("kitchen", { memory: false }),
        () => a.definitions.deleteWorld("kitchen"),
      ]) {
        await until(() => b.definitions.made("kitchen") !== undefined, "both know it");
        a.memories.add("kitchen", "turn1", [line("one")]);
        assert.equal((await b.memories.recall("kitchen")).length, 1);
        await change("kitchen", end);
        a.memories.forget("kitchen");
        await a.roundTrip();
        await until(async () => (await b.memories.recall("kitchen")).length === 0, "it is forgotten");
      }
    });

    test("R-TAKEOVER what a server that was cut off says for a deleted world is not remembered in the next of its name", async () => {
      const make = () => a.changes.change("kitchen", () => void a.definitions.createWorld({ name: "kitchen" }));
      const isMade = () => until(() => b.definitions.made("kitchen") === a.definitions.made("kitchen"), "both know it");
      await make();
      await isMade();
      const before = b.definitions.copies.find("kitchen");
      await a.changes.change("kitchen", () => a.definitions.deleteWorld("kitchen"));
      await make();
      await isMade();
      const now = b.definitions.copies.find("kitchen");
      assert.ok(before && now && !now.deleted && !before.deleted);
      // It has not heard of it yet.
      b.definitions.copies.take("kitchen", { ...before, rev: now.rev + 1 });
      b.memories.add("kitchen", "turn1", [line("4711")]);
      await b.roundTrip();
      assert.deepEqual(textsOf(await b.memories.recall("kitchen")), ["4711"]);
      assert.deepEqual(await a.memories.recall("kitchen"), []);
    });

    test("R-STORE what was said while Redis was away, and what Redis has lost, is put back by those who know it", async () => {
      a.memories.add("kitchen", "turn1", [line("one")]);
      await b.memories.recall("kitchen");
      a.memories.add("kitchen", "turn2", [line("two")]);
      await a.roundTrip();
      await redis.stop();
      await until(async () => !(await succeeds(a.roundTrip())), "it is away");
      assert.deepEqual(textsOf(await a.memories.recall("kitchen")), ["one", "two"], "it still says what it knows");
      a.memories.add("kitchen", "turn3", [line("three")]);
      await redis.startAgain();
      const recalled = async ({ memories, clock }: WorldSharer) => {
        clock.advance(250);
        return textsOf(await memories.recall("kitchen"));
      };
      for (const server of [a, b]) {
        await until(async () => (await recalled(server)).length === 3, "all three are back");
        assert.deepEqual(await recalled(server), ["one", "two", "three"]);
      }
    });
  });
});
