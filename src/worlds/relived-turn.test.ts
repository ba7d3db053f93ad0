import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Play, play, playOn } from "../../testing/played-turn.ts";
import { eventsOf } from "../../testing/turn-fixture.ts";
import type { StreamEvent } from "../protocol/events.ts";

/** Events whose ids of messages are told by the order in which they came. */
function named(events: readonly StreamEvent[]): string {
  const names = new Map<string, string>();
  const json = JSON.stringify(events);
  for (const [, id = ""] of json.matchAll(/"(?:message_id|in_reply_to)":"([^"]+)"/g)) {
    if (!names.has(id)) names.set(id, `#${names.size}`);
  }
  return json.replace(/("(?:message_id|in_reply_to)":)"([^"]+)"/g, (_, key, id) => `${key}"${names.get(id)}"`);
}

const plays = (...rooms: string[][]): fc.Arbitrary<Play> =>
  fc.record(
    {
      seed: fc.nat(),
      agents: fc.constantFrom(...rooms),
      turnLimit: fc.integer({ min: 1, max: 4 }),
      added: fc.integer({ min: 0, max: 2 }),
      stopAt: fc.integer({ min: 2, max: 40 }),
    },
    { requiredKeys: ["seed", "agents", "turnLimit", "added"] },
  );

const shares = fc.double({ min: 0, max: 1, noNaN: true });

describe("a turn that another server goes on with", () => {
  test("R-TAKEOVER cut at any event it is the turn that was not cut: whom it wakes, what they are told, their limits", async () => {
    await fc.assert(
      fc.asyncProperty(plays(["A", "B"], ["A", "B", "QC"], ["B"]), shares, async (how, share) => {
        const uncut = await play(how);
        const events = eventsOf(uncut.log);
        const cut = 1 + Math.floor(share * (events.length - 2));
        const resumed = await playOn(how, events.slice(0, cut));
        const continued = eventsOf(resumed.log);
        assert.deepEqual(continued.slice(0, cut), events.slice(0, cut), "what was written stays");
        assert.equal(named(continued), named(events));
        assert.deepEqual(resumed.ended, uncut.ended, "and so it is remembered");
        assert.equal(resumed.told.length, events.length - cut, "whoever looks on is told what follows");
        assert.equal(resumed.clock.pending(), 0);
      }),
      { numRuns: 250 },
    );
  });

  test("R-TAKEOVER cut twice, with agents that cannot go on or say nothing: one end, each message whole once, limits hold", async () => {
    await fc.assert(
      fc.asyncProperty(plays(["A", "XD", "S"], ["XD", "S"]), shares, shares, async (how, first, second) => {
        let events = eventsOf((await play(how)).log);
        for (const share of [first, second]) {
          const kept = events.slice(0, 1 + Math.floor(share * (events.length - 2)));
          const { log, ended, clock } = await playOn(how, kept);
          events = eventsOf(log);
          assert.deepEqual(events.slice(0, kept.length), kept, "what was written stays");
          assert.deepEqual([ended.length, clock.pending()], [1, 0]);
          checkWhole(events, how);
          checkLost(kept, events.slice(kept.length));
        }
      }),
      { numRuns: 250 },
    );
  });
});

/** R-ONE, R-TEXT, R-LIMIT, R-VOICES. */
function checkWhole(events: readonly StreamEvent[], { turnLimit }: Play) {
  assert.deepEqual(
    events.flatMap(({ type }, index) => (type === "done" || type === "error" ? [index] : [])),
    [events.length - 1],
  );
  const texts = new Map<string, string>();
  const open = new Map<string, string>();
  const calls = new Map<string, number>();
  for (const event of events) {
    if (event.type === "message_start") {
      assert.ok(!texts.has(event.message_id) && ![...open.values()].includes(event.sender));
      texts.set(event.message_id, "");
      open.set(event.message_id, event.sender);
      calls.set(event.sender, (calls.get(event.sender) ?? 0) + 1);
    } else if (event.type === "token") {
      assert.ok(open.has(event.message_id));
      texts.set(event.message_id, texts.get(event.message_id) + event.text);
    } else if (event.type === "message_end") {
      assert.ok(open.delete(event.message_id));
      assert.equal(event.content, texts.get(event.message_id));
    }
  }
  assert.equal(open.size, 0);
  for (const count of calls.values()) assert.ok(count <= turnLimit);
}

/** Only who was cut and cannot go on is lost. */
function checkLost(kept: readonly StreamEvent[], after: readonly StreamEvent[]) {
  const cut = new Map(kept.flatMap((event) => (event.type === "token" ? [[event.message_id, true]] : [])));
  for (const event of after) {
    if (event.type !== "message_end") continue;
    const isLost = event.sender === "XD" && cut.has(event.message_id) && event.reason !== "cancelled";
    assert.equal(event.error_code, isLost ? "generation_lost" : undefined);
  }
}
