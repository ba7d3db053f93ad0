import type { StreamLog } from "../log/stream-log.ts";
import type { OpenDraft, TerminalDraft } from "../protocol/events.ts";
import type { Room } from "./room.ts";
import type { Subscriber } from "./subscription.ts";
import { type MessageDraft, publishedNotice } from "./turn-notices.ts";
import type { TurnTelling } from "./turn-telling.ts";

export type StoredTellingOptions = {
  log: StreamLog;
  room: Pick<Room, "deliver" | "skip" | "telling">;
  turnId: string;
  /** Up to which event the turn has been told by other servers. */
  told: Promise<number> | 0;
  /** Nothing more is told. */
  over(): void;
};

/** An event stands at its number in the log, and what is told with it so much further. */
const STEP = 0.25;

/**
 * Tells of a turn that servers share what its log shows, from its next event to its end: what never gets into the store is never told,
 * for another server may go on with the turn.
 */
export function tellAsStored({ log, room, turnId, told: toldBefore, over }: StoredTellingOptions): TurnTelling {
  const publishers = new Map<string, Subscriber>();
  let told = toldBefore === 0 ? 0 : undefined;
  let place = 0;
  let tellFirst: (() => void) | undefined;
  let isOver = false;
  const release = log.listen(tellOn);
  room.telling.add(log);
  if (toldBefore !== 0) void toldBefore.then(begin);

  function begin(seq: number) {
    told = seq;
    tellOn();
  }

  function stop() {
    if (isOver) return;
    isOver = true;
    release();
    room.telling.delete(log);
    over();
  }

  function tellOn() {
    if (told === undefined || isOver) return;
    while (told < log.lastSeq) tellNext(++told);
    if (log.sealed || log.isVoid) stop();
  }

  function tellNext(seq: number) {
    place = seq;
    if (!room.skip()) tellEvent(seq);
    tellFirst?.();
    tellFirst = undefined;
  }

  function tellEvent(seq: number) {
    const { seq: _, ...rest } = log.event(seq);
    const event = rest as OpenDraft | TerminalDraft;
    if (event.type === "message") tellMessage(event, publishers.get(event.message_id));
    else tell(event);
  }

  function tellMessage(message: MessageDraft, publisher: Subscriber | undefined) {
    publishers.delete(message.message_id);
    tell(message, publisher);
    if (message.role === "user") tell(publishedNotice(message));
  }

  function tell(event: OpenDraft | TerminalDraft, publisher?: Subscriber) {
    room.deliver({ ...event, turn_id: turnId }, publisher, place);
    place += STEP;
  }

  return {
    first(message, publisher) {
      tellFirst = () => isOver || room.skip() || tellMessage(message, publisher);
      if (!told) return;
      tellFirst();
      tellFirst = undefined;
    },
    tell(event, publisher) {
      if (event.type === "message" && publisher) publishers.set(event.message_id, publisher);
    },
    stop,
  };
}
