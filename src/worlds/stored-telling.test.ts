import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { looseLog, turn } from "../../testing/log-environment.ts";
import { createBells, hang, ringSoon } from "../log/bells.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { WorldEvent } from "../protocol/events.ts";
import { tellAsStored } from "./stored-telling.ts";

const about = { message_id: "m1", sender: "Ada", content: "Hello!", timestamp: "2026-01-02T03:04:05.000Z" };
const MESSAGE = { type: "message", role: "user", ...about } as const;
const token = (text: string) => ({ type: "token", message_id: "m2", text }) as const;

/** A log of which the store has only so much, and what is told of it. */
function rig(told: Promise<number> | 0 = 0) {
  const inner = looseLog("world");
  const bells = createBells();
  const log = { lastSeq: 0, sealed: false, event: inner.event, listen: (bell: () => void) => hang(bells, bell) };
  const said: [what: string, place: number | undefined][] = [];
  const telling = new Set<StreamLog>();
  const room = {
    telling,
    skip: () => false,
    deliver(event: WorldEvent, _publisher?: object, place?: number) {
      assert.equal(event.turn_id, "t1");
      assert.ok(!("seq" in event));
      said.push([event.type === "token" ? event.text : event.type, place]);
    },
  };
  const stored = tellAsStored({ log: log as unknown as StreamLog, room, turnId: "t1", told, over() {} });
  /** The store has it as far as that. */
  async function store(seq = inner.lastSeq) {
    Object.assign(log, { lastSeq: seq, sealed: inner.sealed && seq === inner.lastSeq });
    ringSoon(bells);
    await turn();
  }
  return { inner, stored, said, telling, store };
}

describe("what a shared turn tells its world", () => {
  test("R-FEED R-ANY is what the store has, in its order, the first message after the start", async () => {
    const { inner, stored, said, telling, store } = rig();
    inner.append({ type: "start", kind: "world", stream_id: "abc", created_at: "", world: "w" });
    stored.first(MESSAGE, undefined);
    inner.append(token("a"));
    inner.append({ ...MESSAGE, message_id: "m3" });
    inner.append(token("b"));
    assert.deepEqual(said, []);
    await store(2);
    const begun = [
      ["start", 1],
      ["message", 1.25],
      ["system", 1.5],
      ["a", 2],
    ];
    assert.deepEqual(said, begun);
    inner.seal({ type: "done", reason: "complete" });
    await store(4);
    assert.deepEqual(said, [...begun, ["message", 3], ["system", 3.25], ["b", 4]]);
    assert.equal(telling.size, 1);
    await store();
    assert.deepEqual(said.at(-1), ["done", 5]);
    assert.equal(telling.size, 0);
  });

  test("R-LEASE R-FEED is nothing more once another server writes the turn", async () => {
    const { inner, stored, said, telling, store } = rig();
    inner.append(token("a"));
    await store();
    inner.append(token("late"));
    stored.stop();
    await store();
    assert.deepEqual([said, telling.size], [[["a", 1]], 0]);
  });

  test("R-TAKEOVER R-FEED begins where the server that has died left off", async () => {
    const { inner, said, store } = rig(Promise.resolve(1));
    for (const text of ["a", "stored, not told", "new"]) inner.append(token(text));
    await store(2);
    assert.deepEqual(said, [["stored, not told", 2]]);
    await store();
    assert.deepEqual(said.at(-1), ["new", 3]);
  });
});
