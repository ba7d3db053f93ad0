import type { OpenDraft, StreamEvent } from "../protocol/events.ts";

export type Notice = Extract<OpenDraft, { type: "system" }>;

/** The notices that a turn gives again when it is lived through again: most of them are in its log. */
export type RelivedNotices = {
  /** One is given again. */
  give(notice: Notice): void;
  /** Whether it has been given again. */
  isGiven(notice: Notice): boolean;
  /** What was said next is in the log: what it did not say before that it never will. */
  next(): void;
  /** Those that the log should have at its end, and has not. */
  readonly owed: readonly Notice[];
};

export function relivedNotices(events: readonly StreamEvent[]): RelivedNotices {
  const logged = new Set(events.flatMap((event) => (event.type === "system" ? [keyOf(event)] : [])));
  const given = new Set<string>();
  let owed: Notice[] = [];
  return {
    give(notice) {
      const key = keyOf(notice);
      given.add(key);
      if (!logged.has(key)) owed.push(notice);
    },
    isGiven: (notice) => given.has(keyOf(notice)),
    next() {
      owed = [];
    },
    get owed() {
      return owed;
    },
  };
}

/** The same for a notice and for the event that it became. */
const keyOf = ({ code, message, message_id = "", agent = "" }: Notice): string =>
  JSON.stringify([code, message, message_id, agent]);
