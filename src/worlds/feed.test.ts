import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { anyWorldEvent } from "../../testing/any-event.ts";
import { frameReader } from "../../testing/frame-reader.ts";
import { turn } from "../../testing/log-environment.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import type { Received } from "../../testing/sse-client.ts";
import type { WorldEvent } from "../protocol/events.ts";
import { encodeFrame } from "../protocol/frames.ts";
import { createFeed, type Feed } from "./feed.ts";
import { feedPosition } from "./feed-position.ts";

const MINUTE = 60_000;
const MIB = 1024 * 1024;

const word = (text: string, turn_id = "t1"): WorldEvent => ({ type: "token", message_id: "m1", text, turn_id });

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

/** What a client has of an event, as it came to the feed. */
const plain = (event: WorldEvent) => {
  const { stream_id: _key, ...rest } = event as WorldEvent & { stream_id?: string };
  return JSON.parse(JSON.stringify(rest));
};
const unnumbered = (events: readonly object[]) =>
  events.map((event) => {
    const { seq: _seq, id: _id, ...rest } = event as { seq: number; id: string };
    return rest;
  });
const seqs = (events: readonly { seq: number }[]) => events.map(({ seq }) => seq);

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
  test("R-FEED begins at the present with its start, numbered as the event it stands at, under the same id", async () => {
    const { feed, open } = rig();
    const [before, reader] = [open(), open()];
    assert.deepEqual(before.events, reader.events);
    assert.deepEqual(reader.events, [
      {
        ...{ type: "start", seq: 1, id: "feed1.0.1", stream_id: "feed1", kind: "feed", world: "lobby" },
        created_at: "2026-01-02T03:04:05.000Z",
      },
    ]);
    for (let n = 0; n < 41; n++) feed.publish(word("a"));
    await turn();
    const [start, ...more] = open().events;
    assert.deepEqual([start?.type, start?.seq, start?.id, more], ["start", 42, "feed1.0.42", []]);
  });

  test("R-FEED its numbers go on where nobody reads, so that its start is where it stands", () => {
    const { feed, open } = rig();
    for (let n = 0; n < 100; n++) feed.publish(word("a"));
    assert.equal(open().events[0]?.seq, 101);
  });

  test("R-FEED carries any events of all turns in order, each with its turn and a number of its own, without holes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyWorldEvent, { maxLength: 30 }), async (published) => {
        const { feed, open } = rig();
        const reader = open();
        for (const event of published) feed.publish(event);
        await turn();
        const [, ...events] = reader.events;
        assert.deepEqual(unnumbered(events), published.map(plain));
        assert.deepEqual(
          seqs(events),
          Array.from(published, (_, index) => index + 2),
        );
        assert.deepEqual(
          events.map(({ id }) => id),
          events.map(({ seq }) => `feed1.0.${seq}`),
        );
      }),
    );
  });

  test("R-FEED the id of a turn's stream, the key to it, is not in it", async () => {
    const { feed, open } = rig();
    const reader = open();
    const about = { created_at: "2026-01-02T03:04:05.000Z", world: "lobby", turn_id: "t1", message_id: "m0" };
    feed.publish({ type: "start", stream_id: "SecretKey", kind: "world", ...about });
    await turn();
    assert.deepEqual(reader.events[1], { type: "start", seq: 2, id: "feed1.0.2", kind: "world", ...about });
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
  test("R-FEED after every event it goes on at the next number, without another start", async () => {
    const { feed, open, comeBack } = rig();
    const whole = open();
    for (const text of ["a", "b", "c", "d"]) feed.publish(word(text));
    await turn();
    for (const [index, { id }] of [...whole.events].entries()) {
      const back = comeBack(id);
      assert.deepEqual(back.events, whole.events.slice(index + 1));
      feed.publish(word("later"));
      await turn();
      assert.equal(back.events.at(-1)?.seq, feed.lastSeq);
      assert.equal(back.events.filter(({ type }) => type === "start").length, 0);
    }
  });

  test("R-FEED after any cuts, wherever they come and however long away, the prefix and what is resumed are the whole", async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant("publish" as const), text: fc.string({ maxLength: 9 }) }) },
      fc.record({ do: fc.constantFrom("turn" as const, "leave" as const, "back" as const, "pause" as const) }),
      fc.record({ do: fc.constant("wait" as const), ms: fc.nat(2 * MINUTE) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), async (steps) => {
        const { clock, feed, open, comeBack } = rig();
        const whole = open();
        let reader: ReturnType<typeof open> | undefined = open();
        const got: Received[] = [];
        let away = 0;
        const leave = () => {
          if (!reader) return;
          reader.leave();
          got.push(...reader.events);
          reader = undefined;
          away = 0;
        };
        const back = () => {
          reader ??= comeBack(got.at(-1)?.id);
        };
        for (const one of steps) {
          if (one.do === "publish") feed.publish(word(one.text));
          else if (one.do === "turn") await turn();
          else if (one.do === "leave") leave();
          else if (one.do === "back") back();
          else if (one.do === "pause") reader?.pause();
          else if (one.do === "wait" && away + one.ms < 4 * MINUTE) {
            away += one.ms;
            // A paused reader would be cut for taking nothing.
            reader?.resume();
            await turn();
            clock.advance(one.ms);
          }
        }
        reader?.resume();
        await turn();
        leave();
        back();
        feed.close();
        await turn();
        assert.equal(reader?.over, "end");
        leave();
        assert.deepEqual(got, whole.events);
        assert.deepEqual(
          seqs(got.slice(1)),
          Array.from(got.slice(1), (_, index) => index + 2),
        );
        whole.leave();
        assert.deepEqual([clock.pending(), feed.readers, feed.idle], [0, 0, true]);
      }),
      { numRuns: 200 },
    );
  });

  test("R-FEED R-HONEST the last 4 MiB are kept and nothing before: an older cursor is told that it has expired", async () => {
    const { feed, open, comeBack, refusal } = rig();
    const reader = open();
    let bytes = 0;
    const lengths: number[] = [];
    for (let n = 0; n < 600; n++) {
      feed.publish(word("é".repeat(5000)));
      await turn();
      lengths.push(reader.bytes - bytes);
      bytes = reader.bytes;
    }
    const kept = feed.lastSeq - feed.firstKept + 1;
    const sum = (count: number) => lengths.slice(-count).reduce((total, length) => total + length, 0);
    assert.ok(sum(kept) <= 4 * MIB && sum(kept + 1) > 4 * MIB, `${kept} of ${lengths.length} are kept`);
    assert.equal(refusal(`feed1.0.${feed.firstKept - 2}`), "stream_expired");
    assert.equal(comeBack(`feed1.0.${feed.firstKept - 1}`).events.length, kept);
  });

  test("R-FEED R-HONEST at most 5 minutes are kept: what is older is told as expired, from one moment to the next", () => {
    const { clock, feed, open, refusal } = rig();
    open();
    feed.publish(word("at 0"));
    clock.advance(MINUTE);
    feed.publish(word("at 1"));
    clock.advance(4 * MINUTE - 1);
    assert.deepEqual([feed.firstKept, refusal("feed1.0.1")], [2, "none"]);
    clock.advance(1);
    assert.deepEqual([feed.firstKept, refusal("feed1.0.1"), refusal("feed1.0.2")], [3, "stream_expired", "none"]);
    clock.advance(MINUTE);
    assert.deepEqual([feed.firstKept, refusal("feed1.0.2"), refusal("feed1.0.3")], [4, "stream_expired", "none"]);
  });

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

