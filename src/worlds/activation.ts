import { callModel } from "../models/call.ts";
import { canContinue, continuation } from "../models/continuation.ts";
import { type ErrorCode, isFailure } from "../protocol/errors.ts";
import { conclude } from "./activation-end.ts";
import { type ActivationSpec, type ActivationState, type Mind, silentState } from "./activation-state.ts";
import { take, text } from "./speaking.ts";

/** An agent at work: for `stopActivation` and what else is done to it. */
export type Activation = ActivationState;

/**
 * Has an agent answer: its message, streamed or whole, and its end whatever happens. A failure stays this agent's own: one
 * before the first token leaves no message, a later one ends the message (R-TEXT).
 */
export function activate(spec: ActivationSpec, mind: Mind): Activation {
  const state = silentState(spec);
  beginActivation(state, mind);
  return state;
}

/** Calls the model: for the rest, where something was said. Ends as lost where the model cannot go on (R-TAKEOVER). */
export function beginActivation(state: Activation, mind: Mind): void {
  if (state.over) return;
  const { messageId, agent, speaking, thought, pieces, deps } = state;
  // What readers were shown a part of is shown to its end.
  state.streaming = speaking || mind.streaming;
  state.offered = mind.model;
  state.tell({ type: "call_opened", message: messageId, agent });
  if (speaking) state.tell({ type: "message_started", message: messageId, shown: true });
  const said = state.joiner.join();
  state.resuming = said !== "";
  const call = continuation(mind.model, mind.options, { text: said, pieces, thought });
  if (!call) {
    conclude(state, "error", "generation_lost");
    return;
  }
  const stopCall = callModel(call.model, call.options, deps, {
    part: (part) => take(state, part),
    end: (error) => end(state, error),
  });
  // A model that fails at once has been heard already.
  if (!state.over) state.stopCall = stopCall;
}

/** Ends it from outside: the call to the model is closed. Does nothing once it has ended. */
export function stopActivation(state: Activation, reason: "cancelled" | "timeout" | "error", code?: ErrorCode): void {
  conclude(state, reason, code);
}

/** Whether another server could go on with it: of what is not streamed nothing was shown, and it is asked anew. */
export function canMove({ streaming, offered, joiner, thought }: Activation): boolean {
  return !streaming || !offered || canContinue(offered, { text: joiner.join(), thought });
}

/** Closes the call to the model without an end: another server is to go on. It can still be stopped. */
export function handOverActivation(state: Activation): void {
  state.stopCall();
  state.handedOver = true;
  state.observe.ended("handed_over", state.clock.now() - state.begun);
}

function end(state: ActivationState, error?: unknown): void {
  if (state.over) return;
  if (error !== undefined) {
    const code = codeOf(state, error);
    state.observe.failed(state.offered?.id ?? "", code, (error as Error).cause);
    conclude(state, code === "model_timeout" ? "timeout" : "error", code);
    return;
  }
  text(state, state.gate.rest());
  conclude(state, state.finish?.reason ?? "stop");
}

/** A model that cannot go on with a text leaves it lost: a new message may well succeed. */
function codeOf({ resuming }: ActivationState, error: unknown): ErrorCode {
  if (resuming) return "generation_lost";
  return isFailure(error) ? error.code : "internal_error";
}
