import type { Clock } from "../clock.ts";
import { type TimingAction, type TimingEvent, type TimingStep, timingStep } from "./timing.ts";

export type TurnTimer = {
  /** Something happened; what it brings about is done before this returns. */
  tell(event: TimingEvent): void;
  /** Lets go of the timer: nothing is done any more. */
  stop(): void;
};

/**
 * Runs the timing of one turn: owns its one timer, and has `act` do what falls due. A token moves no timer, one that fires
 * too early is set again; and it costs no step, only the note of its time.
 */
export function turnTimer(clock: Clock, begun: TimingStep, act: (action: TimingAction) => void): TurnTimer {
  let state = begun.state;
  let armedFor = Number.POSITIVE_INFINITY;
  let disarm = () => {};
  let stopped = false;
  /** Whether a message stands still, which its next token must be told. */
  let anyStalled = false;
  /**
   * The last token, until anything else happens: before that it changes nothing. Kept here and not in the map, for among
   * hundreds of turns each further object that a token touches has to be fetched from memory.
   */
  let lastToken: string | undefined;
  let lastTokenAt = 0;
  /** The same of further messages, where several run at once. */
  const otherTokens = new Map<string, number>();

  function take(step: TimingStep) {
    state = step.state;
    anyStalled = state.messages.some(({ stalled }) => stalled);
    arm(step.wakeAt);
    for (const action of step.actions) if (!stopped) act(action);
  }

  function arm(wakeAt = Number.POSITIVE_INFINITY) {
    if (stopped || wakeAt >= armedFor) return;
    disarm();
    armedFor = wakeAt;
    disarm = clock.after(wakeAt - clock.now(), alarm);
  }

  function noteToken(message: string) {
    if (lastToken !== undefined && message !== lastToken) otherTokens.set(lastToken, lastTokenAt);
    lastToken = message;
    lastTokenAt = clock.now();
  }

  function tellTokens() {
    if (lastToken === undefined) return;
    for (const [message, at] of otherTokens) tellToken(message, at);
    otherTokens.clear();
    tellToken(lastToken, lastTokenAt);
    lastToken = undefined;
  }

  function tellToken(message: string, at: number) {
    state = timingStep(state, { type: "message_token", message }, at).state;
  }

  function alarm() {
    armedFor = Number.POSITIVE_INFINITY;
    tellTokens();
    take(timingStep(state, { type: "alarm" }, clock.now()));
  }

  arm(begun.wakeAt);
  return {
    tell(event) {
      if (stopped) return;
      if (event.type === "message_token" && !anyStalled) return noteToken(event.message);
      tellTokens();
      take(timingStep(state, event, clock.now()));
    },
    stop() {
      stopped = true;
      disarm();
    },
  };
}
