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
  /** When messages that run had their last token, until anything else happens: before that it changes nothing. */
  const lastTokens = new Map<string, number>();

  function take(step: TimingStep) {
    state = step.state;
    arm(step.wakeAt);
    for (const action of step.actions) if (!stopped) act(action);
  }

  function arm(wakeAt = Number.POSITIVE_INFINITY) {
    if (stopped || wakeAt >= armedFor) return;
    disarm();
    armedFor = wakeAt;
    disarm = clock.after(wakeAt - clock.now(), alarm);
  }

  const isStalled = (id: string) => state.messages.some((message) => message.id === id && message.stalled);

  function tellTokens() {
    for (const [message, at] of lastTokens) state = timingStep(state, { type: "message_token", message }, at).state;
    lastTokens.clear();
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
      if (event.type === "message_token" && !isStalled(event.message)) {
        lastTokens.set(event.message, clock.now());
        return;
      }
      if (lastTokens.size > 0) tellTokens();
      take(timingStep(state, event, clock.now()));
    },
    stop() {
      stopped = true;
      disarm();
    },
  };
}
