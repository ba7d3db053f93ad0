import assert from "node:assert/strict";
import { test } from "node:test";
import { withEntry } from "./conversation.ts";
import { createConversations } from "./conversations.ts";
import { createStore, memoryShelf, type Shelf } from "./storage.ts";

/** A browser's tab: several may share a shelf. */
function tab(shelf: Shelf = memoryShelf()) {
  let ids = 0;
  let time = Date.parse("2026-01-02T03:04:05.000Z");
  const name = Math.random().toString(36);
  const settings = { store: createStore(shelf), newId: () => `${name}-${ids++}`, wall: () => (time += 1000) };
  const conversations = createConversations(settings);
  const begin = (text: string) => {
    const made = conversations.create({ mode: "stream" });
    conversations.add(
      withEntry(made, { id: text, role: "user", content: text, at: new Date(settings.wall()).toISOString() }),
    );
    return made.id;
  };
  const titles = () => conversations.list.value.map(({ title }) => title);
  return { ...conversations, begin, titles };
}

test("Conversations are listed newest first, and outlive the page", () => {
  const shelf = memoryShelf();
  const first = tab(shelf);
  first.begin("one");
  first.begin("two");
  assert.deepEqual(first.titles(), ["two", "one"]);
  assert.deepEqual(tab(shelf).titles(), ["two", "one"]);
});

test("A title that a person gave stays, and an empty one gives the first message back", () => {
  const { begin, rename, titles } = tab();
  const id = begin("Hello");
  rename(id, "  Mine ");
  assert.deepEqual(titles(), ["Mine"]);
  rename(id, " ");
  assert.deepEqual(titles(), ["Hello"]);
});

test("What was deleted comes back with undo", () => {
  const shelf = memoryShelf();
  const { begin, remove, titles } = tab(shelf);
  const undo = remove(begin("Hello"));
  assert.deepEqual([titles(), tab(shelf).titles()], [[], []]);
  undo();
  assert.deepEqual([titles(), tab(shelf).titles()], [["Hello"], ["Hello"]]);
});

test("Two tabs do not undo each other's work, in different conversations and in the same one", () => {
  const shelf = memoryShelf();
  const one = tab(shelf);
  const two = tab(shelf);
  const id = one.begin("mine");
  two.begin("theirs");
  two.changedElsewhere(`chatwait/conversation/${id}`);
  assert.deepEqual(two.titles().sort(), ["mine", "theirs"]);
  two.rename(id, "renamed");
  one.change(id, (conversation) => ({ ...conversation, settings: { mode: "wait" } }));
  assert.deepEqual([one.get(id)?.title, one.get(id)?.settings.mode], ["renamed", "wait"]);
  two.remove(id);
  one.changedElsewhere(`chatwait/conversation/${id}`);
  assert.equal(one.get(id), undefined);
  assert.equal(tab(shelf).titles().length, 1);
});

test("A tab that hears that everything was cleared shows nothing", () => {
  const shelf = memoryShelf();
  const { begin, changedElsewhere, titles } = tab(shelf);
  shelf.removeItem(`chatwait/conversation/${begin("Hello")}`);
  changedElsewhere(null);
  assert.deepEqual(titles(), []);
});

test("A browser without room says so, keeps the conversation in this page, and says no more once there is room", () => {
  const shelf = memoryShelf();
  let room = false;
  const full: Shelf = {
    ...shelf,
    get length() {
      return shelf.length;
    },
    setItem(key, value) {
      if (!room) throw new DOMException("full", "QuotaExceededError");
      shelf.setItem(key, value);
    },
  };
  const conversations = tab(full);
  const id = conversations.begin("Hello");
  assert.match(conversations.full.value ?? "", /no room left/);
  conversations.rename(id, "Still here");
  assert.deepEqual(conversations.titles(), ["Still here"]);
  room = true;
  conversations.rename(id, "Kept");
  assert.equal(conversations.full.value, undefined);
  assert.deepEqual(tab(shelf).titles(), ["Kept"]);
});
