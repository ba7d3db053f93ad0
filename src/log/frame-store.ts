/**
 * The bytes of one log: encoded frames, back to back, in a few blocks outside the garbage-collected heap. A frame is
 * encoded once; every reader is given views of the same bytes.
 */
export type FrameStore = {
  /** Appends one frame of `length` bytes (its length in UTF-8). */
  append(frame: string, length: number): void;
  /** The frames after the `after`-th: as many as lie together and fit into `maxBytes`, but at least one if there is one. */
  slice(after: number, maxBytes: number): Slice | undefined;
  /** The text of frame `n`, from 1. */
  frame(n: number): string;
  readonly count: number;
  /** Bytes of all frames. */
  readonly size: number;
  /** All frames in one piece, copied to where sealed logs are kept: {@link createFrameStore} opens it again. */
  archive(): Buffer;
};

/** Whole frames; `seq` is the number of the last one. */
export type Slice = { bytes: Buffer; seq: number };

// A short answer fits into one block, at the price of 2 KiB for an idle stream; a long one grows by quarters, so that at most
// a fifth is unused.
const SMALLEST_BLOCK = 2048;
const LARGEST_BLOCK = 64 * 1024;

// To make a buffer of its own costs 4 µs, to cut it off a larger one a tenth. What is cut off keeps the whole in memory, so a
// slab is as small as that allows, and what lives for minutes is not cut off where streams come and go.
const firstBlocks = slabs(8 * SMALLEST_BLOCK);
const archives = slabs(64 * 1024);

/** An empty store, or the one whose {@link FrameStore.archive} is given. */
export function createFrameStore(archive?: Buffer): FrameStore {
  const blocks: { bytes: Buffer; start: number }[] = archive ? [{ bytes: archive, start: 0 }] : [];
  // ends[n - 1] is where frame n ends, counted over all blocks.
  const ends: number[] = archive ? endsWithin(archive) : [];

  function blockFor(length: number) {
    const last = blocks.at(-1);
    if (last && store.size - last.start + length <= last.bytes.length) return last;
    const room = Math.max(length, SMALLEST_BLOCK, Math.min(store.size >> 2, LARGEST_BLOCK));
    const fresh = {
      bytes: room === SMALLEST_BLOCK ? firstBlocks.take(room) : Buffer.allocUnsafeSlow(room),
      start: store.size,
    };
    blocks.push(fresh);
    return fresh;
  }

  const startOf = (n: number) => (n === 1 ? 0 : (ends[n - 2] as number));

  /** The last block that begins at or before an offset. Readers are mostly at the end, so the search begins there. */
  function blockAt(offset: number) {
    let index = blocks.length - 1;
    while (index > 0 && (blocks[index] as { start: number }).start > offset) index--;
    return index;
  }

  /** The last frame that ends at or before `limit`, at least `first`. */
  function lastWithin(first: number, limit: number) {
    let low = first;
    let high = ends.length;
    if ((ends[high - 1] as number) <= limit) return high;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((ends[middle - 1] as number) <= limit) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  const store: { -readonly [Field in keyof FrameStore]: FrameStore[Field] } = {
    append(frame, length) {
      const block = blockFor(length);
      // Equal lengths mean ASCII, which is copied without being transcoded.
      block.bytes.write(frame, store.size - block.start, length === frame.length ? "latin1" : "utf8");
      store.size += length;
      store.count = ends.push(store.size);
    },
    slice(after, maxBytes) {
      if (after >= ends.length) return undefined;
      const from = startOf(after + 1);
      const index = blockAt(from);
      const block = blocks[index] as { bytes: Buffer; start: number };
      const blockEnd = blocks[index + 1]?.start ?? store.size;
      const seq = lastWithin(after + 1, Math.min(blockEnd, from + maxBytes));
      return { bytes: block.bytes.subarray(from - block.start, (ends[seq - 1] as number) - block.start), seq };
    },
    frame(n) {
      const from = startOf(n);
      const block = blocks[blockAt(from)] as { bytes: Buffer; start: number };
      return block.bytes.toString("utf8", from - block.start, (ends[n - 1] as number) - block.start);
    },
    count: ends.length,
    size: archive?.length ?? 0,
    archive() {
      const whole = archives.take(store.size);
      for (const [index, block] of blocks.entries()) {
        block.bytes.copy(whole, block.start, 0, (blocks[index + 1]?.start ?? store.size) - block.start);
      }
      return whole;
    },
  };
  return store;
}

/** Cuts buffers off slabs of `slabBytes`; what is larger than a quarter of that is made by itself. */
function slabs(slabBytes: number): { take(bytes: number): Buffer } {
  let slab = Buffer.alloc(0);
  let used = 0;
  return {
    take(bytes) {
      if (bytes > slabBytes / 4) return Buffer.allocUnsafeSlow(bytes);
      if (used + bytes > slab.length) {
        slab = Buffer.allocUnsafeSlow(slabBytes);
        used = 0;
      }
      used += bytes;
      return slab.subarray(used - bytes, used);
    },
  };
}

/** A frame ends with an empty line, and holds none. */
function endsWithin(archive: Buffer): number[] {
  const ends: number[] = [];
  for (let at = archive.indexOf("\n\n"); at >= 0; at = archive.indexOf("\n\n", at + 2)) ends.push(at + 2);
  return ends;
}
