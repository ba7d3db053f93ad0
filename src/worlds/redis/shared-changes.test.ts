import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CopyHub, type CopyLine, copyHub } from "../../../testing/copy-hub.ts";
import { copyStoreContract } from "../../../testing/copy-store-contract.ts";
import { isFailure } from "../../protocol/errors.ts";
import { createFirstWorld, makeFirstCopy } from "../first-world.ts";
import type { WorldChange } from "../sharing.ts";
import { openWorldStore, type WorldStore } from "../world-store.ts";
import { createSharedChanges } from "./shared-changes.ts";

copyStoreContract("in memory", async () => {
  const hub = copyHub();
  return { a: hub.join(), b: hub.join(), close() {} };
});

/** A server with a disk of its own that knows the hub; `store` is what it already has on its disk. */
function joined(hub: CopyHub, store = openWorldStore(":memory:"), line?: CopyLine) {
  const changed: WorldChange[] = [];
  const onMissed = () => assert.fail("something was missed");
  const { change, merge, onChanged } = createSharedChanges({ copies: store.copies, store: hub.join(line), onMissed });
  onChanged((each) => void changed.push(each));
  return { store, change, merge, onChanged, changed };
}

const alone = (...names: string[]): WorldStore => {
  const store = openWorldStore(":memory:");
  for (const name of names) store.createWorld({ name });
  return store;
};
const namesOf = (store: WorldStore) => store.worlds().map(({ name }) => name);
const code = (wanted: string) => (error: unknown) => isFailure(error) && error.code === wanted;

