/**
 * The bytes of one log: encoded frames, back to back, in a few blocks outside the garbage-collected heap. A frame is
 * encoded once, however many read it. A record and functions on it: as an object with methods each
 * log would hold eight closures more, 0.5 KiB.
 */
export type FrameStore = {
  blocks: Block[];
  /** `ends[n - 1]` is where frame n ends, counted over all frames. */
  ends: number[];
  /** Bytes of all frames. */
  size: number;
  /** The last frames as text, until they are read or enough for a block: one copy for all of them. */
  text: string;
  /** Bytes of the frames that are in blocks. */
  copied: number;
};

type Block = { bytes: Buffer; start: number };

/** Where in a slab, which many share, an ended log is kept: a Buffer of its own would be an object twice as large. */
export type Archive = { readonly slab: Buffer; readonly from: number; readonly to: number };

/**
 * Whole frames; `seq` is the number of the last one. `latin1` holds their bytes, each as one character: to a socket Node writes
 * that sooner than a Buffer, which is an object to make (decisions/013).
 */
export type Slice = { latin1: string; seq: number };

// A stream that waits for its first token holds one frame, of 200 bytes; a short answer fits into the second block. A long one
// grows by quarters, so that at most a fifth is unused.
const FIRST_BLOCK = 512;
const SMALLEST_BLOCK = 2048;
const LARGEST_BLOCK = 64 * 1024;

/** In characters. A short answer that nobody streams goes to its archive in one copy; a long one leaves the heap in time. */
const LONGEST_TEXT = 4096;

// To make a buffer of its own costs 4 µs, to cut it off a larger one a tenth. What is cut off keeps the whole in memory, so a
// slab is as small as that allows, and what lives for minutes is not cut off where streams come and go.
const firstBlocks = slabs(16 * FIRST_BLOCK);
const secondBlocks = slabs(8 * SMALLEST_BLOCK);
const archives = slabs(64 * 1024);

/** An empty store, or the one whose {@link archiveOf} is given. */
export function createFrameStore(archive?: Archive): FrameStore {
  if (!archive) return { blocks: [], ends: [], size: 0, text: "", copied: 0 };
  const bytes = bytesOf(archive);
  return { blocks: [{ bytes, start: 0 }], ends: endsWithin(bytes), size: bytes.length, text: "", copied: bytes.length };
}

export const bytesOf = ({ slab, from, to }: Archive): Buffer => slab.subarray(from, to);

/** Appends one frame of `length` bytes (its length in UTF-8). */
export function appendFrame(store: FrameStore, frame: string, length: number): void {
  store.text += frame;
  store.size += length;
  if (store.text.length > LONGEST_TEXT) copy(store);
  // The first element is not pushed, here and below: a push onto an empty array makes room for 17.
  if (store.ends.length === 0) store.ends = [store.size];
  else store.ends.push(store.size);
}

/**
 * The frames after the `after`-th: as many as lie together and fit into `maxBytes`, but at least one if there is one. None is after
 * the `upTo`-th.
 */
export function sliceOf(
  store: FrameStore,
  after: number,
  maxBytes: number,
  upTo = store.ends.length,
): Slice | undefined {
  if (after >= upTo) return undefined;
  const from = startOf(store, after + 1);
  const isAll = upTo === store.ends.length;
  const text = isAll && from === store.copied && store.size - from <= maxBytes ? asciiText(store) : undefined;
  copy(store);
  const { blocks, ends } = store;
  // A reader that keeps up reads what has just been appended, and need not have it read back.
  if (text !== undefined) return { latin1: text, seq: ends.length };
  const index = blockAt(store, from);
  const block = blocks[index] as Block;
  const blockEnd = blocks[index + 1]?.start ?? store.size;
  const seq = Math.min(upTo, lastWithin(ends, after + 1, Math.min(blockEnd, from + maxBytes)));
  const to = ends[seq - 1] as number;
  return { latin1: block.bytes.toString("latin1", from - block.start, to - block.start), seq };
}

