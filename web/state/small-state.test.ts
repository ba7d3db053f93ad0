import assert from "node:assert/strict";
import { test } from "node:test";
import { announce, announcement } from "./announce.ts";
import { createDrafts } from "./drafts.ts";
import { createModels } from "./models.ts";
import { remembered } from "./preferences.ts";
import { memoryShelf } from "./storage.ts";
import { duration, plural, ticking } from "./words.ts";

test("The same announcement twice is another text, so that it is read twice", () => {
  announce("Copied");
  const first = announcement.value;
  announce("Copied");
  assert.notEqual(announcement.value, first);
  assert.equal(announcement.value.trim(), "Copied");
});

test("A draft is kept for each conversation, over a reload, and gone when it is empty", () => {
  const shelf = memoryShelf();
  const drafts = createDrafts(shelf);
  drafts.of("a").value = "Half a sent";
  assert.equal(drafts.of(undefined).value, "");
  assert.equal(createDrafts(shelf).of("a").value, "Half a sent");
  drafts.of("a").value = "";
  assert.equal(shelf.length, 0);
});

test("A choice is remembered, and one that is not known any more counts as none", () => {
  const shelf = memoryShelf();
  remembered(shelf, "theme", ["auto", "dark"]).value = "dark";
  assert.equal(remembered(shelf, "theme", ["auto", "dark"]).value, "dark");
  assert.equal(remembered(shelf, "theme", ["auto", "light"]).value, "auto");
});

test("A server that cannot say its models is asked again, one that has said them is not", async () => {
  let asked = 0;
  const list = { default: "m", models: [{ id: "m", context_window: 1 }] };
  const models = createModels({
    models: () => (asked++ === 0 ? Promise.reject(new Error("away")) : Promise.resolve(list)),
  });
  await models.load();
  assert.equal(models.list.value, undefined);
  await models.load();
  await models.load();
  assert.deepEqual([models.list.value, asked], [list, 2]);
});

test("Durations and numbers are told as people tell them", () => {
  assert.deepEqual([0.4, 340, 2400, 12_345, 65_000].map(duration), ["0 ms", "340 ms", "2.4 s", "12 s", "1 min 5 s"]);
  assert.deepEqual([-5, 999, 3000, 61_000].map(ticking), ["0 s", "0 s", "3 s", "1 min 1 s"]);
  assert.deepEqual([plural(1, "event"), plural(0, "event")], ["1 event", "0 events"]);
});
