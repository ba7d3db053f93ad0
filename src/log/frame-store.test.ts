import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { anyUnicode } from "../../testing/any-unicode.ts";
import { appendFrame, archiveOf, bytesOf, createFrameStore, type FrameStore, frameAt, sliceOf } from "./frame-store.ts";

// From a few bytes to far more than a block, ASCII or not, so that frames meet every kind of edge.
const text = fc.oneof(
  { weight: 4, arbitrary: anyUnicode({ minLength: 1 }) },
  fc.tuple(fc.constantFrom("x", "é", "😀"), fc.integer({ min: 1, max: 30_000 })).map(([unit, n]) => unit.repeat(n)),
);
// A frame ends with an empty line and holds none: its data is one line of JSON.
const frame = text.map((content) => `${content.replaceAll("\n", " ")}\n\n`);
const texts = fc.array(frame, { maxLength: 40, size: "max" });

function filled(frames: string[]) {
  const store = createFrameStore();
  for (const frame of frames) appendFrame(store, frame, Buffer.byteLength(frame));
  return store;
}

/** The bytes of all memory that the frames lie in. */
const memoryOf = ({ blocks }: FrameStore) =>
  [...new Set(blocks.map(({ bytes }) => bytes.buffer))].reduce((sum, { byteLength }) => sum + byteLength, 0);

const joined = (frames: string[]) => Buffer.from(frames.join(""));

/** Compares everything that a store says with the plain array of its frames. */
function check(store: FrameStore, frames: string[], maxBytes: number) {
  assert.equal(store.ends.length, frames.length);
  assert.equal(store.size, joined(frames).length);
  for (const [after, frame] of frames.entries()) {
    assert.ok(frameAt(store, after + 1) === frame);
    const slice = sliceOf(store, after, maxBytes);
    assert.ok(slice && slice.seq > after && slice.seq <= frames.length);
    assert.ok(slice.latin1 === joined(frames.slice(after, slice.seq)).toString("latin1"));
    assert.ok(slice.latin1.length <= maxBytes || slice.seq === after + 1);
  }
  assert.equal(sliceOf(store, frames.length, maxBytes), undefined);
}

describe("frame store", () => {
  test("behaves as an array of its frames, before it is archived and after it is opened again", () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 100_000 }), (frames, maxBytes) => {
        const store = filled(frames);
        check(store, frames, maxBytes);
        const more = [...frames, "and one more\n\n"];
        appendFrame(store, "and one more\n\n", 14);
        check(store, more, maxBytes);
        const reopened = createFrameStore(archiveOf(store));
        assert.equal(reopened.ends.length, more.length);
        check(reopened, more, maxBytes);
      }),
    );
  });

  test("within a block a slice is as long as can be: only the limit ends it", () => {
    const frames = Array.from({ length: 20 }, (_, n) => "x".repeat(10 + n));
    const store = filled(frames);
    for (let after = 0; after < 20; after++) {
      assert.equal(sliceOf(store, after, 1e9)?.seq, 20);
      for (let seq = after + 2; seq <= 20; seq++) {
        const exactly = joined(frames.slice(after, seq)).length;
        assert.equal(sliceOf(store, after, exactly)?.seq, seq);
        assert.equal(sliceOf(store, after, exactly - 1)?.seq, seq - 1, "the last one no longer fits");
      }
    }
  });

  test("bytes that were given out stay as they were, whatever is appended or archived later", () => {
    const store = filled(["first"]);
    const { latin1 } = sliceOf(store, 0, 100) ?? assert.fail();
    for (let n = 0; n < 10_000; n++) appendFrame(store, "another frame", 13);
    archiveOf(store);
    assert.equal(latin1, "first");
  });

  test("little is unused: some of a growing log, nothing of an archived one, and half a KiB of an idle one", () => {
    const idle = Array.from({ length: 800 }, () => filled(["start"]));
    const blocks = new Set(idle.map(({ blocks }) => blocks[0]?.bytes.buffer));
    assert.ok(blocks.size * 16 <= 816, "sixteen to a slab of 8 KiB");
    const growing = createFrameStore();
    for (let n = 1; n <= 2000; n++) {
      appendFrame(growing, "x".repeat(130), 130);
      if (n % 50) continue;
      assert.ok(memoryOf(growing) <= growing.size * 1.4 + 2 * 16_384, `${memoryOf(growing)} bytes for ${growing.size}`);
      assert.equal(bytesOf(archiveOf(growing)).length, growing.size);
    }
  });

  test("archives share memory: a thousand small ones are a few allocations", () => {
    const archives = Array.from({ length: 1000 }, () => archiveOf(filled(["small\n\n"])));
    assert.ok(new Set(archives.map(({ slab }) => slab.buffer)).size <= 3);
    assert.ok(
      archives.every((archive) => bytesOf(archive).toString() === "small\n\n"),
      "none overlaps another",
    );
  });

  test("an empty one has nothing to read and can be archived", () => {
    const store = createFrameStore();
    archiveOf(store);
    assert.deepEqual([store.ends.length, store.size, sliceOf(store, 0, 100)], [0, 0, undefined]);
  });
});
