import { finishOf } from "../generation/generate.ts";
import type { Part } from "../models/model.ts";
import { conclude } from "./activation-end.ts";
import type { ActivationState } from "./activation-state.ts";

/** What an agent's model says, and what becomes of it. */

/** What an agent that is not streamed may gather, in characters: more than the log of a turn takes by default. */
const MOST_HIDDEN = 4 * 2 ** 20;

/** A part of its answer. */
export function take(state: ActivationState, part: Part): void {
  if (state.over) return;
  if (part.type === "text-delta") text(state, state.gate.pass(part.delta));
  else if (part.type === "reasoning-start" || part.type === "reasoning-delta") think(state);
  else if (part.type === "finish") state.finish = finishOf(part.finishReason, part.usage);
}

/** Text that is whole code points. */
export function text(state: ActivationState, piece: string): void {
  if (piece === "" || !speak(state)) return;
  state.resuming = false;
  const { messageId, observe, streaming } = state;
  observe.token();
  if (!streaming) {
    gather(state, piece);
    return;
  }
  state.tell({ type: "message_token", message: messageId });
  if (state.over || !state.emit({ type: "token", message_id: messageId, text: piece })) return;
  state.joiner.add(piece);
}

function gather(state: ActivationState, piece: string): void {
  state.tell({ type: "call_progress", message: state.messageId });
  state.joiner.add(piece);
  state.hidden += piece.length;
  if (state.hidden > MOST_HIDDEN) conclude(state, "error", "stream_too_long");
}

/** Before the first text: the message begins. */
export function speak(state: ActivationState): boolean {
  if (state.speaking) return true;
  const { messageId, agent, streaming, inReplyTo, observe, clock, begun } = state;
  state.tell({ type: "message_started", message: messageId, shown: streaming });
  const role = "assistant";
  state.speaking =
    !streaming ||
    state.emit({ type: "message_start", message_id: messageId, sender: agent, role, in_reply_to: inReplyTo });
  if (state.speaking) observe.firstToken(clock.now() - begun);
  return state.speaking;
}

function think(state: ActivationState): void {
  const { agent, messageId } = state;
  state.tell({ type: "call_progress", message: messageId });
  if (state.thought || state.speaking) return;
  state.thought = true;
  state.emit({ type: "system", code: "thinking", message: `${agent} is thinking before it answers.`, agent });
}
