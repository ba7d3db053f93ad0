import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { bytesAfter, done, eventsOf, looseLog, token, turn } from "../../testing/log-environment.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { type FrameSink, liveFrames, STALL_MS } from "./live-frames.ts";

const RETRY = "retry: 1000\n\n";
const PING = ": ping\n\n";

/** A log that counts who listens to it. */
function testLog() {
  const log = looseLog();
  const { listen } = log;
  let bells = 0;
  log.listen = (bell) => {
    const release = listen(bell);
    bells++;
    return () => {
      bells--;
      release();
    };
  };
  return { log, bells: () => bells };
}

/** A connection whose other side does what the test says. */
function testSink() {
  const seen = { writes: [] as string[], left: 0, full: false, ends: 0, cuts: 0 };
  const sink: FrameSink = {
    write(frames) {
      assert.equal(seen.ends + seen.cuts, 0, "written after the end");
      seen.writes.push(Buffer.from(frames, "latin1").toString());
      return !seen.full;
    },
    progress: () => seen.left,
    end: () => void seen.ends++,
    cut: () => void seen.cuts++,
  };
  return { seen, sink, text: () => seen.writes.join("") };
}

function rig({ log, bells } = testLog(), after = 0) {
  const clock = manualClock();
  const { seen, sink, text } = testSink();
  let closed = 0;
  const open = () => liveFrames({ log, after, clock, sink, heartbeatMs: 10_000, closed: () => void closed++ });
  const framesAfter = (seq: number) => bytesAfter(log, seq).toString();
  const leftBehind = () => ({ timers: clock.pending(), bells: bells() });
  return { log, clock, seen, sink, text, open, framesAfter, leftBehind, closed: () => closed };
}

const NOTHING = { timers: 0, bells: 0 };
const pings = (writes: string[]) => writes.filter((write) => write === PING).length;

describe("liveFrames", () => {
  test("R-PRIME the retry line and the start event are written at once, in one piece", () => {
    const { log, open, seen, framesAfter } = rig();
    log.append({ type: "start", stream_id: "abc", kind: "chat", created_at: log.createdAt, model: "m" });
    open();
    assert.deepEqual(seen.writes, [RETRY + framesAfter(0)]);
  });

  test("R-PRIME where there is nothing yet, the retry line is written at once", () => {
    const { open, seen } = rig();
    open();
    assert.deepEqual(seen.writes, [RETRY]);
  });

  test("what is appended in one turn of the event loop is one write", async () => {
    const { log, open, seen, framesAfter } = rig();
    open();
    for (const text of ["a", "b", "c"]) log.append(token(text));
    await turn();
    log.append(token("d"));
    await turn();
    const [first, second, ...more] = seen.writes.slice(1);
    assert.deepEqual([second, more], [framesAfter(3), []]);
    assert.equal(`${first}${second}`, framesAfter(0));
  });

  test("R-CURSOR opened after any k, of a log that grows on, it sends exactly what follows k", async () => {
    for (let k = 0; k <= 6; k++) {
      const shared = testLog();
      for (const text of ["a", "b", "c"]) shared.log.append(token(text));
      const { log, open, text, framesAfter } = rig(shared, Math.min(k, 3));
      open();
      for (const text of ["d", "e"]) log.append(token(text));
      await turn();
      log.seal(done);
      await turn();
      assert.equal(text(), RETRY + framesAfter(Math.min(k, 3)));
    }
  });

  test("R-ONE after the terminal event it ends the response once, and leaves nothing behind", async () => {
    const { log, open, seen, closed, leftBehind, text, framesAfter } = rig();
    open();
    log.append(token("a"));
    log.seal(done);
    await turn();
    assert.equal(text(), RETRY + framesAfter(0));
    assert.deepEqual([seen.ends, seen.cuts, closed(), leftBehind()], [1, 0, 1, NOTHING]);
  });

  test("R-END of a sealed log it sends the rest with its terminal event, and ends", () => {
    const { log, open, seen, closed, leftBehind, text, framesAfter } = rig(testLog(), 1);
    for (const text of ["a", "b"]) log.append(token(text));
    log.seal(done);
    open();
    assert.equal(text(), RETRY + framesAfter(1));
    assert.deepEqual([seen.ends, closed(), leftBehind()], [1, 1, NOTHING]);
  });

  test("R-DETACH closed by its connection it touches neither sink nor log again, and the log goes on", async () => {
    const { log, open, seen, clock, closed, leftBehind } = rig();
    const live = open();
    log.append(token("a"));
    live.close();
    live.close();
    live.drained();
    await turn();
    clock.advance(100_000);
    log.seal(done);
    await turn();
    assert.deepEqual([seen.writes, seen.ends, seen.cuts, closed()], [[RETRY], 0, 0, 0]);
    assert.deepEqual([leftBehind(), eventsOf(log).length], [NOTHING, 2]);
  });

  test("closed from within a write, also one that fills the sink, it leaves nothing behind", async () => {
    for (const full of [false, true]) {
      const { log, open, sink, seen, clock, closed, leftBehind } = rig();
      const live = open();
      seen.full = full;
      const write = sink.write;
      sink.write = (frames) => {
        live.close();
        return write(frames);
      };
      log.append(token("a"));
      log.append(token("b"));
      await turn();
      log.seal(done);
      await turn();
      assert.deepEqual([seen.writes.length, leftBehind()], [2, NOTHING]);
      clock.advance(2 * STALL_MS);
      assert.deepEqual([seen.ends, seen.cuts, closed()], [0, 0, 0]);
    }
  });
});

