import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { feedContract, MINUTE, seqs, word } from "../../testing/feed-contract.ts";
import { frameReader } from "../../testing/frame-reader.ts";
import { turn } from "../../testing/log-environment.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { encodeFrame } from "../protocol/frames.ts";
import { createFeed, type Feed } from "./feed.ts";
import { feedPosition } from "./feed-position.ts";

async function environment(limits: { maxBytes?: number; maxAgeMs?: number }) {
  const clock = manualClock();
  const feed = createFeed({ id: "feed1", clock, world: "lobby", ...limits });
  return { clock, feed, settle: turn, close: async () => feed.drop() };
}

feedContract("one server", environment, 200);

function rig(limits: { maxBytes?: number; maxAgeMs?: number } = {}) {
  const clock = manualClock();
  const feed = createFeed({ id: "feed1", clock, world: "lobby", ...limits });
  return { clock, feed, ...clientsOf(feed, clock) };
}

function clientsOf(feed: Feed, clock: ReturnType<typeof manualClock>) {
  const read = (where: { after: number; preface?: string }) =>
    frameReader(feed, clock, { ...where, left: feed.read() });
  return {
    /** Begins at the present. */
    open: () => read({ after: feed.lastSeq, preface: feed.startFrame() }),
    /** Goes on after the event of that id. */
    comeBack: (id: string | undefined) => read({ after: feedPosition(feed, id ?? "") }),
    refusal(id: string) {
      try {
        feedPosition(feed, id);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return "none";
    },
  };
}

describe("a feed that nobody reads", () => {
  test("is not told what nobody can come back for, and goes on at the number it has come to", async () => {
    const { feed, open } = rig();
    assert.deepEqual([feed.skip(), feed.skip(), feed.lastSeq, feed.wasRead], [true, true, 3, false]);
    const reader = open();
    assert.deepEqual([feed.skip(), feed.lastSeq, feed.wasRead], [false, 3, true]);
    feed.publish(word("a"));
    await turn();
    assert.deepEqual(seqs(reader.events), [3, 4]);
  });

  test("keeps what is said while its last reader may come back, and skips what is said after that", async () => {
    const { clock, feed, open } = rig();
    open().leave();
    assert.equal(feed.skip(), false);
    clock.advance(5 * MINUTE);
    assert.deepEqual([feed.skip(), feed.idle, clock.pending()], [true, true, 0]);
  });
});

describe("a feed that is read", () => {
  test("R-FEED its numbers go on where nobody reads, so that its start is where it stands", () => {
    const { feed, open } = rig();
    for (let n = 0; n < 100; n++) feed.publish(word("a"));
    assert.equal(open().events[0]?.seq, 101);
  });

  test("R-FEED what is published in one turn of the event loop wakes each reader once, and none that has left", async () => {
    const { feed } = rig();
    const rung: string[] = [];
    const release = feed.listen(() => rung.push("first"));
    feed.listen(() => rung.push("second"));
    feed.read();
    for (let n = 0; n < 5; n++) feed.publish(word("a"));
    assert.deepEqual(rung, []);
    await turn();
    feed.publish(word("b"));
    release();
    await turn();
    assert.deepEqual(rung, ["first", "second", "second"]);
  });
});

describe("coming back to a feed", () => {
  test("R-FEED in a silent world a reader comes back after hours, for it has missed nothing", () => {
    const { clock, feed, open, comeBack } = rig();
    feed.publish(word("a"));
    const reader = open();
    reader.leave();
    clock.advance(1000 * MINUTE);
    assert.deepEqual(comeBack(reader.events[0]?.id).events, []);
  });
});

describe("what a feed holds", () => {
  /** An event that tells when it is encoded. */
  function watched() {
    let encoded = 0;
    const event = {
      ...{ type: "token" as const, message_id: "m1" },
      get text() {
        encoded++;
        return "a";
      },
    };
    return { event, encoded: () => encoded };
  }

  test("R-FEED records and encodes nothing while nobody reads, nor sets a timer", () => {
    const { clock, feed } = rig();
    const { event, encoded } = watched();
    for (let n = 0; n < 10; n++) feed.publish(event);
    assert.deepEqual([feed.lastSeq, feed.firstKept, feed.idle], [11, 12, true]);
    assert.deepEqual([encoded(), feed.slice(10, 100), clock.pending()], [0, undefined, 0]);
  });

  test("R-FEED goes on recording for 5 minutes after its last reader has left, then not", () => {
    const { clock, feed, refusal } = rig();
    const { event, encoded } = watched();
    const [first, last] = [feed.read(), feed.read()];
    first();
    clock.advance(60 * MINUTE);
    feed.publish(event);
    last();
    clock.advance(MINUTE);
    feed.publish(event);
    clock.advance(4 * MINUTE - 1);
    feed.publish(event);
    assert.deepEqual([feed.firstKept, encoded(), feed.idle, clock.pending()], [2, 3, false, 1]);
    clock.advance(1);
    assert.deepEqual(
      [clock.pending(), feed.idle, feed.firstKept, refusal("feed1.0.3")],
      [0, true, 5, "stream_expired"],
    );
    feed.publish(event);
    assert.deepEqual([feed.lastSeq, feed.firstKept, encoded(), clock.pending()], [5, 6, 3, 0]);
  });

  test("R-FEED a reader that comes late, when nothing was recorded, begins a record of its own", () => {
    const { clock, feed } = rig();
    feed.read()();
    clock.advance(6 * MINUTE);
    feed.publish(word("missed"));
    const leave = feed.read();
    assert.equal(feed.firstKept, 3);
    feed.publish(word("kept"));
    assert.equal(feed.slice(2, 1000)?.seq, 3);
    leave();
  });

  test("R-FEED whatever happens it holds one timer at most, exactly what its limits allow, and in the end nothing", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("publish" as const), size: fc.integer({ min: 1, max: 800 }) }),
      fc.record({ do: fc.constantFrom("read" as const, "leave" as const) }),
      fc.record({ do: fc.constant("wait" as const), ms: fc.oneof(fc.nat(30), fc.nat(150)) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: "max" }), (steps) => {
        const [maxBytes, maxAgeMs] = [2000, 100];
        const { clock, feed } = rig({ maxBytes, maxAgeMs });
        const readers: (() => void)[] = [];
        let leftAt = Number.NEGATIVE_INFINITY;
        let kept: { seq: number; at: number; bytes: number }[] = [];
        let seq = 1;
        const wanted = () => readers.length > 0 || clock.now() - leftAt < maxAgeMs;
        for (const one of steps) {
          if (one.do === "publish") {
            seq++;
            const event = word("x".repeat(one.size));
            feed.publish(event);
            if (wanted()) kept.push({ seq, at: clock.now(), bytes: encodeFrame("feed1.0.", seq, event).length });
          } else if (one.do === "read") readers.push(feed.read());
          else if (one.do === "wait") clock.advance(one.ms);
          else if (readers.length > 0) {
            readers.pop()?.();
            if (readers.length === 0) leftAt = clock.now();
          }
          if (!wanted()) kept = [];
          kept = kept.filter(({ at }) => clock.now() - at < maxAgeMs);
          while (kept.length > 1 && kept.reduce((sum, { bytes }) => sum + bytes, 0) > maxBytes) kept.shift();
          assert.equal(feed.firstKept, kept[0]?.seq ?? seq + 1);
          assert.equal(
            bytesAfter(feed, feed.firstKept - 1),
            kept.reduce((sum, { bytes }) => sum + bytes, 0),
          );
          assert.ok(clock.pending() <= 1, `${clock.pending()} timers`);
          assert.deepEqual([feed.readers, feed.idle], [readers.length, !wanted()]);
          if (feed.idle) assert.equal(clock.pending(), 0);
        }
        for (const leave of readers) leave();
        clock.advance(maxAgeMs);
        assert.deepEqual([clock.pending(), feed.idle, feed.firstKept], [0, true, seq + 1]);
      }),
      { numRuns: 300 },
    );
  });

  test("R-FEED a busy hour costs a few timers, not one an event", () => {
    const clock = manualClock();
    let timers = 0;
    const after: typeof clock.after = (ms, action) => {
      timers++;
      return clock.after(ms, action);
    };
    const feed = createFeed({ id: "feed1", clock: { ...clock, after } });
    feed.read();
    for (let n = 0; n < 36_000; n++) {
      feed.publish(word("a"));
      clock.advance(100);
    }
    assert.ok(timers < 150, `${timers} timers`);
    assert.equal(feed.lastSeq - feed.firstKept + 1, 2999, "of the last 5 minutes");
  });

  test("R-FEED a reader that leaves twice is one that left", () => {
    const { feed } = rig();
    const [first, second] = [feed.read(), feed.read()];
    first();
    first();
    assert.deepEqual([feed.readers, feed.idle], [1, false]);
    second();
    assert.equal(feed.readers, 0);
  });
});

