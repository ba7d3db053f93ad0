import assert from "node:assert/strict";
import { test } from "node:test";
import { chatHref, parseRoute, worldEditorHref, worldHref } from "./route.ts";

test("A hash leads to a conversation, a world or a world's editor, none to the beginning, any other nowhere", () => {
  const places = {
    "": { view: "chat" },
    "#/": { view: "chat" },
    "#/c/": { view: "chat" },
    "#/nonsense/x": { view: "nowhere" },
    "#/worlds/default": { view: "nowhere" },
    "#/w/": { view: "nowhere" },
    "#/c/abc": { view: "chat", id: "abc" },
    "#/w/kitchen": { view: "world", world: "kitchen" },
    "#/w/kitchen/edit": { view: "world-editor", world: "kitchen" },
    "#/w/kitchen/other": { view: "world", world: "kitchen" },
  };
  for (const [hash, route] of Object.entries(places)) assert.deepEqual(parseRoute(hash), route, hash);
});

test("What an address is made of comes back from it, whatever characters it has", () => {
  assert.deepEqual(parseRoute(chatHref("a/b %")), { view: "chat", id: "a/b %" });
  assert.deepEqual(parseRoute(worldHref("küche")), { view: "world", world: "küche" });
  assert.deepEqual(parseRoute(worldEditorHref("a#b")), { view: "world-editor", world: "a#b" });
});

test("A hash that cannot be decoded is taken as it is", () => {
  assert.deepEqual(parseRoute("#/w/%E0%A4%A"), { view: "world", world: "%E0%A4%A" });
});
