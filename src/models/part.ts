import { classify, type ModelFailure, modelFailure } from "./failure.ts";
import type { Part } from "./model.ts";

/** The failure that a part tells of: an `error` part, or a finish that says `error` or `interrupted`. */
export function faultOf(part: Part): ModelFailure | undefined {
  if (part.type === "error") return classify(part.error);
  if (part.type !== "finish") return undefined;
  const { unified, raw = "" } = part.finishReason;
  if (unified === "interrupted" || CUT_SHORT.test(raw)) return modelFailure("model_cut", { retryable: true });
  return unified === "error" || raw === "error" ? modelFailure("model_error", { cause: "finish: error" }) : undefined;
}

/** How gateways call an answer that was stopped on their side (vLLM: `abort`). It is no whole one. */
const CUT_SHORT = /^(?:abort(?:ed)?|cancel(?:l?ed)?|interrupted)$/i;

/** Whether a part shows that the model is at work: text, or thought. A ping or a header is none. */
export function isProgress(part: Part): boolean {
  return (part.type === "text-delta" || part.type === "reasoning-delta") && part.delta !== "";
}
