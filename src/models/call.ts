import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { Clock } from "../clock.ts";
import { failure, isFailure } from "../protocol/errors.ts";
import type { ModelErrorCode } from "./failure.ts";
import { type CallOptions, type PartSink, type Push, pushOf } from "./model.ts";
import { type ModelLimits, withPatience } from "./patience.ts";
import { withRetry } from "./retry.ts";
import { settled } from "./settle.ts";

/** How one call upstream came out; a call that is repeated counts each time. */
export type CallOutcome = "ok" | "retried" | "cancelled" | ModelErrorCode | "internal_error";

export type CallDeps = {
  clock: Clock;
  /** 0 ≤ x < 1, as Math.random: spreads the retries. */
  random(): number;
  limits: ModelLimits;
  onOutcome?(outcome: CallOutcome): void;
};

/**
 * Calls a model as the protocol wants it: retried before the first text, given up after its limits, and every fault named.
 * The sink gets the parts in order, then `end` exactly once: without an error only after a finish part, else with a
 * `Failure` of code `model_error`, `model_cut`, `model_timeout` or `model_unavailable`. A sink that throws has its call
 * cancelled and gets its own `Failure` back (anything else as `internal_error`). Never throws.
 *
 * @returns what cancels the call: its connection is closed, and nothing more reaches the sink, not even `end`.
 */
export function callModel(model: LanguageModelV4, options: CallOptions, deps: CallDeps, sink: PartSink): () => void {
  const { clock, random, limits, onOutcome } = deps;
  // Whether a call upstream is open: between two attempts there is none to count.
  let open = false;
  const report = (outcome: CallOutcome) => {
    if (open) onOutcome?.(outcome);
    open = false;
  };
  const push = settled(pushOf(model));
  const counted: Push = (...call) => {
    open = true;
    return push(...call);
  };
  const retried = withRetry(counted, { clock, random, onRetry: () => report("retried") });
  return contained(withPatience(retried, { clock, limits }), report)(options, sink);
}

/** The outermost layer: what the sink throws stops the call instead of the process. */
function contained(push: Push, report: (outcome: CallOutcome) => void): Push {
  return (options, sink) => {
    let over = false;
    const end = (error?: unknown) => {
      over = true;
      report(error === undefined ? "ok" : ((error as { code?: CallOutcome }).code ?? "internal_error"));
      try {
        sink.end(error);
      } catch {
        // It was told that the call is over; there is nobody else to tell.
      }
    };
    const cancel = push(options, {
      part(part) {
        if (over) return;
        try {
          sink.part(part);
        } catch (error) {
          cancel();
          end(isFailure(error) ? error : failure("internal_error"));
        }
      },
      end(error) {
        if (!over) end(error);
      },
    });
    return () => {
      if (over) return;
      over = true;
      cancel();
      report("cancelled");
    };
  };
}
