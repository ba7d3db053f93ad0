import type { OpenDraft } from "../protocol/events.ts";

/** What a turn says about itself, in `system` events. */

export type MessageDraft = OpenDraft & { type: "message" };

/** Nobody reads more of them, and a text of a megabyte must not fill the log with what is wrong with it. */
const MOST_UNKNOWN = 100;

/** One for each name that nobody has, and a sum of those that are too many. */
export function unknownNotices(names: readonly string[]): string[] {
  const texts = names.slice(0, MOST_UNKNOWN).map((name) => `Nobody here is called "${name}".`);
  const left = names.length - MOST_UNKNOWN;
  return left > 0 ? [...texts, `${left} more names are nobody's here.`] : texts;
}

export const limitNotice = (agent: string): string => `${agent} has answered as often as one turn allows.`;
export const waitingNotice = (agent: string): string => `${agent} is still at work.`;

export const PACE_NOTICES = {
  stalled: "The message has stopped for a moment.",
  resumed: "The message goes on.",
};

/** Whoever follows a world is told of each message that a person says. */
export const publishedNotice = ({ message_id, sender }: MessageDraft) =>
  ({ type: "system", code: "published", message: `${sender} has said something.`, message_id }) as const;
