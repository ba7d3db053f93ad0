import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { type WorldsFixture, worldsFixture } from "../../testing/worlds-fixture.ts";
import type { StreamEvent } from "../protocol/events.ts";
import { cutShort } from "./cut-short.ts";
import type { TurnRecord } from "./turn-record.ts";

type Draft = StreamEvent extends infer Event ? (Event extends StreamEvent ? Omit<Event, "seq"> : never) : never;

const numbered = (drafts: readonly Draft[]) =>
  drafts.map((draft, index) => ({ ...draft, seq: index + 1 }) as StreamEvent);
const begins = (message_id: string, sender: string): Draft => ({
  ...{ type: "message_start", message_id, sender, role: "assistant", in_reply_to: "m1" },
});
const says = (message_id: string, text: string): Draft => ({ type: "token", message_id, text });
const thinks = (agent: string): Draft => ({ type: "system", code: "thinking", message: "It thinks.", agent });
const ends = (message_id: string, sender: string): Draft => ({
  ...{ type: "message_end", message_id, sender, content: "", timestamp: "2026-01-02T03:04:05Z", reason: "stop" },
});

test("R-TAKEOVER what agents were cut in is told apart from what they have said to its end", () => {
  const events = numbered([
    ...[thinks("Vera"), begins("a", "Vera"), begins("b", "Otto"), says("a", "One"), says("b", "Uno")],
    ...[ends("a", "Vera"), thinks("Ida"), begins("c", "Vera"), says("b", " due"), says("c", "Two")],
  ]);
  assert.deepEqual(Object.fromEntries(cutShort(events)), {
    Otto: { text: "Uno due", thought: false },
    Ida: { text: "", thought: true },
    Vera: { text: "Two", thought: false },
  });
});

describe("R-DRAIN R-TAKEOVER which turns a server can go on with", () => {
  let fixture: WorldsFixture;
  afterEach(() => fixture.close());

  function canGoOn(events: readonly Draft[], some: Partial<TurnRecord> = {}) {
    const { worlds, store } = fixture;
    const world = store.world("kitchen") ?? assert.fail("There is no kitchen.");
    const resume = { turnId: "t1", world, made: store.made("kitchen"), agents: ["Vera"], earlier: [], ...some };
    return worlds.canGoOn({ kind: "world", resume, events: numbered(events) });
  }

  test("where nobody is cut in the middle; where one is, its model must be able to go on", () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    assert.equal(canGoOn([]), true);
    assert.equal(canGoOn([begins("a", "Vera")]), true);
    assert.equal(canGoOn([begins("a", "Vera"), says("a", "One")]), false);
    assert.equal(canGoOn([begins("a", "Vera"), says("a", "One"), ends("a", "Vera")]), true);
  });

  test("none of an agent whose model is not offered, unless its world was deleted", () => {
    fixture = worldsFixture({ agents: ["Vera"] });
    fixture.store.createAgent("kitchen", { name: "Otto", model: "test:elsewhere" });
    assert.equal(canGoOn([]), false);
    assert.equal(canGoOn([], { made: 4711 }), true);
    assert.equal(fixture.worlds.canGoOn({ kind: "world", resume: undefined, events: [] }), false);
  });
});
