import assert from "node:assert/strict";
import { test } from "node:test";
import { median, medians, times } from "./statistics.ts";

test("the median is the middle, or the mean of the middle two", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([7]), 7);
  assert.ok(Number.isNaN(median([])));
});

test("medians are taken field by field, over the rounds that have the field", () => {
  assert.deepEqual(medians([{ cpu: 1, rss: 9 }, { cpu: 3 }, { cpu: 2, rss: 5 }]), { cpu: 2, rss: 7 });
});

test("percentiles are those of the nearest rank, in milliseconds", () => {
  const collected = times();
  for (let us = 100_000; us >= 1000; us -= 1000) collected.add(us);
  assert.deepEqual(collected.spread(), { count: 100, p50: 50, p99: 99, max: 100 });
});

test("more values than the first buffer holds are all kept", () => {
  const collected = times();
  for (let us = 1; us <= 200_000; us++) collected.add(us);
  assert.deepEqual(collected.spread(), { count: 200_000, p50: 100, p99: 198, max: 200 });
});

test("above the limit the count and the maximum stay true", () => {
  const collected = times(2);
  for (const us of [1000, 2000, 3000]) collected.add(us);
  assert.deepEqual(collected.spread(), { count: 3, p50: 1, p99: 2, max: 3 });
});

test("after clear it begins anew", () => {
  const collected = times();
  collected.add(5000);
  collected.clear();
  assert.equal(collected.spread().count, 0);
  assert.ok(Number.isNaN(collected.spread().max));
});
