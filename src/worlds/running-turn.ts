import { type Clock, timestampOf } from "../clock.ts";
import { failure } from "../protocol/errors.ts";
import type { Obligation } from "./ledger.ts";
import type { OutsideMessages } from "./outside.ts";
import type { Turn, TurnSpec } from "./turn.ts";
import { endingFor } from "./turn-end.ts";
import type { TurnEvents } from "./turn-events.ts";
import type { TurnTalk } from "./turn-talk.ts";
import type { Voices } from "./voices.ts";

/** What a turn is made of, as far as others have a hand in it. */
export type TurnParts = {
  spec: Pick<TurnSpec, "id" | "log" | "isShared">;
  clock: Clock;
  moved(): void;
  events: TurnEvents;
  talk: TurnTalk;
  voices: Voices;
  outside: OutsideMessages;
  /** The message that begins the turn, on its way. */
  opening: Obligation;
};

/** A turn as others have it: what is added to it, and what stops it. */
export function runningTurn(parts: TurnParts, published: Promise<void>): Turn {
  const { spec, clock, events, talk, voices, outside, opening } = parts;
  const { id, log, isShared } = spec;
  let hasMoved = false;

  function refuseWhenOver() {
    if (events.isPaused) throw failure("shutting_down");
    if (events.isOver || events.isClosing) throw failure("turn_ended");
  }

  function leave() {
    hasMoved = true;
    parts.moved();
  }

  return {
    ...{ id, log, published },
    get isOver() {
      return events.isOver;
    },
    get hasMoved() {
      return hasMoved;
    },
    cancel(cause) {
      if (cause === "moved" || cause === "lost") leave();
      events.close(endingFor(cause));
    },
    handOver() {
      const isBusy = opening.isOpen || outside.anyOpen || !voices.canMove();
      if (events.isOver || events.isClosing || isBusy) return false;
      events.pause();
      voices.handOver();
      return true;
    },
    add(message) {
      refuseWhenOver();
      const { id: message_id, sender, content, mentions } = message;
      const timestamp = timestampOf(clock.wall());
      // A server that goes on with the turn wakes whom it has woken.
      const listed = isShared && mentions ? { mentions: [...mentions] } : {};
      const draft = { type: "message", message_id, sender, role: "user", content, timestamp, ...listed } as const;
      // There was no room for it, and that has ended the turn.
      if (!events.emit(draft)) throw failure("turn_ended");
      talk.take(message);
    },
    openOutside(messageId, sender) {
      refuseWhenOver();
      return outside.open(messageId, sender);
    },
  };
}
