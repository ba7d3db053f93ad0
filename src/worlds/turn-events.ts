import type { Clock } from "../clock.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { OpenDraft, TerminalDraft } from "../protocol/events.ts";
import type { TimingAction, TimingEvent, TimingStep } from "./timing.ts";
import type { Ending } from "./turn-end.ts";
import { PACE_NOTICES, waitingNotice } from "./turn-notices.ts";
import { type TurnTimer, turnTimer } from "./turn-timer.ts";

/** The events of one turn: they are written while it lasts, and what time brings about is among them. */
export type TurnEvents = {
  /** Adds an event for all readers. False: the turn takes no more. */
  emit(draft: OpenDraft): boolean;
  notice(code: string, message: string, about: { message_id?: string; agent?: string }): boolean;
  tell(event: TimingEvent): void;
  /** From now on time counts. */
  time(begun: TimingStep): void;
  /** Ends all that is open. The last piece of it seals the turn; where nothing is open, this does. */
  close(how: Ending): void;
  /** Nothing is open (any more). */
  settled(): void;
  /** Nothing is said any more and time stands still, until it is closed. */
  pause(): void;
  /** Nothing new may begin. */
  readonly isClosing: boolean;
  readonly isOver: boolean;
  readonly isPaused: boolean;
};

export type TurnEventsOptions = {
  clock: Clock;
  log: Pick<StreamLog, "append" | "seal">;
  told(draft: OpenDraft | TerminalDraft): void;
  late(): void;
  /** Ends one message; all that is open. */
  timeOut(messageId: string): void;
  stopAll(how: Ending): void;
  hasOpenWork(): boolean;
  wasLimited(): boolean;
  terminal(how: Ending): TerminalDraft;
  ended(): void;
};

/** Nothing has happened yet. */
export function createTurnEvents(options: TurnEventsOptions): TurnEvents {
  const { clock, log } = options;
  let timer: TurnTimer | undefined;
  let closing: Ending | undefined;
  let paused = false;
  let over = false;

  function emit(draft: OpenDraft): boolean {
    if (over) options.late();
    // What has begun still gets its end.
    if (over || (closing && draft.type !== "message_end")) return false;
    const refused = log.append(draft);
    if (refused) close({ code: refused });
    else options.told(draft);
    return !refused;
  }

  const notice: TurnEvents["notice"] = (code, message, about) => emit({ type: "system", code, message, ...about });

  function act(action: TimingAction): void {
    if (action.type === "waiting") notice("waiting", waitingNotice(action.agent), { agent: action.agent });
    else if (action.type === "timeout") options.timeOut(action.message);
    else if (action.type === "end") {
      for (const message of action.unfinished) options.timeOut(message);
      seal({ reason: options.wasLimited() ? "turn_limit" : action.reason });
    } else notice(action.type, PACE_NOTICES[action.type], { message_id: action.message });
  }

  function close(how: Ending) {
    if (over || closing) return;
    closing = how;
    options.stopAll(how);
    if (!options.hasOpenWork() && !over) seal(how);
  }

  function seal(how: Ending) {
    over = true;
    timer?.stop();
    const draft = options.terminal(how);
    log.seal(draft);
    options.told(draft);
    options.ended();
  }

  return {
    emit,
    notice,
    tell: (event) => timer?.tell(event),
    time(begun) {
      if (!over) timer = turnTimer(clock, begun, act);
    },
    close,
    settled() {
      if (closing) seal(closing);
      else timer?.tell({ type: "settled" });
    },
    pause() {
      paused = true;
      timer?.stop();
    },
    get isClosing() {
      return closing !== undefined || paused;
    },
    get isPaused() {
      return paused && !over;
    },
    get isOver() {
      return over;
    },
  };
}
