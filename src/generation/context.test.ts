import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fitContext, type PromptMessage, promptOf } from "./context.ts";

const user = (content: string): PromptMessage => ({ role: "user", content });
const assistant = (content: string): PromptMessage => ({ role: "assistant", content });
/** About 100 tokens: three bytes each are counted, and four for the message. */
const hundred = (mark: string) => mark.repeat(288);

test("a context that fits is kept whole, whoever begins it", () => {
  const messages = [assistant("Hello"), user("Hi"), assistant("Yes?"), user("Bye")];
  assert.deepEqual(fitContext(messages, { window: 10_000 }), messages);
});

test("a context that is too long loses its oldest messages, and begins with a user's", () => {
  const messages = ["a", "b", "c", "d", "e"].flatMap((mark) => [user(hundred(mark)), assistant(hundred(mark))]);
  messages.push(user("And now?"));
  // 1000 less 100 for the answer, less 7 for the question: eight of a hundred tokens fit.
  const kept = fitContext(messages, { window: 1000, maxTokens: 100 });
  assert.deepEqual(kept, messages.slice(2));
  // One token less room for the answer's sake, and the assistant's at the front goes along.
  const tighter = fitContext(messages, { window: 1000, maxTokens: 200 });
  assert.deepEqual(tighter, messages.slice(4));
});

test("with an opening nothing of the assistant's is left out at the front: the opening comes before it, and has its room", () => {
  const messages = ["a", "b", "c", "d"].flatMap((mark) => [assistant(hundred(mark)), user(hundred(mark))]);
  const opening = "x".repeat(3);
  const fitted = (window: number) => fitContext(messages, { window, maxTokens: 0, opening });
  assert.deepEqual(fitted(10_000), [user(opening), ...messages]);
  assert.deepEqual(fitted(605), [user(opening), ...messages.slice(2)]);
  assert.deepEqual(fitted(604), messages.slice(3));
  assert.deepEqual(fitContext(messages.slice(1), { window: 10_000, opening }), messages.slice(1));
  assert.deepEqual(fitContext([], { window: 10_000, opening }), []);
});

test("the instructions take their room, and are never dropped", () => {
  const messages = [user(hundred("a")), assistant(hundred("b")), user("And now?")];
  const options = { window: 500, maxTokens: 200 };
  assert.equal(fitContext(messages, options).length, 3);
  assert.deepEqual(fitContext(messages, { ...options, instructions: hundred("i") }), [user("And now?")]);
});

test("the answer's room is at most half the window, whatever max_tokens says", () => {
  const messages = [user(hundred("a")), assistant("b"), user("c")];
  assert.equal(fitContext(messages, { window: 400, maxTokens: 1_000_000 }).length, 3);
});

test("other scripts count by their bytes", () => {
  const messages = [user("字".repeat(100)), assistant("b"), user("c")];
  assert.equal(fitContext(messages, { window: 400 }).length, 3);
  assert.equal(fitContext(messages, { window: 200 }).length, 1);
});

test("the newest message is never lost, however long, and empty ones are left out", () => {
  const newest = user("x".repeat(100_000));
  assert.deepEqual(fitContext([user("a"), assistant(""), newest], { window: 100 }), [newest]);
  assert.deepEqual(fitContext([user("a"), assistant(""), user("b")], { window: 10_000 }), [user("a"), user("b")]);
});

const message = fc.record({
  role: fc.constantFrom("user" as const, "assistant" as const),
  content: fc.string({ maxLength: 200 }),
});

test("whatever the context and the window: what stays is the newest part, in order, within the window", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 20 }), fc.integer({ min: 1, max: 2000 }), (context, window) => {
      const messages = [...context, user("the question")];
      const spoken = messages.filter(({ content }) => content !== "");
      const kept = fitContext(messages, { window });
      assert.ok(kept.length >= 1);
      assert.deepEqual(kept, spoken.slice(spoken.length - kept.length));
      if (kept.length === 1) return;
      const tokens = kept.reduce((sum, { content }) => sum + Buffer.byteLength(content) / 3, 0);
      assert.ok(tokens <= window, `${tokens} of ${window}`);
      if (kept.length < spoken.length) assert.equal(kept[0]?.role, "user");
    }),
  );
});

test("a prompt is the instructions as system text, then the messages as text parts", () => {
  assert.deepEqual(promptOf([user("Hi")], "Be brief."), [
    { role: "system", content: "Be brief." },
    { role: "user", content: [{ type: "text", text: "Hi" }] },
  ]);
  assert.deepEqual(promptOf([user("Hi")], ""), [{ role: "user", content: [{ type: "text", text: "Hi" }] }]);
});
