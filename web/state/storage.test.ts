import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation } from "./conversation.ts";
import { changeOf, createStore, memoryShelf, type Running } from "./storage.ts";

const conversation: Conversation = {
  v: 1,
  id: "c",
  title: "Title",
  updatedAt: "2026-01-02T03:04:05.000Z",
  settings: { mode: "stream" },
  entries: [],
};

const running: Running = {
  v: 1,
  entryId: "e",
  asked: "q",
  mode: "stream",
  request: { message: "Hello" },
  key: "k",
  startedAt: "2026-01-02T03:04:05.000Z",
};

test("What is written is read again, and gone when it was removed", () => {
  const store = createStore(memoryShelf());
  store.write(conversation);
  store.setRunning("c", running);
  assert.deepEqual(store.ids(), ["c"]);
  assert.deepEqual(store.read("c"), conversation);
  assert.deepEqual(store.running("c"), running);
  store.remove("c");
  assert.deepEqual([store.ids(), store.read("c"), store.running("c")], [[], undefined, undefined]);
});

test("What a later version wrote, and what is no JSON, is not shown and not touched", () => {
  const shelf = memoryShelf();
  shelf.setItem("chatwait/conversation/new", JSON.stringify({ ...conversation, v: 2 }));
  shelf.setItem("chatwait/conversation/torn", '{"v":1,');
  shelf.setItem("chatwait/conversation/null", "null");
  const store = createStore(shelf);
  assert.deepEqual(["new", "torn", "null"].map(store.read), [undefined, undefined, undefined]);
  assert.equal(shelf.length, 3);
});

test("A storage event says which conversation it is about", () => {
  assert.deepEqual(changeOf("chatwait/conversation/a"), { id: "a", what: "conversation" });
  assert.deepEqual(changeOf("chatwait/running/a"), { id: "a", what: "running" });
  assert.equal(changeOf("chatwait/theme"), undefined);
  assert.equal(changeOf(null), undefined);
});
