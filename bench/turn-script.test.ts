import assert from "node:assert/strict";
import { test } from "node:test";
import { directiveOf } from "./directive.ts";
import { type AgentScript, CAST, expectedOf, messageOf, scriptOf } from "./turn-script.ts";

const options = { fail: 0.05, handOn: 0.3, tokens: [4, 12] as [number, number], pace: "brisk" as const };
const says = (to?: string): AgentScript => ({ tokens: 10, pace: "brisk", ...(to ? { to } : {}) });
const fails: AgentScript = { ...says("Ada"), fail: "cut" };

test("a turn's script is the same each time, and others are not", () => {
  assert.deepEqual(scriptOf(7, options), scriptOf(7, options));
  assert.notDeepEqual(scriptOf(7, options), scriptOf(8, options));
});

test("as many agents fail and are asked as was told", () => {
  const scripts = Array.from({ length: 2000 }, (_, n) => scriptOf(n, options));
  const agents = scripts.flatMap(({ agents }) => Object.values(agents));
  const failing = agents.filter(({ fail }) => fail).length / agents.length;
  assert.ok(failing > 0.04 && failing < 0.06, `${failing}`);
  assert.deepEqual([...new Set(scripts.map(({ wake }) => wake.length))].sort(), [1, 2, 3, 4]);
  assert.ok(scripts.every(({ agents }) => Object.entries(agents).every(([agent, { to }]) => to !== agent)));
});

test("who is handed on to answers too; who fails hands on to nobody", () => {
  const handedOn = { wake: ["Ada"], agents: { Ada: says("Bo"), Bo: says() } };
  assert.deepEqual(expectedOf(handedOn), {
    ...{ reason: "completed", messages: 2, tokens: 20 },
    outcomes: { Ada: "replied", Bo: "replied" },
  });
  const failed = { wake: ["Bo", "Ada"], agents: { Ada: says(), Bo: fails } };
  assert.deepEqual(expectedOf(failed), {
    ...{ reason: "completed", messages: 1, tokens: 10 },
    outcomes: { Ada: "replied", Bo: "failed" },
  });
});

test("two who always ask each other come to the limit", () => {
  const { reason, outcomes, messages } = expectedOf({ wake: ["Ada"], agents: { Ada: says("Bo"), Bo: says("Ada") } });
  assert.deepEqual([reason, messages, outcomes], ["turn_limit", 10, { Ada: "limited", Bo: "replied" }]);
});

test("each agent's model finds its own part in the message", () => {
  const content = messageOf({ wake: CAST, agents: { Ada: says("Bo"), Bo: fails } });
  const asked = (model: string) =>
    directiveOf(JSON.stringify({ model, messages: [{ content: `[HUMAN]: ${content}` }] }));
  assert.deepEqual(asked("ada"), { tokens: 10, pace: "brisk", say: " @Bo" });
  assert.equal(asked("bo").fail, "cut");
});
