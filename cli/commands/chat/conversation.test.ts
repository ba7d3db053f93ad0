import assert from "node:assert/strict";
import { test } from "node:test";
import { chatRequest, contextOf, worldRequest } from "./conversation.ts";
import { transcriptText } from "./transcript.ts";

test("a context is the newest messages, as many as a request may bring", () => {
  const many = Array.from({ length: 250 }, (_, index) => ({ role: "user" as const, content: String(index) }));
  const kept = contextOf(many);
  assert.deepEqual([kept.length, kept[0]?.content, kept.at(-1)?.content], [200, "50", "249"]);
  const large = Array.from({ length: 40 }, () => ({ role: "assistant" as const, content: "é".repeat(16_000) }));
  const bytes = Buffer.byteLength(JSON.stringify(contextOf(large)));
  assert.ok(bytes < 2 ** 20 && bytes > 2 ** 19, String(bytes));
});

test("a chat's request has no senders and no empty fields, a world's has both where they are given", () => {
  assert.deepEqual(chatRequest("Hi", [], {}), { message: "Hi" });
  const said = [{ role: "assistant" as const, content: "Yes.", sender: "Vera" }];
  assert.deepEqual(chatRequest("Hi", said, { model: "m", instructions: "i" }), {
    ...{ message: "Hi", model: "m", instructions: "i" },
    context: { messages: [{ role: "assistant", content: "Yes." }] },
  });
  assert.deepEqual(worldRequest("Hi", said, "Ada"), { message: "Hi", sender: "Ada", context: { messages: said } });
  assert.deepEqual(worldRequest("Hi", [], undefined), { message: "Hi" });
});

test("a conversation is written in the format that the file's name asks for", () => {
  const talk = {
    world: "kitchen",
    messages: [
      { role: "user" as const, content: "Hi " },
      { role: "assistant" as const, content: "Yes.", sender: "Vera" },
    ],
  };
  assert.equal(
    transcriptText(talk, "t.MD"),
    "# Conversation\n\nIn the world kitchen.\n\n**You**\n\nHi\n\n**Vera**\n\nYes.\n",
  );
  assert.deepEqual(JSON.parse(transcriptText(talk, "t.json")), {
    format: "chatwait-conversation",
    version: 1,
    ...talk,
  });
  assert.throws(() => transcriptText(talk, "t.txt"), /end the name in \.json/);
});
