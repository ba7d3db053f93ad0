import { type Clock, type Deadline, deadline } from "../clock.ts";
import { type Cursor, type FrameSource, openCursor } from "../log/cursor.ts";
import { COME_BACK_LINE, HEARTBEAT, RETRY_LINE } from "../protocol/frames.ts";

/** Where frames go. It knows about connections; the reader does not. */
export type FrameSink = {
  /** Takes whole frames, each byte as one character (latin1). False: wait for `drained` before the next. */
  write(frames: string): boolean;
  /** Bytes that have left since the beginning: it stands still while the other side takes nothing. */
  progress(): number;
  /** Ends the response after its last frame. */
  end(): void;
  /** Closes the connection without an end. */
  cut(): void;
};

export type LiveFrames = {
  /** The sink can take more. */
  drained(): void;
  /** Lets go of the log. The sink is not touched again. */
  close(): void;
};

export type LiveFramesOptions = {
  log: FrameSource;
  /** Read strictly after this seq. */
  after: number;
  /** A frame that goes before all others. */
  preface?: string;
  clock: Clock;
  sink: FrameSink;
  /** A comment is sent when nothing was for so long (R-BEAT). */
  heartbeatMs: number;
  /** Called once, when the last frame was sent or the reader gave up. */
  closed(): void;
};

/** A reader that takes nothing for so long is closed; it may resume (R-SLOW). */
export const STALL_MS = 60_000;

/** Enough for one system call to be worth it, little enough for a slow reader to hold. */
const WRITE_BYTES = 16 * 1024;

/** A reader in one record: a stream has one at least, and in closures it would be 0.3 KiB more. */
type Reader = {
  readonly options: LiveFramesOptions;
  readonly cursor: Cursor;
  readonly beat: Deadline;
  /** Only while the sink is full: a reader that keeps up needs no second timer. */
  stall: Deadline | undefined;
  /** What the sink had passed on when it was last looked at. */
  progress: number;
  full: boolean;
  open: boolean;
};

/**
 * Sends a stream as it grows: what is there at once, then what comes. The sink sets the pace: while it is full nothing is
 * queued, and the reader goes on from the log when it has drained.
 */
export function liveFrames(options: LiveFramesOptions): LiveFrames {
  const { log, after, clock, heartbeatMs, preface } = options;
  const reader: Reader = {
    options,
    cursor: openCursor(log, after, () => pump(reader)),
    beat: deadline(clock, heartbeatMs, () => reader.full || write(reader, HEARTBEAT)),
    stall: undefined,
    progress: 0,
    full: false,
    open: true,
  };
  // The first bytes go at once, in one piece with what is there already (R-PRIME).
  const opening = preface === undefined ? "" : Buffer.from(preface).toString("latin1");
  const first = reader.cursor.next(WRITE_BYTES);
  write(reader, RETRY_LINE + opening + (first?.latin1 ?? ""));
  pump(reader);
  return {
    drained() {
      reader.full = false;
      reader.stall?.stop();
      reader.stall = undefined;
      pump(reader);
    },
    close() {
      if (reader.open) close(reader);
    },
  };
}

function write(reader: Reader, frames: string): void {
  const { sink, clock } = reader.options;
  reader.beat.touch();
  reader.full = !sink.write(frames);
  if (!reader.full || !reader.open) return;
  reader.progress = sink.progress();
  reader.stall ??= deadline(clock, STALL_MS, () => checkProgress(reader));
}

function checkProgress(reader: Reader): void {
  const now = reader.options.sink.progress();
  if (now === reader.progress) cut(reader);
  reader.progress = now;
}

/** What comes next is not kept any more: to go on would leave a hole, and a resume is told the truth (R-HONEST). */
function isTooLate({ options, cursor }: Reader): boolean {
  const { firstKept } = options.log;
  return firstKept !== undefined && cursor.seq < firstKept - 1;
}

/** Takes what it has and comes back for the rest, to another server; who is full gets the rest there, too (R-DRAIN). */
function sendAway(reader: Reader): void {
  reader.options.sink.write(COME_BACK_LINE);
  finish(reader);
}

function pump(reader: Reader): void {
  if (reader.open && (reader.options.log.isVoid || isTooLate(reader))) cut(reader);
  while (reader.open && !reader.full) {
    const slice = reader.cursor.next(WRITE_BYTES);
    if (!slice) break;
    write(reader, slice.latin1);
  }
  if (!reader.open) return;
  if (reader.cursor.hasEnded() && !reader.full) finish(reader);
  else if (reader.options.log.away && !reader.options.log.sealed) sendAway(reader);
}

function finish(reader: Reader): void {
  close(reader);
  reader.options.sink.end();
  reader.options.closed();
}

function cut(reader: Reader): void {
  close(reader);
  reader.options.sink.cut();
  reader.options.closed();
}

function close(reader: Reader): void {
  reader.open = false;
  reader.cursor.close();
  reader.beat.stop();
  reader.stall?.stop();
}
