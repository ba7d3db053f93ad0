import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CopyStore } from "../src/worlds/redis/shared-changes.ts";
import type { WorldCopy } from "../src/worlds/world-copies.ts";
import { until } from "./until.ts";

/** A copy of a world with this `rev`. */
const copyOf = (name: string, rev: number, title = "A world"): WorldCopy => ({
  ...{ rev, made: rev },
  world: { name, title, turn_limit: 5, respond: "everyone", memory: true },
  agents: [{ name: "Vera", instructions: 'Say {"rev":7} \u{1F642}\n', streaming: true }],
});

export type CopyStoreEnvironment = { a: CopyStore; b: CopyStore; close(): void };

/** The contract of where servers' copies of worlds meet: who writes knows what he writes over, and everybody is told. */
export function copyStoreContract(name: string, make: () => Promise<CopyStoreEnvironment>): void {
  async function withStores(body: (a: CopyStore, b: CopyStore) => Promise<void>) {
    const { a, b, close } = await make();
    try {
      await body(a, b);
    } finally {
      close();
    }
  }

  describe(`common copies of worlds, ${name}`, () => {
    test("what one server writes the other finds, whole", () =>
      withStores(async (a, b) => {
        assert.deepEqual(await b.all(), new Map());
        const [kitchen, attic] = [copyOf("Kitchen", 3), { rev: 9007199254740991, deleted: true } as const];
        assert.deepEqual(await a.write("kitchen", 0, kitchen), { written: true });
        assert.deepEqual(await a.write("attic", 0, attic), { written: true });
        assert.deepEqual([...(await b.all())].sort(), [
          ["attic", attic],
          ["kitchen", kitchen],
        ]);
      }));

    test("it is written over the copy that was expected alone; otherwise the one that is there is told", () =>
      withStores(async (a, b) => {
        const [first, second] = [copyOf("kitchen", 3), copyOf("kitchen", 12)];
        assert.deepEqual(await a.write("kitchen", 3, first), { written: false, found: undefined });
        await a.write("kitchen", 0, first);
        assert.deepEqual(await b.write("kitchen", 0, second), { written: false, found: first });
        assert.deepEqual(await b.write("kitchen", 3, second), { written: true });
        assert.deepEqual(await a.write("kitchen", 3, first), { written: false, found: second });
        assert.deepEqual(await a.write("kitchen", 1, undefined), { written: false, found: second });
        assert.deepEqual(await a.write("kitchen", 12, undefined), { written: true });
        assert.deepEqual(await b.all(), new Map());
      }));

    test("of two that write over the same copy one does", () =>
      withStores(async (a, b) => {
        const outcomes = await Promise.all([
          a.write("kitchen", 0, copyOf("kitchen", 3)),
          b.write("kitchen", 0, copyOf("kitchen", 4)),
        ]);
        assert.deepEqual(outcomes.map(({ written }) => written).sort(), [false, true]);
      }));

    test("R-ANY of those that make worlds at once no more do than there may be; what was deleted leaves room", () =>
      withStores(async (a, b) => {
        const make = (name: string, rev = 3) => (rev % 2 ? a : b).write(name, 0, copyOf(name, rev), 2);
        const outcomes = await Promise.all([make("kitchen", 3), make("attic", 4), make("cellar", 5), make("hall", 6)]);
        const refused = outcomes.flatMap((outcome) => (outcome.written ? [] : [outcome]));
        assert.deepEqual(refused, Array(2).fill({ written: false, found: undefined, isFull: true }));
        const [[name = "", { rev }] = assert.fail()] = [...(await a.all())];
        assert.equal((await b.write(name, rev, copyOf(name, 7), 2)).written, true, "what is there can be changed");
        await a.write(name, 7, { rev: 8, deleted: true }, 2);
        assert.equal((await make("garden")).written, true);
        assert.equal((await b.write(name, 8, copyOf(name, 9), 2)).written, false, "full again");
        assert.equal(
          (await b.write(name, 8, copyOf(name, 9))).written,
          true,
          "what servers had before is brought along",
        );
        assert.equal((await a.all()).size, 3);
      }));

    test("everybody is told what was written, and nobody what was not", () =>
      withStores(async (a, b) => {
        const heard: [string, WorldCopy][] = [];
        for (const store of [a, b]) store.onWritten((world, copy) => void heard.push([world, copy]));
        await a.write("kitchen", 1, copyOf("kitchen", 3));
        await a.write("kitchen", 0, copyOf("kitchen", 4, "The kitchen"));
        await b.write("kitchen", 4, { rev: 5, deleted: true });
        await until(() => heard.length >= 4);
        const told = heard.map(([world, { rev }]) => [world, rev]).sort();
        assert.deepEqual(told, [
          ["kitchen", 4],
          ["kitchen", 4],
          ["kitchen", 5],
          ["kitchen", 5],
        ]);
        assert.deepEqual(heard[0]?.[1], copyOf("kitchen", 4, "The kitchen"));
      }));
  });
}
