import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createFrameStore } from "./frame-store.ts";

// From a few bytes to far more than a block, ASCII or not, so that frames meet every kind of edge.
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ minLength: 1, unit: "binary" }) },
  fc.tuple(fc.constantFrom("x", "é", "😀"), fc.integer({ min: 1, max: 30_000 })).map(([unit, n]) => unit.repeat(n)),
);
const texts = fc.array(text, { maxLength: 40, size: "max" });

function filled(frames: string[]) {
  const store = createFrameStore();
  for (const frame of frames) store.append(frame, Buffer.byteLength(frame));
  return store;
}

const joined = (frames: string[]) => Buffer.from(frames.join(""));

/** Compares everything that a store says with the plain array of its frames. */
function check(store: ReturnType<typeof createFrameStore>, frames: string[], maxBytes: number) {
  assert.equal(store.count, frames.length);
  assert.equal(store.size, joined(frames).length);
  for (const [after, frame] of frames.entries()) {
    assert.ok(store.frame(after + 1) === frame);
    const slice = store.slice(after, maxBytes);
    assert.ok(slice && slice.seq > after && slice.seq <= frames.length);
    assert.ok(slice.bytes.equals(joined(frames.slice(after, slice.seq))));
    assert.ok(slice.bytes.length <= maxBytes || slice.seq === after + 1);
  }
  assert.equal(store.slice(frames.length, maxBytes), undefined);
}

describe("frame store", () => {
  test("behaves as an array of its frames, before and after it is compacted", () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 100_000 }), (frames, maxBytes) => {
        const store = filled(frames);
        check(store, frames, maxBytes);
        store.compact();
        check(store, frames, maxBytes);
        const more = [...frames, "and one more"];
        store.append("and one more", 12);
        check(store, more, maxBytes);
      }),
    );
  });

  test("compacted, a slice is as long as can be: only the limit ends it", () => {
    const frames = Array.from({ length: 300 }, (_, n) => "x".repeat(50 + (n % 50)));
    const store = filled(frames);
    store.compact();
    assert.equal(store.slice(0, 1e9)?.seq, 300);
    for (let after = 0; after < 280; after++) {
      const twenty = joined(frames.slice(after, after + 20)).length;
      assert.equal(store.slice(after, twenty)?.seq, after + 20);
      assert.equal(store.slice(after, twenty - 1)?.seq, after + 19, "the last one no longer fits");
    }
  });

  test("bytes that were given out stay as they were, whatever is appended or compacted later", () => {
    const store = filled(["first"]);
    const { bytes } = store.slice(0, 100) ?? assert.fail();
    for (let n = 0; n < 10_000; n++) store.append("another frame", 13);
    store.compact();
    assert.equal(bytes.toString(), "first");
  });

  test("a frame is encoded once: two readers are given the same memory", () => {
    const store = filled(["one", "two"]);
    const [a, b] = [store.slice(0, 100), store.slice(0, 100)];
    assert.equal(a?.bytes.buffer, b?.bytes.buffer);
  });

  test("little of a long log is unused, an idle one holds 1 KiB, and a compacted one just its frames", () => {
    const idle = filled(["start"]);
    assert.equal(memory(idle), 1024);
    const long = createFrameStore();
    for (let n = 1; n <= 2000; n++) {
      long.append("x".repeat(130), 130);
      if (n % 50) continue;
      assert.ok(memory(long) <= long.size * 1.4 + 1024, `${memory(long)} bytes held for ${long.size}`);
    }
    for (const store of [idle, long]) {
      store.compact();
      assert.equal(memory(store), store.size);
    }
  });

  test("an empty one has nothing to read and can be compacted", () => {
    const store = createFrameStore();
    store.compact();
    assert.deepEqual([store.count, store.size, store.slice(0, 100)], [0, 0, undefined]);
  });
});

/** The bytes of all blocks that a store's slices lie in. */
function memory(store: ReturnType<typeof createFrameStore>): number {
  const blocks = new Set<ArrayBufferLike>();
  for (let after = 0; after < store.count; after++)
    blocks.add(store.slice(after, 1)?.bytes.buffer ?? new ArrayBuffer(0));
  return [...blocks].reduce((sum, block) => sum + block.byteLength, 0);
}