describe("the end of a feed", () => {
  test("R-FEED closed it ends each reader with done and cancelled, also one that is paused, and leaves nothing behind", async () => {
    const { clock, feed, open } = rig();
    const [quick, slow] = [open(), open()];
    slow.pause();
    feed.publish(word("a"));
    await turn();
    feed.close();
    feed.close();
    await turn();
    assert.deepEqual([quick.over, slow.over, feed.sealed], ["end", undefined, true]);
    slow.resume();
    assert.equal(slow.over, "end");
    assert.deepEqual(quick.events.at(-1), { type: "done", seq: 3, id: "feed1.0.3", reason: "cancelled" });
    assert.deepEqual(slow.events, quick.events);
    assert.deepEqual([clock.pending(), feed.readers, feed.idle], [0, 0, true]);
  });

  test("R-FEED closed it takes nothing more, and where nobody reads it keeps nothing", async () => {
    const { clock, feed, open } = rig();
    const reader = open();
    feed.publish(word("a"));
    reader.leave();
    feed.close();
    feed.publish(word("late"));
    assert.deepEqual([feed.lastSeq, feed.slice(2, 100), feed.idle, clock.pending()], [3, undefined, true, 0]);
  });

  test("R-FEED R-DRAIN dropped it ends its readers without an event: who has all in good order, the others are cut", async () => {
    const { clock, feed, open } = rig();
    const [quick, slow] = [open(), open()];
    slow.pause();
    for (const text of ["a", "b"]) {
      feed.publish(word(text));
      await turn();
    }
    feed.drop();
    feed.publish(word("late"));
    await turn();
    assert.deepEqual([quick.over, slow.over], ["end", "cut"]);
    assert.deepEqual(seqs(quick.events), [1, 2, 3]);
    assert.deepEqual([clock.pending(), feed.readers, feed.idle], [0, 0, true]);
    const late = open();
    assert.deepEqual([late.events.length, late.over], [1, "end"]);
  });
});

describe("a slow reader of a feed", () => {
  test("R-FEED R-SLOW is sent nothing while it is full, goes on where it was, and slows nobody", async () => {
    const { feed, open } = rig();
    const [slow, quick] = [open(), open()];
    slow.pause();
    for (let n = 0; n < 1000; n++) {
      feed.publish(word("x".repeat(1000)));
      if (n % 10 === 0) await turn();
    }
    await turn();
    assert.ok(slow.bytes < 20_000, `${slow.bytes} bytes in a full connection`);
    assert.equal(quick.events.length, 1001);
    slow.resume();
    assert.deepEqual(slow.events, quick.events);
  });

  test("R-FEED R-SLOW is cut when what comes next for it is gone, and told so when it comes back", async () => {
    const { clock, feed, open, refusal } = rig();
    const [slow, quick] = [open(), open()];
    slow.pause();
    for (let n = 0; n < 5; n++) {
      feed.publish(word("x".repeat(MIB)));
      await turn();
    }
    assert.deepEqual([slow.over, quick.over], ["cut", undefined]);
    assert.equal(slow.events.filter(({ type }) => type === "done").length, 0);
    assert.equal(refusal(slow.events.at(-1)?.id ?? ""), "stream_expired");
    assert.equal(quick.events.length, 6);
    quick.leave();
    clock.advance(5 * MINUTE);
    assert.deepEqual([clock.pending(), feed.readers], [0, 0]);
  });

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

  test("R-FEED one event that is larger than all that is kept reaches who keeps up", async () => {
    const { feed, open } = rig({ maxBytes: 1000 });
    const reader = open();
    for (let n = 0; n < 3; n++) {
      feed.publish(word("x".repeat(5000)));
      await turn();
    }
    assert.deepEqual([reader.over, seqs(reader.events)], [undefined, [1, 2, 3, 4]]);
    assert.equal(feed.firstKept, 4);
  });
});
