import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, at, chatPage, STREAM, settle } from "../../testing/chat-page.ts";
import { answerOf } from "../../testing/scripted-stream.ts";

test("A message is asked with its history, and its answer is kept", async () => {
  const { chat, asked, texts, said, running } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  assert.equal(running().length, 1);
  await answer(at(asked, 0), ["First"]);
  assert.equal(chat.send(id, "Two", STREAM), id);
  assert.deepEqual(
    at(asked, 1).request?.context?.messages?.map(({ content }) => content),
    ["One", "First"],
  );
  await answer(at(asked, 1), ["Sec", "ond"]);
  assert.deepEqual(texts(id), ["user: One", "assistant: First", "user: Two", "assistant: Second"]);
  assert.deepEqual(said, ["Answering", "Answer complete", "Answering", "Answer complete"]);
  assert.deepEqual(running(), []);
});

test("Each question has a key of its own", async () => {
  const { chat, asked } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  await answer(at(asked, 0), ["First"]);
  chat.retry(id);
  assert.ok(at(asked, 0).key);
  assert.notEqual(at(asked, 0).key, at(asked, 1).key);
});

test("Stopping is asked of the stream, and the text so far stays as stopped", async () => {
  const { chat, asked, conversations, said } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  chat.stop(id);
  assert.deepEqual(at(asked, 0).stream.asked, ["stop"]);
  await answer(at(asked, 0), ["So far"], "cancelled");
  assert.deepEqual([conversations.get(id)?.entries[1]?.reason, said.at(-1)], ["cancelled", "Answer stopped"]);
});

test("Retry takes the place of the last answer", async () => {
  const { chat, asked, texts } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  await answer(at(asked, 0), ["First"]);
  chat.retry(id);
  assert.deepEqual(texts(id), ["user: One"]);
  await answer(at(asked, 1), ["Better"]);
  assert.deepEqual(texts(id), ["user: One", "assistant: Better"]);
});

test("Sending an edited message again takes all that came after it, and stops what was under way", async () => {
  const { chat, asked, texts, conversations, said } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  await answer(at(asked, 0), ["First"]);
  chat.send(id, "Two", STREAM);
  const first = conversations.get(id)?.entries[0]?.id ?? "";
  chat.resend(id, first, "Uno");
  assert.deepEqual(at(asked, 1).stream.asked, ["stop"]);
  await answer(at(asked, 1), ["Too late"], "cancelled");
  await answer(at(asked, 2), ["Primo"]);
  assert.deepEqual(texts(id), ["user: Uno", "assistant: Primo"]);
  assert.ok(!said.includes("Answer stopped"), "the answer that was given up is not spoken of");
});

test("A failure is kept with the text so far and its reason, and can be asked again", async () => {
  const { chat, asked, conversations, said } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  await at(asked, 0).stream.say(...answerOf(["So far"]).slice(0, 3));
  await at(asked, 0).stream.say({
    type: "error",
    seq: 4,
    error_code: "model_cut",
    message: "It was cut.",
    retryable: true,
  });
  await at(asked, 0).stream.end();
  await settle();
  const { content, failure } = conversations.get(id)?.entries[1] ?? {};
  assert.deepEqual([content, failure?.code, said.at(-1)], ["So far", "model_cut", "It was cut."]);
  chat.retry(id);
  assert.equal(asked.length, 2);
});

test("A whole answer is waited for, and after a reload again with the same key", async () => {
  const { chat, waits, shelf, clock } = chatPage();
  const id = chat.send(undefined, "One", { mode: "wait" });
  const after = chatPage(shelf, clock);
  after.chat.goOn(id);
  assert.deepEqual(after.waits[0]?.key, waits[0]?.key);
  const message = { role: "assistant", content: "Whole", timestamp: "2026-01-02T03:04:05.000Z" } as const;
  after.waits[0]?.answer.resolve({ stream_id: "s", message_id: "m", message, reason: "stop", model: "m" });
  await settle();
  assert.deepEqual(after.texts(id), ["user: One", "assistant: Whole"]);
});

test("A deleted conversation's answer is stopped and writes nothing any more", async () => {
  const { chat, asked, conversations, shelf } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  chat.forget(id);
  conversations.remove(id);
  await answer(at(asked, 0), ["Late"], "cancelled");
  chat.keep();
  assert.deepEqual([at(asked, 0).stream.asked, shelf.length], [["stop"], 0]);
});

test("What was written before a conversation was deleted comes back with it", async () => {
  const { chat, asked, conversations, texts, clock } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  await at(asked, 0).stream.say(...answerOf(["So ", "far"]).slice(0, 4));
  clock.advance(100);
  chat.forget(id);
  const undo = conversations.remove(id);
  await answer(at(asked, 0), ["Late"], "cancelled");
  undo();
  assert.deepEqual(texts(id), ["user: One", "assistant: So far"]);
  assert.equal(conversations.get(id)?.entries[1]?.reason, "cancelled");
});

test("The page announces a lost connection once, and its return", async () => {
  const { chat, asked, said } = chatPage();
  chat.send(undefined, "One", STREAM);
  const { stream } = at(asked, 0);
  for (const attempt of [1, 2, 3]) stream.connect({ status: "waiting", attempt, retryInMs: 100, cause: "cut" });
  stream.connect({ status: "open", resumed: { after: 1, replayed: 0, gapMs: 300 } });
  assert.deepEqual(said, [
    "Answering",
    "Connection lost, reconnecting",
    "Resumed at event 1, nothing to replay, 300 ms",
  ]);
});

test("Stopping what is waited for finds its stream by the same key, and keeps the text so far", async () => {
  const { chat, waits, asked, texts } = chatPage();
  const id = chat.send(undefined, "One", { mode: "wait" });
  chat.stop(id);
  const one = at(asked, 0);
  assert.deepEqual([one.key, one.stream.asked], [waits[0]?.key, ["stop"]]);
  await answer(one, ["So far"], "cancelled");
  assert.deepEqual(texts(id), ["user: One", "assistant: So far"]);
});