function bytesAfter(feed: Feed, after: number): number {
  let bytes = 0;
  for (let slice = feed.slice(after, 500); slice; slice = feed.slice(slice.seq, 500)) bytes += slice.latin1.length;
  return bytes;
}

test("R-FEED R-DRAIN a feed that was dropped still shows where it stood, and ends at once", async () => {
  const { feed, open } = rig();
  open();
  feed.drop();
  const late = open();
  assert.deepEqual([late.events.length, late.over], [1, "end"]);
});

test("R-FEED R-DRAIN a paused reader of a feed that is dropped is cut as soon as that is so", async () => {
  const { feed, open } = rig();
  const slow = open();
  slow.pause();
  for (const text of ["a", "b"]) {
    feed.publish(word(text));
    await turn();
  }
  feed.drop();
  await turn();
  assert.equal(slow.over, "cut");
});

describe("a slow reader of a feed", () => {
  test("R-FEED R-SLOW is cut when what comes next for it has become too old", async () => {
    const { clock, feed, open } = rig();
    const slow = open();
    slow.pause();
    for (const text of ["a", "b"]) {
      feed.publish(word(text));
      await turn();
    }
    for (let minute = 0; minute < 5; minute++) {
      assert.equal(slow.over, undefined);
      slow.sip();
      clock.advance(MINUTE);
    }
    slow.resume();
    assert.equal(slow.over, "cut");
  });
});
