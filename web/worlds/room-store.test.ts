import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryShelf } from "../state/storage.ts";
import { mergedTurns } from "./merged-turns.ts";
import { createRoomStore, type KeptRoom, readSender, writeSender } from "./room-store.ts";
import type { Turn } from "./turn.ts";

const turn = (key: string, more: Partial<Turn> = {}): Turn => ({
  ...{ key, mine: true, items: [], phases: {} },
  asked: { sender: "HUMAN", content: key, at: "2026-01-02T03:04:05.000Z" },
  ...more,
});
const OVER = { kind: "over", reason: "completed", outcomes: [] } as const;
const room = (turns: readonly Turn[]): KeptRoom => ({ v: 1, turns, missed: false });
const keys = (turns: readonly Turn[] | undefined) => turns?.map(({ key }) => key);

describe("what is kept of a room", () => {
  test("comes back, also under the name in other letters, and goes when it is cleared away", () => {
    const shelf = memoryShelf();
    createRoomStore(shelf, "Kitchen").write({ ...room([turn("a")]), feed: { lastEventId: "f.0.3", seq: 3 } });
    const store = createRoomStore(shelf, "kitchen");
    assert.deepEqual([keys(store.read()?.turns), store.read()?.feed?.seq], [["a"], 3]);
    assert.equal(createRoomStore(shelf, "hall").read(), undefined);
    store.write({ ...room([]), clearedAt: "2026-01-02T03:04:05.000Z" });
    assert.deepEqual(keys(store.read()?.turns), ["a"], "it is still under way");
    store.write(room([turn("a", { ending: OVER })]));
    assert.deepEqual(keys(store.read()?.turns), []);
  });

  test("is limited to the newest turns, by number and by length", () => {
    const store = createRoomStore(memoryShelf(), "w");
    store.write(room(Array.from({ length: 150 }, (_, index) => turn(`t${index}`))));
    assert.deepEqual([store.read()?.turns.length, store.read()?.turns.at(-1)?.key], [100, "t149"]);
    const other = createRoomStore(memoryShelf(), "w");
    const long = (key: string) => turn(key, { asked: { sender: "HUMAN", content: "x".repeat(150_000), at: "" } });
    other.write(room([long("a"), long("b"), long("c")]));
    assert.deepEqual(keys(other.read()?.turns), ["b", "c"]);
  });

  test("what another tab wrote meanwhile is not lost", () => {
    const shelf = memoryShelf();
    createRoomStore(shelf, "w").write(room([turn("a", { ending: OVER })]));
    createRoomStore(shelf, "w").write(room([turn("b", { ending: OVER })]));
    assert.deepEqual(keys(createRoomStore(shelf, "w").read()?.turns), ["a", "b"]);
  });

  test("a browser without room, and what a later version wrote, do no harm", () => {
    const full = { ...memoryShelf(), setItem: () => assert.fail("no room") };
    assert.equal(createRoomStore(full, "w").write(room([])), false);
    const shelf = memoryShelf();
    shelf.setItem("chatwait/room/w", '{"v":2}');
    assert.equal(createRoomStore(shelf, "w").read(), undefined);
    shelf.setItem("chatwait/room/w", "{");
    assert.equal(createRoomStore(shelf, "w").read(), undefined);
  });

  test("running turns are kept one by one, for each room", () => {
    const shelf = memoryShelf();
    const store = createRoomStore(shelf, "w");
    const running = (key: string) => ({ v: 1, key, request: { message: "Hi" }, startedAt: "" }) as const;
    store.setRunning(running("a"));
    store.setRunning(running("b"));
    createRoomStore(shelf, "w2").setRunning(running("c"));
    store.clearRunning("a");
    assert.deepEqual(
      store.running().map(({ key }) => key),
      ["b"],
    );
  });
});

describe("turns of two tabs together", () => {
  test("of one turn the one that got further, and one's own before what the feed told", () => {
    const over = turn("a", { ending: OVER });
    assert.equal(mergedTurns([over], [turn("a")])[0], over);
    assert.equal(mergedTurns([turn("a")], [over])[0], over);
    const mine = turn("k", { turnId: "t1" });
    const fed = turn("t1", { turnId: "t1", mine: false, ending: OVER });
    assert.deepEqual([mergedTurns([fed], [mine]), mergedTurns([mine], [fed])], [[mine], [mine]]);
  });

  test("one turn stays one, where another tab has it twice: before its number was known, and from the feed", () => {
    const begun = turn("k");
    const fed = turn("t1", { turnId: "t1", mine: false });
    const mine = turn("k", { turnId: "t1" });
    assert.deepEqual(mergedTurns([begun, fed], [mine]), [mine]);
    assert.deepEqual(mergedTurns([mine], [begun, fed]).length, 1);
    assert.deepEqual(mergedTurns([mine, mine], []), [mine], "as an older page has kept it");
  });

  test("in the order of their times", () => {
    const at = (key: string, minute: number) =>
      turn(key, { asked: { sender: "A", content: key, at: `2026-01-02T03:0${minute}:00Z` } });
    assert.deepEqual(keys(mergedTurns([at("a", 1), at("c", 3)], [at("b", 2), at("d", 4)])), ["a", "b", "c", "d"]);
  });
});

test("the name under which one speaks is kept for all rooms", () => {
  const shelf = memoryShelf();
  assert.equal(readSender(shelf), undefined);
  writeSender(shelf, "Ada");
  assert.equal(readSender(shelf), "Ada");
  writeSender(shelf, undefined);
  assert.equal(readSender(shelf), undefined);
});