/** The text of frame `n`, from 1. */
export function frameAt(store: FrameStore, n: number): string {
  copy(store);
  const from = startOf(store, n);
  const block = store.blocks[blockAt(store, from)] as Block;
  return block.bytes.toString("utf8", from - block.start, (store.ends[n - 1] as number) - block.start);
}

/** All frames in one piece, copied to where sealed logs are kept: {@link createFrameStore} opens it again. */
export function archiveOf(store: FrameStore): Archive {
  const { blocks, size, copied } = store;
  const archive = archives.cut(size);
  const { slab, from } = archive;
  for (const [index, block] of blocks.entries()) {
    block.bytes.copy(slab, from + block.start, 0, (blocks[index + 1]?.start ?? copied) - block.start);
  }
  writeText(store, slab, from + copied);
  return archive;
}

/** Brings the frames that are text into a block. */
function copy(store: FrameStore): void {
  if (store.text === "") return;
  const block = blockFor(store, store.size - store.copied);
  writeText(store, block.bytes, store.copied - block.start);
  store.copied = store.size;
  store.text = "";
}

/** The text that is in no block yet, if it is ASCII: then it has as many characters as bytes. */
function asciiText({ text, size, copied }: FrameStore): string | undefined {
  return size - copied === text.length ? text : undefined;
}

/** ASCII is copied without being transcoded. */
function writeText(store: FrameStore, target: Buffer, at: number): void {
  target.write(store.text, at, asciiText(store) === undefined ? "utf8" : "latin1");
}

function blockFor(store: FrameStore, length: number): Block {
  const last = store.blocks.at(-1);
  if (last && store.copied - last.start + length <= last.bytes.length) return last;
  const fresh = { bytes: newBlock(store, length), start: store.copied };
  if (last) store.blocks.push(fresh);
  else store.blocks = [fresh];
  return fresh;
}

function newBlock({ blocks, copied }: FrameStore, length: number): Buffer {
  if (blocks.length === 0 && length <= FIRST_BLOCK) return bytesOf(firstBlocks.cut(FIRST_BLOCK));
  const room = Math.max(length, SMALLEST_BLOCK, Math.min(copied >> 2, LARGEST_BLOCK));
  return room === SMALLEST_BLOCK ? bytesOf(secondBlocks.cut(room)) : Buffer.allocUnsafeSlow(room);
}

const startOf = ({ ends }: FrameStore, n: number) => (n === 1 ? 0 : (ends[n - 2] as number));

/** The last block that begins at or before an offset. Readers are mostly at the end, so the search begins there. */
function blockAt({ blocks }: FrameStore, offset: number): number {
  let index = blocks.length - 1;
  while (index > 0 && (blocks[index] as Block).start > offset) index--;
  return index;
}

/** The last frame that ends at or before `limit`, at least `first`. */
function lastWithin(ends: readonly number[], first: number, limit: number): number {
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

/** Cuts pieces off slabs of `slabBytes`; what is larger than a quarter of that is made by itself. */
function slabs(slabBytes: number): { cut(bytes: number): Archive } {
  let slab = Buffer.alloc(0);
  let used = 0;
  return {
    cut(bytes) {
      if (bytes > slabBytes / 4) return { slab: Buffer.allocUnsafeSlow(bytes), from: 0, to: bytes };
      if (used + bytes > slab.length) {
        slab = Buffer.allocUnsafeSlow(slabBytes);
        used = 0;
      }
      used += bytes;
      return { slab, from: used - bytes, to: used };
    },
  };
}

/** A frame ends with an empty line, and holds none. */
function endsWithin(archive: Buffer): number[] {
  const ends: number[] = [];
  for (let at = archive.indexOf("\n\n"); at >= 0; at = archive.indexOf("\n\n", at + 2)) ends.push(at + 2);
  return ends;
}