describe("changes that servers share", () => {
  test("R-ANY what one server makes, changes and deletes the others have, to the last field and in the same order", async () => {
    const hub = copyHub();
    const [a, b] = [joined(hub), joined(hub)];
    await a.change("Kitchen", () => a.store.createWorld({ name: "Kitchen", title: "Bread", timing: { stall: 5 } }));
    await b.change("attic", () => b.store.createWorld({ name: "attic" }));
    for (const name of ["Vera", "Otto"])
      await b.change("KITCHEN", () => b.store.createAgent("kitchen", { name, temperature: 0.5, max_tokens: 7 }));
    await a.change("kitchen", () => a.store.updateAgent("kitchen", "vera", { instructions: "Doubt." }));
    assert.deepEqual(namesOf(b.store), ["Kitchen", "attic"]);
    for (const name of ["kitchen", "attic"]) {
      assert.deepEqual(b.store.world(name), a.store.world(name));
      assert.deepEqual(b.store.agents(name), a.store.agents(name));
    }
    assert.deepEqual(b.store.agent("kitchen", "Vera")?.instructions, "Doubt.");
    await b.change("kitchen", () => b.store.deleteAgent("kitchen", "Vera"));
    assert.deepEqual(
      a.store.agents("kitchen").map(({ name }) => name),
      ["Otto"],
    );
    await b.change("attic", () => b.store.deleteWorld("attic"));
    assert.deepEqual(namesOf(a.store), ["Kitchen"]);
  });

  test("a change that was made from what is there no longer is made again, so that none is lost", async () => {
    const hub = copyHub();
    const [a, b] = [joined(hub), joined(hub)];
    await a.change("kitchen", () => a.store.createWorld({ name: "kitchen" }));
    const names = Array.from({ length: 20 }, (_, index) => `Agent${index}`);
    await Promise.all(
      names.map((name, index) => {
        const { store, change } = index % 2 ? a : b;
        return change("kitchen", () => store.createAgent("kitchen", { name }));
      }),
    );
    const found = a.store.agents("kitchen").map(({ name }) => name);
    assert.deepEqual(found.toSorted(), names.toSorted());
    assert.deepEqual(b.store.agents("kitchen"), a.store.agents("kitchen"));
  });

  test("of two that make a world of one name, one is told that it exists", async () => {
    const hub = copyHub();
    const [a, b] = [joined(hub), joined(hub)];
    const made = await Promise.allSettled([
      a.change("kitchen", () => a.store.createWorld({ name: "kitchen", title: "a" })),
      b.change("Kitchen", () => b.store.createWorld({ name: "Kitchen", title: "b" })),
    ]);
    const failed = made.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
    assert.deepEqual(failed, ["world_exists"]);
    assert.deepEqual(a.store.worlds(), b.store.worlds());
  });

  test("R-STORE without the store nothing is changed and the client is told when to come again; reading goes on", async () => {
    const lost = { cross: () => Promise.reject(new Error("away")), news() {} };
    const store = alone("kitchen");
    const hub = copyHub();
    const { change } = createSharedChanges({ copies: store.copies, store: hub.join(lost), onMissed() {} });
    await assert.rejects(
      change("attic", () => store.createWorld({ name: "attic" })),
      (error) => isFailure(error) && error.code === "store_unavailable" && Number(error.extra.retryAfter) > 0,
    );
    await assert.rejects(
      change("kitchen", () => store.createWorld({ name: "kitchen" })),
      code("world_exists"),
    );
    assert.deepEqual(namesOf(store), ["kitchen"]);
    assert.equal(hub.copies.size, 0);
  });

  test("a refusal changes nothing anywhere", async () => {
    const hub = copyHub();
    const a = joined(hub);
    await assert.rejects(
      a.change("kitchen", () => {
        a.store.createWorld({ name: "kitchen" });
        a.store.createAgent("kitchen", { name: "Vera" });
        a.store.createAgent("kitchen", { name: "vera" });
      }),
      code("agent_exists"),
    );
    assert.deepEqual([namesOf(a.store), hub.copies.size], [[], 0]);
  });

  test("R-ANY on two servers together there are as many worlds as there may be on one", async () => {
    const hub = copyHub();
    const store = openWorldStore(":memory:");
    const deaf = { cross: async () => {}, news() {} };
    const [a, b] = [joined(hub), joined(hub, store, deaf)];
    for (let index = 0; index < 1000; index++)
      await a.change(`world${index}`, () => a.store.createWorld({ name: `world${index}` }));
    const kitchen = () => b.change("kitchen", () => b.store.createWorld({ name: "kitchen" }));
    await assert.rejects(kitchen(), code("too_many"));
    assert.deepEqual([hub.copies.size, namesOf(b.store)], [1000, []]);
    await a.change("world7", () => a.store.deleteWorld("world7"));
    await kitchen();
    assert.ok(hub.copies.has("kitchen"));
  });

  test("R-STORE a store that is full says so, and that deleting makes room", async () => {
    const full = { cross: () => Promise.reject(new Error("OOM command not allowed")), news() {} };
    const { store, change } = joined(copyHub(), alone(), full);
    await assert.rejects(
      change("attic", () => store.createWorld({ name: "attic" })),
      (error) => code("store_unavailable")(error) && /full.*[Dd]elet/.test((error as Error).message),
    );
  });

  test("what was changed is told with what became of it: over where it was deleted or made anew", async () => {
    const hub = copyHub();
    const [a, b] = [joined(hub), joined(hub)];
    await a.change("Kitchen", () => a.store.createWorld({ name: "Kitchen" }));
    await a.change("Kitchen", () => a.store.updateWorld("kitchen", { memory: false }));
    await a.change("Kitchen", () => a.store.deleteWorld("kitchen"));
    const world = "kitchen";
    assert.deepEqual(b.changed, [
      { world, isOver: false, remembers: true },
      { world, isOver: false, remembers: false },
      { world, isOver: true, remembers: false },
    ]);
  });

  test("what has been changed is heard late, once and never where something newer is known, and a world made anew is another one", async () => {
    const hub = copyHub();
    const news: (() => void)[] = [];
    const a = joined(hub);
    const late = joined(hub, openWorldStore(":memory:"), {
      cross: async () => {},
      news: (hear) => void news.push(hear),
    });
    await a.change("kitchen", () => a.store.createWorld({ name: "kitchen" }));
    await late.merge();
    await a.change("kitchen", () => a.store.deleteWorld("kitchen"));
    await a.change("kitchen", () => a.store.createWorld({ name: "kitchen" }));
    late.changed.length = 0;
    await late.merge();
    const anew = { world: "kitchen", isOver: true, remembers: true };
    assert.deepEqual(late.changed, [anew]);
    for (const hear of news.slice(0, 2)) hear();
    assert.deepEqual(late.changed, [anew]);
    assert.deepEqual(late.store.worlds(), a.store.worlds());
  });

  test("what a server has changed it reads at once, also where it does not hear of it", async () => {
    const hub = copyHub();
    const a = joined(hub, openWorldStore(":memory:"), { cross: async () => {}, news() {} });
    await a.change("kitchen", () => a.store.createWorld({ name: "kitchen" }));
    assert.deepEqual(namesOf(a.store), ["kitchen"]);
    await a.change("kitchen", () => a.store.updateWorld("kitchen", { title: "Bread" }));
    assert.equal(a.store.world("kitchen")?.title, "Bread");
  });
});