describe("R-BEAT liveFrames", () => {
  test("R-BEAT sends a comment when nothing was sent for 10 s, and every 10 s after", () => {
    const { open, seen, clock } = rig();
    open();
    clock.advance(9_999);
    assert.equal(pings(seen.writes), 0);
    clock.advance(1);
    assert.deepEqual(seen.writes, [RETRY, PING]);
    clock.advance(30_000);
    assert.equal(pings(seen.writes), 4);
  });

  test("R-BEAT the time begins anew with each write", async () => {
    const { log, open, seen, clock } = rig();
    open();
    for (let n = 0; n < 5; n++) {
      clock.advance(9_000);
      log.append(token("a"));
      await turn();
    }
    assert.equal(pings(seen.writes), 0);
    clock.advance(9_999);
    assert.equal(pings(seen.writes), 0);
    clock.advance(1);
    assert.equal(pings(seen.writes), 1);
  });

  test("R-BEAT nothing is added to a full sink; once drained the beat goes on", () => {
    const { open, seen, clock } = rig();
    seen.full = true;
    const live = open();
    clock.advance(50_000);
    assert.deepEqual(seen.writes, [RETRY]);
    seen.full = false;
    live.drained();
    clock.advance(10_000);
    assert.deepEqual(seen.writes, [RETRY, PING]);
  });
});

