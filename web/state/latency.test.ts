import assert from "node:assert/strict";
import { test } from "node:test";
import { createLatencyMeter } from "./latency.ts";

test("The first token is timed from the question, the others from the one before", () => {
  const meter = createLatencyMeter(1000);
  for (const at of [1250, 1260, 1280, 1310]) meter.token("a", at);
  const { firstTokenMs, tokens, medianGapMs, longestGapMs } = meter.read();
  assert.deepEqual(
    { firstTokenMs, tokens, medianGapMs, longestGapMs },
    { firstTokenMs: 250, tokens: 4, medianGapMs: 20, longestGapMs: 30 },
  );
});

test("Messages that grow at the same time are measured apart", () => {
  const meter = createLatencyMeter(0);
  for (const at of [100, 200, 300]) {
    meter.token("a", at);
    meter.token("b", at + 1);
  }
  assert.equal(meter.read().medianGapMs, 100);
});

test("The pause of a cut is not counted as the model's", () => {
  const meter = createLatencyMeter(0);
  meter.token("a", 10);
  meter.token("a", 20);
  meter.cut();
  meter.token("a", 5000);
  meter.token("a", 5010);
  assert.equal(meter.read().longestGapMs, 10);
});

test("What was replayed is counted, and not timed", () => {
  const meter = createLatencyMeter(0);
  meter.token("a", 10);
  meter.cut();
  meter.replayed();
  meter.replayed();
  meter.token("a", 5000);
  const { tokens, medianGapMs } = meter.read();
  assert.deepEqual({ tokens, medianGapMs }, { tokens: 4, medianGapMs: undefined });
});

test("A stream that began elsewhere has no first token to time", () => {
  const meter = createLatencyMeter(undefined);
  assert.equal(meter.read().medianGapMs, undefined);
  meter.token("a", 10);
  assert.equal(meter.read().firstTokenMs, undefined);
});

test("Of very many gaps the latest are kept, and 95 of 100 are under the p95", () => {
  const meter = createLatencyMeter(0);
  for (let at = 0; at <= 50_000; at += 10) meter.token("a", at);
  for (let index = 1; index <= 2000; index++) meter.token("a", 50_000 + index * 30);
  const { medianGapMs, p95GapMs, tokens } = meter.read();
  assert.deepEqual({ medianGapMs, p95GapMs, tokens }, { medianGapMs: 30, p95GapMs: 30, tokens: 7001 });
});
