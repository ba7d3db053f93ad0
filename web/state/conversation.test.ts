import assert from "node:assert/strict";
import { test } from "node:test";
import { before, type Conversation, type Entry, requestOf, titleOf, withAnswer, withEntry } from "./conversation.ts";

const at = "2026-01-02T03:04:05.000Z";
const user = (id: string, content = id): Entry => ({ id, role: "user", content, at });
const assistant = (id: string, content = id): Entry => ({ id, role: "assistant", content, at });
const conversation = (...entries: Entry[]): Conversation => ({
  v: 1,
  id: "c",
  title: "New conversation",
  updatedAt: at,
  settings: { mode: "stream" },
  entries,
});
const ids = ({ entries }: Conversation) => entries.map(({ id }) => id).join(" ");

test("A title is the first line of the first message, cut at a word", () => {
  assert.equal(titleOf("  Hello   there\nand more"), "Hello there");
  assert.equal(titleOf("  "), "New conversation");
  const long = titleOf("What would you say if somebody asked you something that took very long to ask");
  assert.equal(long, "What would you say if somebody asked you something that…");
  assert.equal(titleOf("x".repeat(200)), "x".repeat(60) + "…");
});

test("The first message names a conversation, unless a person did", () => {
  assert.equal(withEntry(conversation(), user("Hi")).title, "Hi");
  assert.equal(withEntry(conversation(user("Hi")), user("Other")).title, "New conversation");
  assert.equal(withEntry({ ...conversation(), title: "Mine", named: true }, user("Hi")).title, "Mine");
});

test("An answer stands after what it answers, and takes the place of another answer to it", () => {
  assert.equal(ids(withAnswer(conversation(user("a")), "a", assistant("b"))), "a b");
  assert.equal(ids(withAnswer(conversation(user("a"), assistant("b")), "a", assistant("c"))), "a c");
});

test("An answer that comes too late changes nothing", () => {
  assert.equal(ids(withAnswer(conversation(user("other")), "a", assistant("b"))), "other");
  const gone = conversation(user("a"), assistant("b"), user("c"));
  assert.equal(ids(withAnswer(gone, "a", assistant("x"))), "a b c");
});

test("An answer to the first of two questions that were asked at once stands between them", () => {
  assert.equal(ids(withAnswer(conversation(user("a"), user("b")), "a", assistant("x"))), "a x b");
  const answered = conversation(user("a"), user("b"), assistant("y"));
  assert.equal(ids(withAnswer(answered, "a", assistant("x"))), "a x b y");
});

test("Going back before a message takes it and all after it", () => {
  const all = conversation(user("a"), assistant("b"), user("c"), assistant("d"));
  assert.equal(ids(before(all, "c")), "a b");
  assert.equal(ids(before(all, "none")), "a b c d");
});

test("A request has the last message, what was said before it, and only the settings that were made", () => {
  const all = conversation(user("a"), assistant("b"), assistant("empty", ""), user("c"));
  assert.deepEqual(requestOf(all), {
    message: "c",
    context: {
      messages: [
        { role: "user", content: "a", timestamp: at },
        { role: "assistant", content: "b", timestamp: at },
      ],
    },
  });
  const settings = { mode: "wait", model: "m", instructions: " ", temperature: 0 } as const;
  assert.deepEqual(requestOf({ ...conversation(user("a")), settings }), { message: "a", model: "m", temperature: 0 });
});

test("A request stays within what a server takes: the newest 200 messages, and less than 1 MiB", () => {
  const many = conversation(...Array.from({ length: 1001 }, (_, index) => user(String(index))));
  const messages = requestOf(many).context?.messages ?? [];
  assert.equal(messages.length, 200);
  assert.equal(messages.at(-1)?.content, "999");
  const wide = conversation(...Array.from({ length: 101 }, (_, index) => user(String(index), "€".repeat(30_000))));
  assert.ok(new TextEncoder().encode(JSON.stringify(requestOf(wide))).length < 2 ** 20);
  assert.equal(requestOf(wide).context?.messages?.length, 10);
});