describe("R-SLOW liveFrames", () => {
  test("R-SLOW a full sink is given nothing more, however long the log grows, and reads on from it once drained", async () => {
    const { log, open, seen, text, framesAfter, leftBehind } = rig();
    const live = open();
    seen.full = true;
    for (let n = 0; n < 1000; n++) {
      log.append(token("x".repeat(100)));
      if (n % 10 === 0) await turn();
    }
    assert.equal(seen.writes.length, 2, "one write filled it, none followed");
    const taken = text().length;
    seen.full = false;
    live.drained();
    assert.ok(text().length > taken);
    assert.equal(text(), RETRY + framesAfter(0));
    log.seal(done);
    await turn();
    assert.equal(text(), RETRY + framesAfter(0));
    assert.deepEqual(leftBehind(), NOTHING);
  });

  test("R-SLOW no write is larger than 16 KiB, or than one frame, so that little is held for a slow reader", () => {
    const { log, open, seen, text, framesAfter } = rig();
    for (let n = 0; n < 1000; n++) log.append(token("x".repeat(100)));
    log.append(token("y".repeat(50_000)));
    seen.full = true;
    const live = open();
    for (let n = 0; n < 100; n++) live.drained();
    assert.equal(text(), RETRY + framesAfter(0));
    for (const write of seen.writes) {
      assert.ok(write.length <= 16 * 1024 + RETRY.length || write.split("\n\n").length === 2, `${write.length} bytes`);
    }
  });

  test("R-SLOW a reader that takes nothing for 60 s is cut, without an end, and leaves nothing behind", () => {
    const { open, seen, clock, closed, leftBehind } = rig();
    seen.full = true;
    open();
    clock.advance(59_999);
    assert.deepEqual([seen.cuts, closed()], [0, 0]);
    clock.advance(1);
    assert.deepEqual([seen.cuts, seen.ends, closed(), leftBehind()], [1, 0, 1, NOTHING]);
  });

  test("R-SLOW a reader that takes a little each minute is not cut, until it takes nothing", () => {
    const { open, seen, clock, closed } = rig();
    seen.full = true;
    open();
    for (let minute = 0; minute < 10; minute++) {
      clock.advance(59_000);
      seen.left++;
      clock.advance(1_000);
    }
    assert.equal(seen.cuts, 0);
    clock.advance(STALL_MS);
    assert.deepEqual([seen.cuts, closed()], [1, 1]);
  });

  test("R-SLOW a reader that drained and is full again has another 60 s", () => {
    const { log, open, seen, clock } = rig();
    for (let n = 0; n < 1000; n++) log.append(token("x".repeat(100)));
    seen.full = true;
    const live = open();
    clock.advance(50_000);
    live.drained();
    clock.advance(59_999);
    assert.equal(seen.cuts, 0);
    clock.advance(1);
    assert.equal(seen.cuts, 1);
  });

  test("R-SLOW a reader that keeps up is never cut, though its connection tells of no progress", () => {
    const { open, seen, clock } = rig();
    open();
    clock.advance(10 * STALL_MS);
    assert.equal(seen.cuts, 0);
  });

  test("R-SLOW the end waits for a full sink, and one that never drains is cut instead", async () => {
    for (const drains of [true, false]) {
      const { log, open, seen, clock, text, framesAfter, leftBehind } = rig();
      const live = open();
      seen.full = true;
      log.seal(done);
      await turn();
      assert.equal(seen.ends, 0);
      if (drains) live.drained();
      else clock.advance(STALL_MS);
      assert.deepEqual([seen.ends, seen.cuts, leftBehind()], [drains ? 1 : 0, drains ? 0 : 1, NOTHING]);
      assert.equal(text(), RETRY + framesAfter(0));
    }
  });

  test("R-SLOW it slows nobody: another reader of the same log has everything at once", async () => {
    const shared = testLog();
    const slow = rig(shared);
    const quick = rig(shared);
    slow.seen.full = true;
    slow.open();
    quick.open();
    for (let n = 0; n < 100; n++) shared.log.append(token("x"));
    await turn();
    assert.equal(slow.text(), RETRY);
    assert.equal(quick.text(), RETRY + quick.framesAfter(0));
  });

  test("R-CURSOR R-SLOW however writes, full sinks and drains interleave, it sends each frame once, in order", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("append" as const), size: fc.integer({ min: 1, max: 9000 }) }),
      fc.record({ do: fc.constantFrom("fill" as const, "free" as const, "drain" as const, "turn" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), fc.nat(5), async (steps, k) => {
        const shared = testLog();
        for (let n = 0; n < k; n++) shared.log.append(token("x"));
        const { log, open, seen, text, framesAfter, leftBehind } = rig(shared, k);
        const live = open();
        for (const one of steps) {
          if (one.do === "append") log.append(token("x".repeat(one.size)));
          else if (one.do === "turn") await turn();
          else if (one.do === "drain") live.drained();
          else seen.full = one.do === "fill";
        }
        log.seal(done);
        seen.full = false;
        await turn();
        live.drained();
        assert.equal(text(), RETRY + framesAfter(k));
        assert.deepEqual([seen.ends, leftBehind()], [1, NOTHING]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("liveFrames of a log whose server is about to close", () => {
  const COME_BACK = "retry: 200\n\n";
  const sendAway = (log: ReturnType<typeof looseLog>) => Object.assign(log, { away: "leaving" as const });

  test("R-DRAIN who reads gets what is there, is told to come back soon, and is let go without a terminal event", async () => {
    const { log, open, seen, text, framesAfter, leftBehind, closed } = rig();
    open();
    sendAway(log).append(token("a"));
    await turn();
    assert.equal(text(), RETRY + framesAfter(0) + COME_BACK);
    assert.deepEqual([seen.ends, seen.cuts, closed()], [1, 0, 1]);
    assert.deepEqual(leftBehind(), NOTHING);
  });

  test("R-DRAIN R-SLOW who takes nothing is not waited for: the rest can be had elsewhere", async () => {
    const { log, open, seen, text, leftBehind } = rig();
    log.append(token("a"));
    open();
    seen.full = true;
    log.append(token("b"));
    await turn();
    const before = text();
    sendAway(log).append(token("c"));
    await turn();
    assert.equal(text(), before + COME_BACK);
    assert.equal(seen.ends, 1);
    assert.deepEqual(leftBehind(), NOTHING);
  });

  test("R-END R-DRAIN of what has ended everybody gets the end", async () => {
    const { log, open, text, framesAfter } = rig();
    open();
    sendAway(log).append(token("a"));
    log.seal(done);
    await turn();
    assert.equal(text(), RETRY + framesAfter(0));
  });
});

describe("liveFrames of what keeps only its newest events", () => {
  /** A log that says from which event on it is kept, as a feed does. */
  function fadingLog() {
    const { log, bells } = testLog();
    const fading = Object.assign(log, { firstKept: 1 });
    return { log: fading, bells };
  }

  test("R-FEED a preface goes after the retry line and before all frames, in one piece with them", async () => {
    for (const filled of [false, true]) {
      const { log, clock, sink, seen, text, framesAfter } = rig();
      if (filled) log.append(token("a"));
      const preface = "id: abc.0.0\nevent: start\ndata: {}\n\n";
      liveFrames({ log, after: 0, preface, clock, sink, heartbeatMs: 10_000, closed() {} });
      assert.deepEqual(seen.writes, [RETRY + preface + framesAfter(0)]);
      log.append(token("b"));
      await turn();
      assert.equal(text(), RETRY + preface + framesAfter(0));
    }
  });

  test("R-FEED R-SLOW a reader whose next event is gone is cut without an end, and leaves nothing behind", async () => {
    for (const paused of [false, true]) {
      const shared = fadingLog();
      const { log, seen, open, framesAfter, text, leftBehind, closed } = rig(shared);
      const live = open();
      log.append(token("a"));
      await turn();
      const taken = RETRY + framesAfter(0);
      seen.full = paused;
      for (const text of ["b", "c"]) log.append(token(text));
      shared.log.firstKept = 3;
      await turn();
      assert.deepEqual([seen.cuts, seen.ends, closed(), leftBehind()], [1, 0, 1, NOTHING]);
      assert.equal(text(), taken);
      live.drained();
      live.close();
      assert.deepEqual([seen.cuts, closed()], [1, 1]);
    }
  });

  test("R-FEED R-SLOW a paused reader whose next event goes before it has drained is cut when it drains", async () => {
    const shared = fadingLog();
    const { log, seen, open, leftBehind } = rig(shared);
    seen.full = true;
    const live = open();
    for (const text of ["a", "b"]) log.append(token(text));
    await turn();
    shared.log.firstKept = 2;
    assert.equal(seen.cuts, 0);
    seen.full = false;
    live.drained();
    assert.deepEqual([seen.writes, seen.cuts, seen.ends, leftBehind()], [[RETRY], 1, 0, NOTHING]);
  });

  test("R-FEED R-SLOW a reader whose next event is the oldest that is kept, or is yet to come, goes on", async () => {
    const shared = fadingLog();
    const { log, seen, open, text, framesAfter } = rig(shared);
    open();
    log.append(token("a"));
    await turn();
    for (const kept of [2, 3]) {
      log.append(token("b"));
      shared.log.firstKept = kept;
      await turn();
    }
    assert.equal(text(), RETRY + framesAfter(0));
    assert.equal(seen.cuts, 0);
  });
});
