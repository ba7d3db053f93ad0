import type { Clock } from "../clock.ts";
import { type TimingAction, type TimingEvent, type TimingStep, timingStep } from "./timing.ts";

export type TurnTimer = {
  /** Something happened; what it brings about is done before this returns. */
  tell(event: TimingEvent): void;
  /** Lets go of the timer: nothing is done any more. */
  stop(): void;
};

/**
 * Runs the timing of one turn: owns its one timer, and has `act` do what falls due. A token moves no timer: one that fires
 * too early is set again.
 */
export function turnTimer(clock: Clock, begun: TimingStep, act: (action: TimingAction) => void): TurnTimer {
  let state = begun.state;
  let armedFor = Number.POSITIVE_INFINITY;
  let disarm = () => {};
  let stopped = false;

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

  function alarm() {
    armedFor = Number.POSITIVE_INFINITY;
    take(timingStep(state, { type: "alarm" }, clock.now()));
  }

  arm(begun.wakeAt);
  return {
    tell(event) {
      if (!stopped) take(timingStep(state, event, clock.now()));
    },
    stop() {
      stopped = true;
      disarm();
    },
  };
}
