import type { CancelCause } from "../log/shelf.ts";
import { type ErrorCode, isRetryable, textOf } from "../protocol/errors.ts";
import type { TerminalDraft, Usage } from "../protocol/events.ts";
import type { AgentOutcome } from "./ledger.ts";

/** How a turn ends: with `done` and a reason, or with an error. */
export type Ending = { reason: string } | { code: ErrorCode };

/** An end that nobody in the world has asked for is a failure. */
export function endingFor(cause: CancelCause): Ending {
  if (cause === "shutting_down") return { code: "shutting_down" };
  return cause === "lost" || cause === "moved" ? { code: "generation_lost" } : { reason: "cancelled" };
}

/** The event that seals a turn. `usages`: of each call to a model, where it was counted. */
export function terminalOf(how: Ending, agents: AgentOutcome[], usages: readonly (Usage | undefined)[]): TerminalDraft {
  if ("code" in how) {
    const { code } = how;
    return { type: "error", error_code: code, message: textOf(code), retryable: isRetryable(code) };
  }
  const usage = totalOf(usages);
  return { type: "done", reason: how.reason, agents, ...(usage ? { usage } : {}) };
}

/** Of all calls together, where each of them was counted. */
function totalOf(usages: readonly (Usage | undefined)[]): Usage | undefined {
  const total: Usage = { input_tokens: 0, output_tokens: 0 };
  for (const usage of usages) {
    if (!usage) return undefined;
    total.input_tokens += usage.input_tokens;
    total.output_tokens += usage.output_tokens;
  }
  return usages.length > 0 ? total : undefined;
}
