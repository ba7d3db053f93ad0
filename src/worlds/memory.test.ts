import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { manualClock } from "../../testing/manual-clock.ts";
import { createMemory, type Line } from "./memory.ts";

const HOUR = 3_600_000;
const MIB = 2 ** 20;
const line = (content: string, sender = "Ada"): Line => ({ sender, agent: false, content });
const bytesOf = (lines: readonly Line[]) =>
  lines.reduce((sum, { sender, content }) => sum + Buffer.byteLength(sender + content), 0);

test("R-MEMORY: what was said is kept in its order, and a list that was read does not change", () => {
  const memory = createMemory(manualClock());
  assert.equal(memory.isEmpty, true);
  memory.add([line("one"), line("two", "Bob")]);
  const before = memory.lines();
  memory.add([line("three")]);
  assert.deepEqual(before, [line("one"), line("two", "Bob")]);
  assert.deepEqual(memory.lines(), [line("one"), line("two", "Bob"), line("three")]);
  assert.equal(memory.isEmpty, false);
});

test("R-MEMORY: the newest 50 lines stay", () => {
  const memory = createMemory(manualClock());
  for (let index = 0; index < 70; index++) memory.add([line(`line ${index}`)]);
  assert.deepEqual(
    memory.lines().map(({ content }) => content),
    Array.from({ length: 50 }, (_, index) => `line ${index + 20}`),
  );
});

test("R-MEMORY: the newest MiB of UTF-8 stays", () => {
  const memory = createMemory(manualClock());
  const large = "é".repeat(MIB / 5);
  for (const name of ["a", "b", "c", "d"]) memory.add([line(large, name)]);
  assert.deepEqual(
    memory.lines().map(({ sender }) => sender),
    ["c", "d"],
  );
});

test("a line that is too large for the whole memory is left out, and what went before it stays", () => {
  const memory = createMemory(manualClock());
  memory.add([line("before"), line("x".repeat(MIB)), line("after")]);
  assert.deepEqual(memory.lines(), [line("before"), line("after")]);
});

test("R-MEMORY: all is forgotten an hour after the last line", () => {
  const clock = manualClock();
  const memory = createMemory(clock);
  memory.add([line("one")]);
  clock.advance(HOUR - 1);
  memory.add([line("two")]);
  clock.advance(HOUR - 1);
  assert.equal(memory.lines().length, 2);
  clock.advance(1);
  assert.deepEqual([memory.lines(), memory.isEmpty], [[], true]);
});

test("nothing is left set once nothing is remembered", () => {
  const clock = manualClock();
  const memory = createMemory(clock);
  memory.add([]);
  memory.add([line("x".repeat(MIB))]);
  assert.equal(clock.pending(), 0);
  for (let index = 0; index < 100; index++) memory.add([line("again")]);
  assert.equal(clock.pending(), 1);
  memory.clear();
  assert.deepEqual([memory.isEmpty, clock.pending()], [true, 0]);
  memory.add([line("anew")]);
  clock.advance(HOUR);
  assert.equal(clock.pending(), 0);
});

test("whatever is added, what is kept are the last of those that fit, within both limits", () => {
  const anyLine = fc.record({ sender: fc.string(), agent: fc.boolean(), content: fc.nat(MIB) });
  fc.assert(
    fc.property(fc.array(fc.array(anyLine, { maxLength: 20 }), { maxLength: 8 }), (batches) => {
      const memory = createMemory(manualClock());
      const added = batches.map((batch) => batch.map((each) => ({ ...each, content: "x".repeat(each.content) })));
      for (const batch of added) memory.add(batch);
      const fitting = added.flat().filter((each) => bytesOf([each]) <= MIB);
      const kept = memory.lines();
      assert.deepEqual(kept, fitting.slice(fitting.length - kept.length));
      assert.ok(kept.length <= 50 && bytesOf(kept) <= MIB);
      const next = fitting.at(-kept.length - 1);
      if (next) assert.ok(kept.length === 50 || bytesOf([next, ...kept]) > MIB);
    }),
    { numRuns: 50 },
  );
});
