import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, at, chatPage, STREAM, settle } from "../../testing/chat-page.ts";
import { answerOf } from "../../testing/scripted-stream.ts";
import { memoryShelf } from "./storage.ts";

// What another page, after a reload or beside it, does with an answer under way.

test("After a reload an answer goes on at its cursor, and says what came of it", async () => {
  const { chat, asked, shelf, clock } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  const events = answerOf(["Hel", "lo"]);
  await at(asked, 0).stream.say(...events.slice(0, 3));
  chat.keep();
  clock.advance(500);
  const after = chatPage(shelf, clock);
  after.chat.goOn(id);
  assert.deepEqual([at(after.asked, 0).saved?.seq, at(after.asked, 0).saved?.messages[0]?.content], [3, "Hel"]);
  at(after.asked, 0).stream.connect({ status: "open", resumed: { after: 3, replayed: 1, gapMs: 40 } });
  await at(after.asked, 0).stream.say(...events.slice(3));
  await at(after.asked, 0).stream.end();
  await settle();
  assert.deepEqual(after.texts(id), ["user: One", "assistant: Hello"]);
  assert.deepEqual(after.conversations.get(id)?.entries[1]?.notes, [
    "Page reloaded. Resumed at event 3, 1 event replayed, 540 ms",
    "Exact: the pieces, put together, are the whole text.",
  ]);
});

test("A reload before the first event asks with the same key, so that the model is asked once", () => {
  const { chat, asked, shelf, clock } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  const after = chatPage(shelf, clock);
  after.chat.goOn(id);
  assert.equal(at(after.asked, 0).key, at(asked, 0).key);
});

test("What has not begun for long is not asked again by itself", () => {
  const { chat, shelf, clock } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  clock.advance(11 * 60_000);
  const after = chatPage(shelf, clock);
  after.chat.goOn(id);
  assert.deepEqual([after.asked.length, after.running()], [0, []]);
});

test("The position is written down at the start and then every now and then, not with each token", async () => {
  const { chat, asked, store, clock } = chatPage();
  const id = chat.send(undefined, "One", STREAM);
  const events = answerOf(["a", "b", "c"]);
  await at(asked, 0).stream.say(...events.slice(0, 3));
  assert.equal(store.running(id)?.saved?.seq, 1);
  clock.advance(500);
  await at(asked, 0).stream.say(...events.slice(3, 5));
  assert.equal(store.running(id)?.saved?.seq, 4);
});

test("Another tab joins an answer under way; both end with the same conversation", async () => {
  const shelf = memoryShelf();
  const one = chatPage(shelf);
  const two = chatPage(shelf, one.clock);
  const id = one.chat.send(undefined, "One", STREAM);
  two.conversations.changedElsewhere(`chatwait/conversation/${id}`);
  two.chat.changedElsewhere(`chatwait/running/${id}`);
  two.chat.changedElsewhere(`chatwait/running/${id}`);
  assert.equal(two.asked.length, 1);
  await answer(at(one.asked, 0), ["Hello"]);
  await answer(at(two.asked, 0), ["Hello"]);
  assert.deepEqual(chatPage(shelf).texts(id), ["user: One", "assistant: Hello"]);
  assert.deepEqual(one.running(), []);
});

test("Two tabs that ask at once both get their answers, each after its question", async () => {
  const shelf = memoryShelf();
  const one = chatPage(shelf);
  const id = one.chat.send(undefined, "Zero", STREAM);
  await answer(at(one.asked, 0), ["Nothing"]);
  const two = chatPage(shelf, one.clock);
  one.chat.send(id, "One", STREAM);
  one.clock.advance(1);
  two.chat.send(id, "Two", STREAM);
  const told = (tab: typeof one) => {
    tab.conversations.changedElsewhere(`chatwait/conversation/${id}`);
    tab.chat.changedElsewhere(`chatwait/running/${id}`);
  };
  told(one);
  told(two);
  await answer(at(two.asked, 0), ["Second"]);
  told(one);
  await answer(at(one.asked, 1), ["First"]);
  told(two);
  const all = ["user: Zero", "assistant: Nothing", "user: One", "assistant: First", "user: Two", "assistant: Second"];
  for (const tab of [one, two, chatPage(shelf)]) assert.deepEqual(tab.texts(id), all);
  assert.deepEqual(one.running(), []);
});

test("A tab that follows an answer lets go of it when another tab asks anew", async () => {
  const shelf = memoryShelf();
  const one = chatPage(shelf);
  const two = chatPage(shelf, one.clock);
  const id = one.chat.send(undefined, "One", STREAM);
  two.conversations.changedElsewhere(`chatwait/conversation/${id}`);
  two.chat.changedElsewhere(`chatwait/running/${id}`);
  one.clock.advance(1000);
  one.chat.retry(id);
  two.chat.changedElsewhere(`chatwait/running/${id}`);
  assert.equal(two.asked.length, 2);
  await answer(at(two.asked, 0), ["Stopped"], "cancelled");
  await answer(at(one.asked, 1), ["Anew"]);
  assert.deepEqual(chatPage(shelf).texts(id), ["user: One", "assistant: Anew"]);
});
