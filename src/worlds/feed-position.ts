import { failure } from "../protocol/errors.ts";
import { parseCursor } from "../protocol/frames.ts";
import type { ReadableFeed } from "./feed.ts";

/**
 * The position that a reader of a feed goes on after, from the id of the last event it has received. It is always a whole
 * id: the path names the world and not the feed, so a number alone may be one of another feed, before the server was restarted.
 * @param hasForgotten whether a feed's id was this server's, and is not any more
 * @throws Failure `invalid_cursor`, `stream_not_found`, `cursor_void`, `cursor_ahead` or `stream_expired` (R-HONEST)
 */
export function feedPosition(
  feed: Pick<ReadableFeed, "id" | "epoch" | "lastSeq" | "firstKept">,
  lastEventId: string,
  hasForgotten: (id: string) => boolean = () => false,
): number {
  const cursor = parseCursor(lastEventId);
  if (!cursor) throw failure("invalid_cursor");
  if (cursor.streamId !== feed.id) {
    throw hasForgotten(cursor.streamId) ? failure("stream_expired", EXPIRED) : failure("stream_not_found", UNKNOWN);
  }
  if (cursor.epoch !== feed.epoch) throw failure("cursor_void", VOID);
  if (cursor.seq > feed.lastSeq) throw failure("cursor_ahead", aheadOf(feed.lastSeq), { lastSeq: feed.lastSeq });
  if (cursor.seq < feed.firstKept - 1) throw failure("stream_expired", EXPIRED);
  return cursor.seq;
}

const ANEW = "Open the feed again without Last-Event-ID to go on from the present.";
const EXPIRED = `What followed this event is no longer kept. ${ANEW}`;
const UNKNOWN = `This is no position in the feed of this world. ${ANEW}`;
const VOID = `The cursor belongs to an earlier version of this feed. ${ANEW}`;

const aheadOf = (lastSeq: number): string =>
  `The cursor is ahead of the feed, which is at event ${lastSeq}. Resume after an event that you received.`;
