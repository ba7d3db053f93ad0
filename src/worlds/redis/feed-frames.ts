import { frameData } from "../../protocol/frames.ts";
import { type RecentLimits, recentFrames } from "../recent-frames.ts";
import type { FeedPiece, FeedState } from "./feed-state.ts";

/**
 * A server's copy of what a feed has kept, framed for its readers; it stands at its beginning, and has kept nothing yet. `conflict`:
 * what it has is not what the store has under the same number; then nothing of it can be trusted.
 */
export function feedFrames(id: string, limits: RecentLimits) {
  const idPrefix = `${id}.0.`;
  let lastSeq = 1;
  const frames = recentFrames(limits, lastSeq + 1);

  /** The text of a frame that is kept. */
  function kept(seq: number): string | undefined {
    const slice = seq >= frames.first ? frames.slice(seq - 1, 1) : undefined;
    return slice && Buffer.from(slice.latin1, "latin1").toString();
  }

  function isKnown({ first, events }: FeedPiece): boolean {
    return events.every((event, index) => {
      const ours = kept(first + index);
      return ours === undefined || ours === frameOfEvent(idPrefix, first + index, event);
    });
  }

  function append({ first, events }: FeedPiece, now: number): "ok" | "conflict" {
    const known = lastSeq + 1 - first;
    if (known > 0 && !isKnown({ first, events: events.slice(0, known) })) return "conflict";
    frames.expire(now);
    for (const event of events.slice(known)) frames.add(frameOfEvent(idPrefix, ++lastSeq, event), now);
    return "ok";
  }

  /** Nothing is before event `first` any more: readers that have not got so far are told. */
  function restart(first: number) {
    frames.restart(first);
    lastSeq = first - 1;
  }

  return {
    get lastSeq() {
      return lastSeq;
    },
    /** The oldest event that is kept, or that comes next. */
    firstKept(now: number): number {
      frames.expire(now);
      return frames.first;
    },
    slice: frames.slice,
    /** Adds what was published. `gap`: something before it is missing here, and it was not added. */
    add(piece: FeedPiece, now: number): "ok" | "gap" | "conflict" {
      return piece.first > lastSeq + 1 ? "gap" : append(piece, now);
    },
    /** Adds what the store has; what it has not is gone. `behind`: the store has lost what is here. */
    fill({ seq, kept }: Pick<FeedState, "seq" | "kept">, now: number): "ok" | "behind" | "conflict" {
      for (const piece of kept) {
        if (piece.first > lastSeq + 1) restart(piece.first);
        if (append(piece, now - piece.age) === "conflict") return "conflict";
      }
      if (seq > lastSeq) restart(seq + 1);
      return seq < lastSeq ? "behind" : "ok";
    },
    /** What is kept after event `seq`, for a store that has lost it. */
    after(seq: number, now: number): FeedPiece {
      frames.expire(now);
      const first = Math.max(seq + 1, frames.first);
      const events = Array.from({ length: lastSeq + 1 - first }, (_, index) => eventOf(kept(first + index) as string));
      return { first, events };
    },
  };
}

/** Before the type, in the JSON of an event. */
const HEAD = '{"type":"';

/** The frame of an event that has no number yet: its JSON begins with its type. */
function frameOfEvent(idPrefix: string, seq: number, json: string): string {
  const end = json.indexOf('"', HEAD.length);
  const type = json.slice(HEAD.length, end);
  return `id: ${idPrefix}${seq}\nevent: ${type}\ndata: ${HEAD}${type}","seq":${seq}${json.slice(end + 1)}\n\n`;
}

const eventOf = (frame: string): string => frameData(frame).replace(/,"seq":\d+/, "");
