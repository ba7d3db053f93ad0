import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../testing/manual-clock.ts";
import { gatherLines } from "./operator-log.ts";

function rig() {
  const clock = manualClock();
  const passed: string[] = [];
  return { clock, passed, lines: gatherLines((text) => passed.push(text), clock) };
}

test("lines are passed on together, a second after the first of them", () => {
  const { clock, passed, lines } = rig();
  lines.write("a\n");
  clock.advance(600);
  lines.write("b\n");
  clock.advance(399);
  assert.deepEqual(passed, []);
  clock.advance(1);
  assert.deepEqual(passed, ["a\nb\n"]);
  lines.write("c\n");
  clock.advance(1000);
  assert.deepEqual(passed, ["a\nb\n", "c\n"]);
  assert.equal(clock.pending(), 0);
});

test("many lines do not wait, and those after them wait for a second of their own", () => {
  const { clock, passed, lines } = rig();
  const line = `${"x".repeat(999)}\n`;
  for (let n = 0; n < 15; n++) lines.write(line);
  assert.deepEqual(passed, []);
  clock.advance(900);
  lines.write(line);
  assert.deepEqual(passed, [line.repeat(16)]);
  lines.write("late\n");
  clock.advance(999);
  assert.equal(passed.length, 1);
  clock.advance(1);
  assert.deepEqual(passed.slice(1), ["late\n"]);
});

test("a flush passes on what there is, once, and leaves no timer", () => {
  const { clock, passed, lines } = rig();
  lines.flush();
  lines.write("a\n");
  lines.flush();
  lines.flush();
  assert.deepEqual([passed, clock.pending()], [["a\n"], 0]);
});
