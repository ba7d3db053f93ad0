import { timestampOf } from "../clock.ts";
import type { ErrorCode } from "../protocol/errors.ts";
import type { MessageReason, Usage } from "../protocol/events.ts";
import type { ActivationState } from "./activation-state.ts";
import type { Outcome } from "./ledger.ts";

const OUTCOMES: Partial<Record<MessageReason, Outcome>> = {
  cancelled: "cancelled",
  timeout: "timed_out",
  error: "failed",
};

/** The end, however it came about. */
export function conclude(state: ActivationState, reason: MessageReason, code?: ErrorCode): void {
  if (state.over) return;
  state.over = true;
  state.stopCall();
  const { observe, clock, begun, messageId, handedOver } = state;
  const said = state.joiner.join();
  const usage = state.finish?.usage ? { usage: state.finish.usage } : {};
  const failed = OUTCOMES[reason];
  const shown = say(state, said, { reason, ...usage, ...(code ? { error_code: code } : {}) });
  state.tell({ type: "call_ended", message: messageId });
  if (!handedOver) observe.ended(code ?? reason, clock.now() - begun);
  const outcome = failed ?? (said === "" ? "declined" : "replied");
  state.ended({ outcome, complete: failed === undefined, ...(shown ? { said } : {}), ...usage });
}

type Ending = { reason: MessageReason; usage?: Usage; error_code?: string };

/** What was streamed gets its end; what was gathered is said, if it is whole. Returns whether there is a message. */
function say(state: ActivationState, content: string, ending: Ending): boolean {
  const { messageId, agent, streaming, speaking, inReplyTo, clock } = state;
  if (!speaking) return false;
  const timestamp = timestampOf(clock.wall());
  const message = { message_id: messageId, sender: agent, content, timestamp, in_reply_to: inReplyTo };
  if (streaming) return state.emit({ type: "message_end", ...message, ...ending });
  if (OUTCOMES[ending.reason]) return false;
  return state.emit({ type: "message", ...message, role: "assistant" });
}
