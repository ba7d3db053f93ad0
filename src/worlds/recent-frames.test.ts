import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { recentFrames } from "./recent-frames.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const frame = (n: number, length: number) => `${n}:`.padEnd(length, n % 2 ? "x" : "é");
const bytesOf = (text: string) => Buffer.byteLength(text);

type Recent = ReturnType<typeof recentFrames>;

/** All that follows `after`, in slices of about `maxBytes`; each must hold at least one frame and fit, if it holds more. */
function textAfter(recent: Recent, after: number, maxBytes: number): { text: string; seq: number } {
  let text = "";
  let seq = after;
  for (let slice = recent.slice(seq, maxBytes); slice; slice = recent.slice(seq, maxBytes)) {
    assert.ok(slice.seq > seq);
    assert.ok(slice.latin1.length <= maxBytes || slice.seq === seq + 1);
    text += Buffer.from(slice.latin1, "latin1").toString();
    seq = slice.seq;
  }
  return { text, seq };
}

const step = fc.record({
  /** Of the frame; now and then larger than all that is kept. */
  length: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 3, max: 400 }) }, fc.integer({ min: 3, max: 200_000 })),
  wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 })),
});

describe("recentFrames", () => {
  test("keeps exactly the newest that fit and are young enough, the newest always, and reads on from each of them", () => {
    const limits = fc.record({ maxBytes: fc.constantFrom(500, 5000, 300_000), maxAgeMs: fc.constantFrom(100, 1000) });
    fc.assert(
      fc.property(
        limits,
        fc.array(step, { maxLength: 80, size: "max" }),
        fc.nat(1000),
        ({ maxBytes, maxAgeMs }, steps, most) => {
          const recent = recentFrames({ maxBytes, maxAgeMs }, 7);
          let kept: { n: number; text: string; at: number }[] = [];
          let now = 0;
          let next = 7;
          for (const { length, wait } of steps) {
            now += wait;
            recent.expire(now);
            const text = frame(next, length);
            recent.add(text, now);
            kept = kept.filter(({ at }) => now - at < maxAgeMs);
            kept.push({ n: next, text, at: now });
            next++;
            while (kept.length > 1 && kept.reduce((sum, one) => sum + bytesOf(one.text), 0) > maxBytes) kept.shift();
            assert.deepEqual([recent.first, recent.oldest], [kept[0]?.n, kept[0]?.at]);
          }
          assert.equal(recent.slice(recent.first - 2, 1000), undefined);
          for (const after of kept.map(({ n }) => n - 1)) {
            const expected = kept.filter(({ n }) => n > after).map(({ text }) => text);
            assert.deepEqual(textAfter(recent, after, most), { text: expected.join(""), seq: next - 1 });
          }
        },
      ),
    );
  });

  test("when all have expired it holds nothing, and goes on where it was", () => {
    const recent = recentFrames({ maxBytes: 1000, maxAgeMs: 100 }, 1);
    for (const n of [1, 2, 3]) recent.add(frame(n, 10), n);
    recent.expire(102);
    assert.deepEqual([recent.first, recent.oldest], [3, 3]);
    recent.expire(103);
    assert.deepEqual([recent.first, recent.oldest, recent.slice(3, 100)], [4, undefined, undefined]);
    recent.add(frame(4, 10), 104);
    assert.deepEqual(textAfter(recent, 3, 100), { text: frame(4, 10), seq: 4 });
  });

  test("begun anew it knows nothing of before, and numbers from there", () => {
    const recent = recentFrames({ maxBytes: 1000, maxAgeMs: 100 }, 1);
    for (const n of [1, 2]) recent.add(frame(n, 200), 0);
    recent.restart(50);
    assert.deepEqual([recent.first, recent.oldest, recent.slice(49, 100)], [50, undefined, undefined]);
    for (const n of [50, 51]) recent.add(frame(n, 300), 0);
    assert.equal(recent.first, 50, "what was forgotten takes no room");
    assert.equal(textAfter(recent, 49, 1000).seq, 51);
  });

  test("what is gone is not held in memory: 64 MiB through a room of 1 MiB", () => {
    const recent = recentFrames({ maxBytes: 1024 * 1024, maxAgeMs: 1000 }, 1);
    const held = bytesHeld(() => {
      for (let n = 1; n <= 65_536; n++) recent.add("x".repeat(1024), 0);
    });
    assert.equal(recent.first, 65_536 - 1023);
    assert.ok(held > 1024 * 1024 && held < 1.3 * 1024 * 1024, `${held} bytes for 1 MiB`);
  });

  test("nor where it takes long to fill a part: of a hundred that grow slowly, each holds little that is too old", () => {
    const all = Array.from({ length: 100 }, () => recentFrames({ maxBytes: 1024 * 1024, maxAgeMs: 1000 }, 1));
    const held = bytesHeld(() => {
      for (const recent of all) {
        for (let n = 0; n < 50; n++) {
          recent.expire(n * 100);
          recent.add("x".repeat(8000), n * 100);
        }
      }
    });
    assert.equal(all[99]?.first, 41);
    assert.ok(held < 100 * 12 * 8200, `${held} bytes for 100 times 10 frames of 8000`);
  });
});

/** How much memory outside the heap `fill` leaves in use, after garbage collection. */
function bytesHeld(fill: () => void): number {
  const used = () => {
    // What one collection frees is counted as freed by the next.
    for (let times = 0; times < 3; times++) collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };
  const before = used();
  fill();
  return used() - before;
}
