import assert from "node:assert/strict";
import { test } from "node:test";
import { gathered, perLabel, summed } from "./tallies.ts";

test("a sum is passed on once, and not where there is none", () => {
  const passed: number[] = [];
  const sum = summed((value) => passed.push(value));
  sum.pass();
  sum.add();
  sum.add();
  sum.pass();
  sum.pass();
  sum.add();
  sum.pass();
  assert.deepEqual(passed, [2, 1]);
});

test("values are passed on in their order, each once, by themselves when they are many", () => {
  const passed: number[] = [];
  const values = gathered((value) => passed.push(value));
  const all = Array.from({ length: 2500 }, (_, n) => n / 8);
  for (const value of all.slice(0, 999)) values.note(value);
  assert.deepEqual(passed, []);
  for (const value of all.slice(999)) values.note(value);
  assert.deepEqual(passed, all.slice(0, 2000));
  values.pass();
  values.pass();
  assert.deepEqual(passed, all);
});

test("each label has one of its own, and all are visited", () => {
  const made: string[] = [];
  const labels = perLabel((label) => {
    made.push(label);
    return { label };
  });
  assert.equal(labels.of("a"), labels.of("a"));
  assert.notEqual(labels.of("b"), labels.of("a"));
  const visited: string[] = [];
  labels.each(({ label }) => visited.push(label));
  assert.deepEqual(
    [made, visited],
    [
      ["a", "b"],
      ["a", "b"],
    ],
  );
});
