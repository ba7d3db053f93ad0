import type { OpenDraft, TerminalDraft } from "../protocol/events.ts";
import type { Room } from "./room.ts";
import type { Subscriber } from "./subscription.ts";
import { type MessageDraft, publishedNotice } from "./turn-notices.ts";

/** What a world is told of one of its turns. */
export type TurnTelling = {
  /** The message that begins the turn, which is not in its log. */
  first(message: MessageDraft, publisher: Subscriber | undefined): void;
  /** An event that is written now; a message is this publisher's own. */
  tell(event: OpenDraft | TerminalDraft, publisher: Subscriber | undefined): void;
  /** Nothing more is told: another server tells the rest. */
  stop(): void;
};

/** Of a turn whose world is there no more nobody is told. */
export const untold: TurnTelling = { first() {}, tell() {}, stop() {} };

/** Tells of a turn of this server alone, as it is written. */
export function tellAsWritten(room: Pick<Room, "deliver" | "skip">, turnId: string): TurnTelling {
  let isOver = false;

  function told(event: OpenDraft | TerminalDraft, publisher?: Subscriber) {
    if (!isOver && !room.skip()) room.deliver({ ...event, turn_id: turnId }, publisher);
  }

  function first(message: MessageDraft, publisher: Subscriber | undefined) {
    told(message, publisher);
    if (message.role === "user") told(publishedNotice(message), publisher);
  }

  return {
    first,
    tell(event, publisher) {
      if (event.type === "message") first(event, publisher);
      else told(event);
    },
    stop() {
      isOver = true;
    },
  };
}
