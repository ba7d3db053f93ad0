import type { Found } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { failure, storeAway } from "../protocol/errors.ts";
import { type Cursor, parseCursor } from "../protocol/frames.ts";

/** Where a request wants to read on from. `seq` alone stands in the stream of the path. */
export type Position = Cursor | { seq: number };

/**
 * The position that a request names, if any: the header beats the query (R-PRECEDENCE).
 * @throws Failure `invalid_cursor`: a cursor is never guessed at (R-HONEST)
 */
export function positionOf(lastEventId: string | undefined, startingAfter?: unknown): Position | undefined {
  if (lastEventId) return cursorOf(lastEventId);
  if (startingAfter === undefined) return undefined;
  if (typeof startingAfter !== "string") throw failure("invalid_cursor", "Give starting_after once.");
  if (/^(?:0|[1-9][0-9]{0,15})$/.test(startingAfter)) return { seq: Number(startingAfter) };
  return cursorOf(startingAfter);
}

function cursorOf(id: string): Cursor {
  const cursor = parseCursor(id);
  if (!cursor) throw failure("invalid_cursor");
  return cursor;
}

/**
 * The seq to read on after.
 * @throws Failure `invalid_cursor`, `cursor_void` or `cursor_ahead` (R-HONEST); `store_unavailable` where it cannot be told yet
 */
export function seqWithin(log: StreamLog, position: Position): number {
  if ("streamId" in position) {
    if (position.streamId !== log.id) throw failure("invalid_cursor", "The cursor is of another stream than the path.");
    if (position.seq > log.sharedUpTo(position.epoch)) throw failure("cursor_void");
  }
  if (position.seq > log.lastSeq) {
    if (log.mayLack?.(position.seq)) throw failure("store_unavailable");
    const text = `The cursor is ahead of the stream, which is at event ${log.lastSeq}. Resume after an event that you received.`;
    throw failure("cursor_ahead", text, { lastSeq: log.lastSeq });
  }
  return position.seq;
}

/**
 * The log that was found, if it is what the path is about; names of worlds are the same in any case.
 * @throws Failure `stream_expired` or `stream_not_found`
 */
export function keptLog(found: Found, kind: StreamLog["kind"], world?: string): StreamLog {
  const isMeant = found.state === "kept" && found.log.kind === kind && isSame(found.log.world, world);
  if (isMeant) return found.log;
  throw found.state === "expired" ? failure("stream_expired") : failure("stream_not_found");
}

const isSame = (one?: string, other?: string) => one?.toLowerCase() === other?.toLowerCase();

/** Nothing can follow (R-END). */
export const isOver = (log: StreamLog, after: number): boolean => log.sealed && after >= log.lastSeq;

/** How long to stay away from a server that is about to close; seconds. Others are there already. */
const COME_BACK_AFTER_S = 1;

/**
 * Whoever would read on here is sent to another server, where the stream is written elsewhere and this one is about to close (R-DRAIN)
 * or has lost its store (R-STORE).
 * @throws Failure `shutting_down` or `store_unavailable`
 */
export function refuseAway({ away, sealed }: StreamLog): void {
  if (sealed) return;
  if (away === "storeless") throw storeAway();
  if (away) throw failure("shutting_down", undefined, { retryAfter: COME_BACK_AFTER_S });
}
