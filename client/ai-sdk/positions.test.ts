import assert from "node:assert/strict";
import { test } from "node:test";
import { type Position, type PositionStorage, positionsIn } from "./positions.ts";

function mapStorage(): PositionStorage & { values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

const position = (id: string, seq = 3): Position => ({
  v: 1,
  head: { id: "m" },
  stream: { v: 1, path: `/chat/streaming/${id}`, lastEventId: `${id}.0.${seq}`, seq, messages: [] },
});

test("what is written is read again, also by another who has the same storage", () => {
  const storage = mapStorage();
  positionsIn(storage).write("chat", position("a"));
  assert.deepEqual(positionsIn(storage).read("chat"), position("a"));
  assert.equal(positionsIn(storage).read("other"), undefined);
});

test("a stream that has ended removes its own position, not that of the next one", () => {
  const positions = positionsIn(mapStorage());
  positions.write("chat", position("b"));
  positions.remove("chat", position("a").stream.path);
  assert.deepEqual(positions.read("chat"), position("b"));
  positions.remove("chat", position("b").stream.path);
  assert.equal(positions.read("chat"), undefined);
});

test("at most twenty chats are kept, and the oldest goes first", () => {
  const storage = mapStorage();
  const positions = positionsIn(storage);
  for (let chat = 0; chat < 25; chat++) positions.write(`${chat}`, position(`s${chat}`));
  positions.write("7", position("again"));
  positions.write("25", position("s25"));
  const kept = Array.from({ length: 26 }, (_, chat) => `${chat}`).filter((chat) => positions.read(chat));
  assert.equal(kept.length, 20);
  assert.deepEqual([kept[0], kept.includes("7"), kept.includes("25")], ["6", true, true]);
  // One key for each, and the index.
  assert.equal(storage.values.size, 21);
});

test("a storage that is full keeps the position that it has, which is still a true one", () => {
  const storage = mapStorage();
  const positions = positionsIn(storage);
  positions.write("chat", position("a", 3));
  storage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  positions.write("chat", position("a", 9));
  assert.deepEqual(positions.read("chat"), position("a", 3));
});

test("what cannot be read is nothing to resume", () => {
  const storage = mapStorage();
  const positions = positionsIn(storage);
  positions.write("chat", position("a"));
  for (const text of ["{", "null", "7", '"x"', '{"v":2}', '{"v":1,"head":{}}', '{"v":1,"head":{},"stream":{"v":1}}']) {
    storage.values.set("chatwait:chat:chat", text);
    assert.equal(positions.read("chat"), undefined, text);
  }
  storage.getItem = () => {
    throw new DOMException("forbidden", "SecurityError");
  };
  assert.equal(positions.read("chat"), undefined);
  positions.remove("chat", "/chat/streaming/a");
});
