import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metrics } from "./metrics.ts";
import { judged } from "./targets.ts";

const result = (scenario: string, subject: string, medians: Metrics) => {
  return { scenario, subject, medians, rounds: [], failures: [] };
};

const verdicts = (...results: ReturnType<typeof result>[]) =>
  judged(results)
    .filter(({ verdict }) => verdict !== "not measured")
    .map(({ value, verdict }) => [value, verdict]);

test("a ratio is judged against its floor in the same run, a miss is shown", () => {
  const pipe = result("steady-1000", "pipe", { cpuUsPerToken: 20 });
  assert.deepEqual(verdicts(pipe, result("steady-1000", "chatwait", { cpuUsPerToken: 25 })), [[1.25, "met"]]);
  assert.deepEqual(verdicts(pipe, result("steady-1000", "chatwait", { cpuUsPerToken: 30 })), [[1.5, "MISSED"]]);
});

test("a target that is a least is judged the other way round", () => {
  const floor = result("wait", "fastify", { requestsPerSecond: 1000 });
  assert.deepEqual(verdicts(floor, result("wait", "chatwait-instant", { requestsPerSecond: 700 })), [[0.7, "met"]]);
  assert.deepEqual(verdicts(floor, result("wait", "chatwait-instant", { requestsPerSecond: 500 })), [[0.5, "MISSED"]]);
});

test("what was not measured is said to be so", () => {
  assert.ok(judged([]).every(({ verdict, value }) => verdict === "not measured" && value === undefined));
});
