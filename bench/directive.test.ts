import assert from "node:assert/strict";
import { test } from "node:test";
import { type Directive, directiveOf, encodeDirective } from "./directive.ts";

const brief: Directive = { tokens: 5, pace: 20 };
const long: Directive = { tokens: 50, pace: "brisk", say: " @Bo" };

const request = (model: string, ...contents: unknown[]) =>
  JSON.stringify({ model, messages: contents.map((content) => ({ role: "user", content })) });

test("a chat's directive is the text of its last message, whole or in parts", () => {
  assert.deepEqual(directiveOf(request("bench", "Hello", encodeDirective(brief))), brief);
  assert.deepEqual(directiveOf(request("bench", [{ type: "text", text: encodeDirective(brief) }])), brief);
});

test("in a world, each agent finds its own in what a person said last, whatever agents say after it", () => {
  const earlier = `[HUMAN]: ${encodeDirective({ agents: { ada: brief, bo: brief } })}`;
  const latest = `[HUMAN]: ${encodeDirective({ agents: { ada: brief, bo: long } })}`;
  const asked = request("bo", "You are @Bo.", `${earlier}\n[Ada]: ~1:0; @Bo\n${latest}\n[Ada]: ~2:0; @Bo`);
  assert.deepEqual(directiveOf(asked), long);
});

test("without a directive the answer is short and instant", () => {
  assert.deepEqual(directiveOf(request("bench", "Hello")), { tokens: 2, pace: "flood" });
});
