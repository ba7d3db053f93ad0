import type { Clock } from "../clock.ts";
import { modelFailure } from "./failure.ts";
import type { Push } from "./model.ts";
import { isProgress } from "./settle.ts";

/** How long a model may take, in ms (PROTOCOL.md, section 8). */
export type ModelLimits = {
  /** From the call to its first sign of work, retries and their waits included. */
  firstTokenMs: number;
  /** Between two signs of work. */
  tokenGapMs: number;
  /** For the whole answer. */
  generationMs: number;
};

/** What patience knows of a call: when it began and when it last showed work, on the monotonic clock. */
export type Wait = { readonly begunAt: number; readonly progressAt: number | undefined };
export type WaitEvent = "begin" | "progress" | "alarm";
export type WaitAction = { type: "sleep_until"; at: number } | { type: "give_up"; limit: keyof ModelLimits };

/**
 * The policy, without a timer: what has been waited for long enough at `now`, else when to look again. Work (text or
 * thought) ends the wait for the first token and begins the gap anew; the whole has one limit from the beginning.
 */
export function waitStep(
  wait: Wait,
  event: WaitEvent,
  now: number,
  limits: ModelLimits,
): { state: Wait; action: WaitAction } {
  const state = event === "progress" ? { ...wait, progressAt: now } : wait;
  const { begunAt, progressAt } = state;
  const limit = progressAt === undefined ? "firstTokenMs" : "tokenGapMs";
  const patienceEnds = (progressAt ?? begunAt) + limits[limit];
  const wholeEnds = begunAt + limits.generationMs;
  const at = Math.min(patienceEnds, wholeEnds);
  if (now < at) return { state, action: { type: "sleep_until", at } };
  return { state, action: { type: "give_up", limit: wholeEnds <= patienceEnds ? "generationMs" : limit } };
}

/**
 * Gives a call up as `model_timeout` once a limit is reached, and closes it. One timer a call: after the first token it
 * moves only when it fires, so that a token costs a number. Wraps around retries: a late first token is not tried again.
 */
export function withPatience(push: Push, { clock, limits }: { clock: Clock; limits: ModelLimits }): Push {
  return (options, sink) => {
    let wait: Wait = { begunAt: clock.now(), progressAt: undefined };
    let progressAt = 0;
    let finished = false;
    let disarm = () => {};
    const look = (event: WaitEvent) => {
      const { state, action } = waitStep(wait, event, clock.now(), limits);
      wait = state;
      disarm();
      if (action.type === "sleep_until") disarm = clock.after(action.at - clock.now(), alarm);
      else giveUp(action.limit);
    };
    const alarm = () => {
      if (wait.progressAt !== undefined) wait = { begunAt: wait.begunAt, progressAt };
      look("alarm");
    };
    const giveUp = (limit: keyof ModelLimits) => {
      cancel();
      // A model that dawdles over closing after its finish mark has still answered.
      sink.end(finished ? undefined : modelFailure("model_timeout", { cause: limit }));
    };
    const cancel = push(options, {
      part(part) {
        if (isProgress(part)) {
          progressAt = clock.now();
          if (wait.progressAt === undefined) look("progress");
        } else if (part.type === "finish") finished = true;
        sink.part(part);
      },
      end(error) {
        disarm();
        sink.end(error);
      },
    });
    look("begin");
    return () => {
      disarm();
      cancel();
    };
  };
}
