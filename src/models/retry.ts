import type { Clock } from "../clock.ts";
import { classify, type ModelFailure } from "./failure.ts";
import type { CallOptions, PartSink, Push } from "./model.ts";

export type RetryDeps = {
  clock: Clock;
  /** 0 ≤ x < 1, as Math.random. */
  random(): number;
  /** How often a failed call is repeated, at most. The protocol says twice. */
  attempts?: number;
  /** A call failed and will be repeated after `waitMs`. */
  onRetry?(failure: ModelFailure, waitMs: number): void;
};

// 0.5 s, then 1 s: long enough for a gateway to change its backend, short beside the first token's own limit.
const FIRST_BACKOFF_MS = 500;

/** A longer `Retry-After` is not waited for: a person is. They get it as `Retry-After` of a `model_unavailable`. */
export const LONGEST_RETRY_AFTER_MS = 20_000;

/**
 * Repeats a call that failed before its first text, where the failure says that this may help. Attempts share one sink and
 * one cancel, which also ends the waiting. Expects a settled push (see settle.ts).
 */
export function withRetry(push: Push, { clock, random, attempts = 2, onRetry }: RetryDeps): Push {
  return (first, sink) => {
    // Let go once it cannot be needed again: a prompt may be a mebibyte, and the answer may take minutes.
    let options: CallOptions | undefined = first;
    let retries = 0;
    let cancel = () => {};
    const attempt: PartSink = {
      part(part) {
        if (options && (part.type === "finish" || (part.type === "text-delta" && part.delta !== "")))
          options = undefined;
        sink.part(part);
      },
      end(error) {
        if (error === undefined) return sink.end();
        const failure = classify(error, clock.wall());
        const again = options;
        if (!again || retries >= attempts || !worthwhile(failure)) return sink.end(failure);
        const waitMs = backoff(failure, retries++, random());
        onRetry?.(failure, waitMs);
        cancel = clock.after(waitMs, () => {
          cancel = push(again, attempt);
        });
      },
    };
    cancel = push(first, attempt);
    return () => cancel();
  };
}

function worthwhile({ retryable, retryAfterMs = 0 }: ModelFailure): boolean {
  return retryable && retryAfterMs <= LONGEST_RETRY_AFTER_MS;
}

// The half that is random keeps many calls refused at one moment from coming back at one moment; a Retry-After is never
// undercut.
function backoff({ retryAfterMs }: ModelFailure, retry: number, random: number): number {
  if (retryAfterMs !== undefined) return retryAfterMs + random * 0.1 * FIRST_BACKOFF_MS;
  return FIRST_BACKOFF_MS * 2 ** retry * (0.5 + random / 2);
}
