import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, createConversation } from "../client/index.ts";
import { type DrivenServer, drivenServer } from "../testing/driven-server.ts";

/** What the model was told in a call, as `role: text`. */
async function toldIn({ model }: DrivenServer, index: number) {
  const { options } = await model.call(index);
  return options.prompt.map(({ role, content }) => {
    const text =
      typeof content === "string" ? content : content.map((part) => ("text" in part ? part.text : "")).join("");
    return `${role}: ${text}`;
  });
}

async function says({ model }: DrivenServer, index: number, text: string) {
  const call = await model.call(index);
  call.text(text);
  call.finish();
}

test("the model is told what was said before, whether it was streamed or waited for", async (t) => {
  const server = await drivenServer(t);
  const conversation = createConversation(createClient({ baseUrl: server.url }).chat);
  await Promise.all([conversation.send("One?").result(), says(server, 0, "First.")]);
  await Promise.all([conversation.ask("Two?"), says(server, 1, "Second.")]);
  await Promise.all([conversation.send("Three?").result(), says(server, 2, "Third.")]);
  assert.deepEqual(await toldIn(server, 2), [
    ...["user: One?", "assistant: First.", "user: Two?", "assistant: Second.", "user: Three?"],
  ]);
  assert.deepEqual(
    conversation.messages.map(({ content }) => content),
    ["One?", "First.", "Two?", "Second.", "Three?", "Third."],
  );
});

test("what is asked again or in other words forgets what came after it", async (t) => {
  const server = await drivenServer(t);
  const conversation = createConversation(createClient({ baseUrl: server.url }).chat);
  await Promise.all([conversation.send("One?").result(), says(server, 0, "First.")]);
  await Promise.all([conversation.retry().result(), says(server, 1, "Once more.")]);
  await Promise.all([conversation.edit(0, "Uno?").result(), says(server, 2, "Primero.")]);
  assert.deepEqual(await toldIn(server, 1), ["user: One?"]);
  assert.deepEqual(await toldIn(server, 2), ["user: Uno?"]);
  assert.deepEqual(
    conversation.messages.map(({ content }) => content),
    ["Uno?", "Primero."],
  );
});

test("a conversation of any length is taken by the server, for only its end is sent along", async (t) => {
  const server = await drivenServer(t);
  const from = Array.from({ length: 900 }, (_, n) => ({
    role: n % 2 ? ("assistant" as const) : ("user" as const),
    content: `${n} ${"😀é".repeat(n % 7 === 0 ? 3000 : 1)}`,
  }));
  const conversation = createConversation(createClient({ baseUrl: server.url }).chat, { from });
  await Promise.all([conversation.ask("And?"), says(server, 0, "So.")]);
  const told = await toldIn(server, 0);
  assert.ok(told.length > 10 && told.length <= 201, `${told.length}`);
  assert.deepEqual([told.at(-1), told.at(-2)?.startsWith("assistant: 899")], ["user: And?", true]);
  assert.equal(conversation.messages.length, 902);
});

test("an answer that was stopped is remembered as far as it came", async (t) => {
  const server = await drivenServer(t);
  const conversation = createConversation(createClient({ baseUrl: server.url }).chat);
  const stream = conversation.send("One?");
  const call = server.model.call(0).then((it) => it.text("Fir"));
  for await (const { type } of stream) if (type === "token") await stream.stop();
  await call;
  await Promise.all([conversation.ask("Two?"), says(server, 1, "Second.")]);
  assert.deepEqual(await toldIn(server, 1), ["user: One?", "assistant: Fir", "user: Two?"]);
});