describe("servers that meet", () => {
  test("R-STORE an empty store is filled from what each has on its disk, and each gets what the others have", async () => {
    const hub = copyHub();
    const [a, b] = [joined(hub, alone("kitchen", "attic")), joined(hub, alone("cellar"))];
    await a.merge();
    await b.merge();
    assert.deepEqual(a.store.worlds(), b.store.worlds());
    assert.deepEqual(namesOf(a.store).toSorted(), ["attic", "cellar", "kitchen"]);
    hub.empty();
    await b.merge();
    assert.deepEqual([...hub.copies.keys()].toSorted(), ["attic", "cellar", "kitchen"]);
  });

  test("a world that was never shared takes the place of no other of its name, but of one that was deleted", async () => {
    const hub = copyHub();
    const a = joined(hub);
    await a.change("kitchen", () => a.store.createWorld({ name: "kitchen", title: "ours" }));
    await a.change("attic", () => a.store.createWorld({ name: "attic", title: "ours" }));
    await a.change("attic", () => a.store.deleteWorld("attic"));
    const late = joined(hub, alone("Kitchen", "attic"));
    await late.merge();
    assert.equal(late.store.world("kitchen")?.title, "ours");
    assert.equal(a.store.world("attic")?.title, undefined);
    assert.deepEqual(a.store.worlds(), late.store.worlds());
  });

  test("R-STORE the first world that a server makes by itself takes the place of no other, and every other takes its place", async () => {
    const hub = copyHub();
    const [made, edited, before] = [openWorldStore(":memory:"), openWorldStore(":memory:"), alone()];
    const a = joined(hub, edited);
    makeFirstCopy(edited);
    await a.merge();
    const first = edited.copies.find("default");
    makeFirstCopy(made);
    assert.deepEqual(made.copies.find("default"), first, "it is the same wherever it is made");
    await a.change("default", () => edited.updateWorld("default", { title: "edited" }));
    hub.empty();
    a.changed.length = 0;
    const b = joined(hub, made);
    await b.merge();
    await a.merge();
    assert.deepEqual(
      [a, b].map(({ store }) => store.world("default")?.title),
      ["edited", "edited"],
    );
    assert.ok(
      a.changed.every(({ isOver }) => !isOver),
      "turns go on",
    );

    createFirstWorld(before);
    before.updateWorld("default", { title: "of one's own, before" });
    const anew = copyHub();
    const [c, d] = [joined(anew, openWorldStore(":memory:")), joined(anew, before)];
    makeFirstCopy(c.store);
    await c.merge();
    await d.merge();
    assert.equal(c.store.world("default")?.title, "of one's own, before");
    assert.ok(
      c.changed.every(({ isOver }) => !isOver),
      "turns go on",
    );
  });

  test("all that a server gets when it comes goes to its disk at once", async () => {
    const hub = copyHub();
    const a = joined(hub);
    for (const name of ["kitchen", "attic", "cellar"]) await a.change(name, () => a.store.createWorld({ name }));
    const fresh = joined(hub);
    const seen: number[] = [];
    fresh.onChanged(() => void seen.push(namesOf(fresh.store).length));
    await fresh.merge();
    assert.deepEqual(seen, [3, 3, 3]);
  });

  test("a server that was away takes over what has changed, and brings what it has changed alone", async () => {
    const hub = copyHub();
    const store = openWorldStore(":memory:");
    const [a, before] = [joined(hub), joined(hub, store)];
    for (const name of ["kitchen", "attic", "cellar", "hall", "porch"])
      await a.change(name, () => a.store.createWorld({ name }));
    assert.equal(namesOf(before.store).length, 5);
    // Away: a store that nobody tells anything, as under a server that is started without the others.
    const away = openWorldStore(":memory:");
    for (const name of store.copies.names()) away.copies.take(name, store.copies.find(name) ?? assert.fail());
    await a.change("kitchen", () => a.store.updateWorld("kitchen", { title: "changed" }));
    await a.change("attic", () => a.store.deleteWorld("attic"));
    away.createAgent("cellar", { name: "Vera" });
    away.deleteWorld("hall");
    away.createWorld({ name: "garden" });
    away.deleteWorld("porch");
    away.createWorld({ name: "porch", title: "made again" });
    const back = joined(hub, away);
    await back.merge();
    for (const { store } of [a, back]) {
      assert.deepEqual(namesOf(store).toSorted(), ["cellar", "garden", "kitchen", "porch"]);
      assert.equal(store.world("kitchen")?.title, "changed");
      assert.equal(store.agents("cellar").length, 1);
      assert.equal(store.world("porch")?.title, "made again");
    }
    assert.deepEqual(a.store.worlds(), back.store.worlds());
    away.createWorld({ name: "hall" });
    await back.merge();
    assert.equal(a.store.world("hall")?.name, "hall");
  });

  test("R-STORE two that have changed the same from the same, each without the other, take one of both and tell them apart", async () => {
    const hub = copyHub();
    const a = joined(hub);
    await a.change("kitchen", () => a.store.createWorld({ name: "kitchen" }));
    const kitchen = a.store.copies.find("kitchen") ?? assert.fail();
    await a.change("kitchen", () => a.store.updateWorld("kitchen", { title: "a" }));
    hub.empty();
    const store = openWorldStore(":memory:");
    store.copies.take("kitchen", kitchen);
    const b = joined(hub, store);
    await b.merge();
    await b.change("kitchen", () => b.store.updateWorld("kitchen", { title: "b" }));
    await a.merge();
    assert.ok(["a", "b"].includes(a.store.world("kitchen")?.title ?? ""));
    assert.deepEqual(a.store.worlds(), b.store.worlds());
  });

  test("of deleted worlds the newest thousand are kept, on the disks and in the store", async () => {
    const hub = copyHub();
    const a = joined(hub);
    for (let rev = 1; rev <= 1005; rev++) a.store.copies.take(`world${rev}`, { rev, deleted: true });
    await a.merge();
    assert.deepEqual([hub.copies.size, a.store.copies.names().length], [1000, 1000]);
    assert.equal(hub.copies.has("world5"), false);
    await a.change("kitchen", () => a.store.createWorld({ name: "kitchen" }));
    await a.change("kitchen", () => a.store.deleteWorld("kitchen"));
    assert.deepEqual([hub.copies.size, hub.copies.has("kitchen"), hub.copies.has("world6")], [1000, true, false]);
  });
});
