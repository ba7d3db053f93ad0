import { type Clock, deadline } from "../clock.ts";
import { openCursor } from "../log/cursor.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { HEARTBEAT, RETRY_LINE } from "../protocol/frames.ts";

/** Where frames go. It knows about connections; the reader does not. */
export type FrameSink = {
  /** Takes whole frames. False: wait for `drained` before the next. */
  write(frames: Buffer): boolean;
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
  log: StreamLog;
  /** Read strictly after this seq. */
  after: number;
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

const heartbeat = Buffer.from(HEARTBEAT);
const retryLine = Buffer.from(RETRY_LINE);

/**
 * Sends a stream as it grows: what is there at once, then what comes. The sink sets the pace: while it is full nothing is
 * queued, and the reader goes on from the log when it has drained.
 */
export function liveFrames(options: LiveFramesOptions): LiveFrames {
  const { log, sink } = options;
  const cursor = openCursor(log, options.after, pump);
  let full = false;
  let open = true;
  let progress = 0;
  const beat = deadline(options.clock, options.heartbeatMs, () => full || write(heartbeat));
  // Only runs while the sink is full: a reader that keeps up needs no second timer.
  let stall: { stop(): void } | undefined;

  function write(frames: Buffer) {
    beat.touch();
    full = !sink.write(frames);
    if (!full || !open) return;
    progress = sink.progress();
    stall ??= deadline(options.clock, STALL_MS, checkProgress);
  }

  function checkProgress() {
    const now = sink.progress();
    if (now === progress) {
      close();
      sink.cut();
      options.closed();
    }
    progress = now;
  }

  function pump() {
    while (open && !full) {
      const slice = cursor.next(WRITE_BYTES);
      if (!slice) break;
      write(slice.bytes);
    }
    if (open && cursor.hasEnded() && !full) finish();
  }

  function finish() {
    close();
    sink.end();
    options.closed();
  }

  function close() {
    open = false;
    cursor.close();
    beat.stop();
    stall?.stop();
  }

  // The first bytes go at once, in one piece with what is there already (R-PRIME).
  const first = cursor.next(WRITE_BYTES);
  write(first ? Buffer.concat([retryLine, first.bytes]) : retryLine);
  pump();
  return {
    drained() {
      full = false;
      stall?.stop();
      stall = undefined;
      pump();
    },
    close() {
      if (open) close();
    },
  };
}
