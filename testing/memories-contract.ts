import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Line, Memories } from "../src/worlds/memory.ts";

/** What the contract suite of memories runs on. An implementation brings one, and passes it unchanged. */
export type MemoriesEnvironment = {
  memories: Memories;
  passTime(ms: number): void;
  /** Throws where something is left behind: a timer, a connection. */
  close(): void;
};

const HOUR = 3_600_000;
const MIB = 2 ** 20;

/** A line that somebody has said. */
export const line = (content: string, sender = "Ada"): Line => ({ sender, agent: false, content });

const textsOf = (lines: readonly Line[]) => lines.map(({ content }) => content);
const bytesOf = (lines: readonly Line[]) =>
  lines.reduce((sum, { sender, content }) => sum + Buffer.byteLength(sender + content), 0);

/** The contract of what is remembered of worlds: what counts, what is forgotten, and that worlds are apart. */
export function memoriesContract(name: string, make: () => Promise<MemoriesEnvironment>): void {
  async function withMemories(body: (environment: MemoriesEnvironment) => Promise<void>) {
    const environment = await make();
    try {
      await body(environment);
    } finally {
      environment.close();
    }
  }

  describe(`memories of worlds, ${name}`, () => {
    test("R-MEMORY what was said is told in its order, under the world's name in any case, and in no other world", () =>
      withMemories(async ({ memories }) => {
        assert.deepEqual(await memories.recall("kitchen"), []);
        const odd: Line = { sender: "Bob  B", agent: true, content: ' "turn" 1 2 3\n{} \u{1F642}' };
        memories.add("Kitchen", "turn1", [line("one"), odd]);
        memories.add("kitchen", "turn2", [line("three")]);
        memories.add("attic", "turn3", [line("elsewhere")]);
        assert.deepEqual(await memories.recall("KITCHEN"), [line("one"), odd, line("three")]);
        assert.deepEqual(await memories.recall("attic"), [line("elsewhere")]);
        assert.deepEqual(await memories.recall("cellar"), []);
      }));

    test("R-MEMORY what is forgotten is gone, there alone, and what is said after it is kept", () =>
      withMemories(async ({ memories }) => {
        memories.add("kitchen", "turn1", [line("one")]);
        memories.add("attic", "turn2", [line("elsewhere")]);
        memories.forget("KITCHEN");
        assert.deepEqual(await memories.recall("kitchen"), []);
        memories.add("kitchen", "turn3", [line("two")]);
        assert.deepEqual(await memories.recall("kitchen"), [line("two")]);
        assert.deepEqual(await memories.recall("attic"), [line("elsewhere")]);
      }));

    test("R-MEMORY all is forgotten an hour after the last line", () =>
      withMemories(async ({ memories, passTime }) => {
        memories.add("kitchen", "turn1", [line("one")]);
        await memories.recall("kitchen");
        passTime(HOUR - 1);
        memories.add("kitchen", "turn2", [line("two")]);
        await memories.recall("kitchen");
        passTime(HOUR - 1);
        assert.deepEqual(textsOf(await memories.recall("kitchen")), ["one", "two"]);
        passTime(1);
        assert.deepEqual(await memories.recall("kitchen"), []);
        memories.add("kitchen", "turn3", [line("three")]);
        assert.deepEqual(textsOf(await memories.recall("kitchen")), ["three"]);
      }));

    test("a line that is too large for the whole memory is left out, and what went before it stays", () =>
      withMemories(async ({ memories }) => {
        memories.add("kitchen", "turn1", [line("before"), line("x".repeat(MIB)), line("after")]);
        memories.add("kitchen", "turn2", [line("x".repeat(MIB))]);
        assert.deepEqual(textsOf(await memories.recall("kitchen")), ["before", "after"]);
      }));

    test("R-MEMORY what a turn had no room for lets nothing from before it stay", () =>
      withMemories(async ({ memories }) => {
        memories.add("kitchen", "turn1", [line("before")]);
        memories.add("kitchen", "turn2", [line("x".repeat(0.6 * MIB)), line("y".repeat(0.6 * MIB))]);
        assert.deepEqual(textsOf(await memories.recall("kitchen")), ["y".repeat(0.6 * MIB)]);
      }));

    test("R-MEMORY whatever is said, what is kept are the last lines, at most 50 and a MiB of UTF-8", async () => {
      const size = fc.oneof({ weight: 3, arbitrary: fc.nat(50) }, { weight: 1, arbitrary: fc.nat(MIB / 4) });
      const anyLine = fc.record({ sender: fc.string({ unit: "grapheme" }), agent: fc.boolean(), content: size });
      const turns = fc.array(fc.array(anyLine, { minLength: 1, maxLength: 20 }), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(turns, (drawn) =>
          withMemories(async ({ memories }) => {
            const said = drawn.map((lines) =>
              lines.map((each) => ({ ...each, content: "é".repeat(each.content / 2) })),
            );
            for (const [index, lines] of said.entries()) memories.add("kitchen", `turn${index}`, lines);
            const kept = await memories.recall("kitchen");
            const all = said.flat();
            assert.deepEqual(kept, all.slice(all.length - kept.length));
            assert.ok(kept.length <= 50 && bytesOf(kept) <= MIB);
            const next = all.at(-kept.length - 1);
            if (kept.length < all.length && next) assert.ok(kept.length === 50 || bytesOf([next, ...kept]) > MIB);
          }),
        ),
        { numRuns: 20, endOnFailure: true },
      );
    });
  });
}
