import type { TurnPart } from "./feed-store.ts";

/** An event of a turn, by its place in that. */
export type Place = { turn: string; place: number };

/** An event as JSON, and where in a turn it is from. */
export type Queued = { json: string; place: Place | undefined };

/** In characters; a few seconds of a busy world. Who reads is told where more had to be left out. */
const MOST_WAITING = 1024 * 1024;
/** Redis does nothing else while it takes one. */
const LONGEST_BATCH = 128 * 1024;

/** Events that wait to be added to a feed. */
export function createFeedQueue() {
  let waiting: Queued[] = [];
  let size = 0;
  return {
    get isEmpty() {
      return waiting.length === 0;
    },
    /** Whether there is room for one more. */
    takes: (json: string) => size + json.length <= MOST_WAITING,
    add(event: Queued) {
      waiting.push(event);
      size += event.json.length;
    },
    /** Takes as many out, from the oldest on, as one batch may have. */
    next(): Queued[] {
      let length = 0;
      const end = waiting.findIndex(({ json }, index) => {
        length += json.length;
        return index > 0 && length > LONGEST_BATCH;
      });
      const batch = waiting.splice(0, end < 0 ? waiting.length : end);
      for (const { json } of batch) size -= json.length;
      return batch;
    },
    clear() {
      waiting = [];
      size = 0;
    },
  };
}

/** From which place to which a batch has each turn. */
export function partsOf(events: readonly Queued[]): TurnPart[] {
  const parts = new Map<string, TurnPart>();
  for (const { place: at } of events) {
    if (!at) continue;
    const { turn, place } = at;
    parts.set(turn, { turn, first: parts.get(turn)?.first ?? place, last: place });
  }
  return [...parts.values()];
}

/** Without what a feed has that has turns up to these places. */
export const notIn = (places: ReadonlyMap<string, number>, events: readonly Queued[]): Queued[] =>
  events.filter(({ place: at }) => !at || at.place > (places.get(at.turn) ?? -1));
