import type { ErrorCode } from "../protocol/errors.ts";
import type { StreamEvent } from "../protocol/events.ts";
import { conclude } from "./activation-end.ts";
import type { ActivationState } from "./activation-state.ts";
import { speak, text } from "./speaking.ts";

/** Tells an activation that another server has begun what the log has of it. */
export function reliveActivation(state: ActivationState, event: StreamEvent): void {
  if (event.type === "system") state.thought = true;
  else if (event.type === "message_start") speak(state);
  else if (event.type === "token") {
    state.pieces++;
    text(state, event.text);
  } else if (event.type === "message") {
    state.streaming = false;
    text(state, event.content);
    conclude(state, "stop");
  } else if (event.type === "message_end") {
    state.finish = { reason: event.reason, usage: event.usage };
    conclude(state, event.reason, event.error_code as ErrorCode | undefined);
  }
}

/** It ended without a word, and the log has nothing of that. */
export const passOver = (state: ActivationState): void => conclude(state, "stop");
