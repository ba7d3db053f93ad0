import assert from "node:assert/strict";
import { test } from "node:test";
import { createBackground, holdSlot, type Locks, type Release } from "./background.ts";

/** The locks of a browser, of all its tabs. */
function sharedLocks(): Locks {
  const held = new Set<string>();
  const request = async (name: string, _options: LockOptions, use: (lock: { name: string } | null) => unknown) => {
    const isFree = !held.has(name);
    held.add(name);
    await use(isFree ? { name } : null);
    if (isFree) held.delete(name);
  };
  return { request } as unknown as Locks;
}

const settle = () => new Promise((done) => setImmediate(done));

function tab(hold: () => Promise<Release | undefined>) {
  const did: string[] = [];
  const background = createBackground(hold, { pause: () => did.push("pause"), resume: () => did.push("resume") });
  return { did, background };
}

test("two tabs go on unseen, a third pauses, and takes a place that has become free", async () => {
  const locks = sharedLocks();
  const tabs = [0, 1, 2].map(() => tab(() => holdSlot(locks)));
  for (const { background } of tabs) background.look(false);
  await settle();
  assert.deepEqual(
    tabs.map(({ did }) => did),
    [[], [], ["pause"]],
  );
  tabs[0]?.background.look(true);
  tabs[2]?.background.look(true);
  await settle();
  tabs[2]?.background.look(false);
  await settle();
  assert.deepEqual(
    tabs.map(({ did }) => did),
    [["resume"], [], ["pause", "resume"]],
  );
});

test("without locks, every tab that nobody looks at pauses", async () => {
  const { did, background } = tab(() => holdSlot(undefined));
  background.look(false);
  await settle();
  assert.deepEqual(did, ["pause"]);
});

test("who looks again before the place is there, or leaves, gives it back", async () => {
  for (const again of ["look", "leave"] as const) {
    const place = Promise.withResolvers<Release | undefined>();
    const { did, background } = tab(() => place.promise);
    let released = 0;
    background.look(false);
    if (again === "look") background.look(true);
    else background.leave();
    place.resolve(() => released++);
    await settle();
    assert.deepEqual([released, did], [1, again === "look" ? ["resume"] : []]);
  }
});

test("locks that fail are places that are taken", async () => {
  const locks = { request: () => Promise.reject(new Error("blocked")) } as unknown as Locks;
  assert.equal(await holdSlot(locks), undefined);
});
