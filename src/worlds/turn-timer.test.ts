import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { manualClock } from "../../testing/manual-clock.ts";
import { beginTiming, type TimingAction, type TimingEvent, timingStep } from "./timing.ts";
import { turnTimer } from "./turn-timer.ts";

const TIMING = { stall: 500, completion: 2000, response: 3000, long_operation: 8000 };
const MESSAGES = ["m1", "m2", "m3"];

type Told = { at: number; action: TimingAction };
type Step = { ms: number; message: string };

/** What the timer has done, with a token of a message after each pause. */
function ran(steps: readonly Step[]): Told[] {
  const clock = manualClock();
  const told: Told[] = [];
  const timer = turnTimer(clock, beginTiming(TIMING, true, clock.now()), (action) =>
    told.push({ at: clock.now(), action }),
  );
  for (const event of openings()) timer.tell(event);
  for (const { ms, message } of steps) {
    clock.advance(ms);
    timer.tell({ type: "message_token", message });
  }
  clock.advance(20_000);
  timer.stop();
  assert.equal(clock.pending(), 0);
  return told;
}

/** The same by the reducer alone, which is told each token and looks at each millisecond that is due. */
function due(steps: readonly Step[]): Told[] {
  const told: Told[] = [];
  let now = manualClock().now();
  let step = beginTiming(TIMING, true, now);
  function take(event: TimingEvent) {
    step = timingStep(step.state, event, now);
    for (const action of step.actions) told.push({ at: now, action });
  }
  function advance(ms: number) {
    const until = now + ms;
    while (step.wakeAt !== undefined && step.wakeAt <= until) {
      now = Math.max(now, step.wakeAt);
      take({ type: "alarm" });
    }
    now = until;
  }
  for (const event of openings()) take(event);
  for (const { ms, message } of steps) {
    advance(ms);
    take({ type: "message_token", message });
  }
  advance(20_000);
  return told;
}

const openings = (): TimingEvent[] =>
  MESSAGES.flatMap((message): TimingEvent[] => [
    { type: "call_opened", message, agent: `agent of ${message}` },
    { type: "message_started", message, shown: true },
  ]);

describe("the timer of a turn", () => {
  test("R-TIMING does what falls due as if it were told each token at once, whatever messages run", () => {
    const step = fc.record({ ms: fc.integer({ min: 0, max: 1200 }), message: fc.constantFrom(...MESSAGES) });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => assert.deepEqual(ran(steps), due(steps))));
  });
});
