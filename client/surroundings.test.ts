import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { realSurroundings } from "./surroundings.ts";

const place = globalThis as Record<string, unknown>;

afterEach(() => {
  delete place["addEventListener"];
  delete place["document"];
});

/** A page, as far as the client looks at it. */
function page() {
  const events = new EventTarget();
  const document = { hidden: false };
  place["addEventListener"] = events.addEventListener.bind(events);
  place["document"] = document;
  return { document, happens: (type: string) => void events.dispatchEvent(new Event(type)) };
}

test("a page wakes its streams when the network is back and when it is looked at, until that is taken back", () => {
  const { document, happens } = page();
  let woken = 0;
  const release = realSurroundings.onWake(() => {
    woken++;
  });
  happens("online");
  happens("visibilitychange");
  assert.equal(woken, 2);
  document.hidden = true;
  happens("visibilitychange");
  assert.equal(woken, 2, "nobody looks at it now");
  document.hidden = false;
  release();
  happens("online");
  happens("visibilitychange");
  assert.equal(woken, 2);
});

test("where there is no page, nothing wakes, and nothing breaks", () => {
  assert.doesNotThrow(realSurroundings.onWake(() => assert.fail("woken")));
});

test("keys are never the same twice, and are what a server takes as one", () => {
  const keys = new Set(Array.from({ length: 500 }, realSurroundings.newKey));
  assert.equal(keys.size, 500);
  for (const key of keys) assert.match(key, /^[\d-]{7,47}$/);
});

test("time goes on, chance is chance, and what is planned can be taken back", async () => {
  const { now, after, random } = realSurroundings;
  const since = now();
  const taken = after(0, () => assert.fail("taken back"));
  taken();
  await new Promise<void>((resolve) => void after(1, resolve));
  assert.ok(now() > since);
  const chance = random();
  assert.ok(chance >= 0 && chance < 1);
});
