import type { ModelFailure } from "./failure.ts";

/** How often a failed call is repeated, at most: the protocol says twice. */
const MOST_RETRIES = 2;

// 0.5 s, then 1 s: long enough for a gateway to change its backend, short beside the first token's own limit.
const FIRST_BACKOFF_MS = 500;

/** A longer `Retry-After` is not waited for, for a person is waiting: the call ends as `model_unavailable`. */
export const LONGEST_RETRY_AFTER_MS = 20_000;

/**
 * How long to wait before a failed call is repeated, in ms; undefined where that cannot help. The half that is random keeps
 * many calls refused at one moment from coming back at one moment; a Retry-After is never undercut.
 *
 * @param retries how often it has been repeated already
 * @param random 0 ≤ x < 1
 */
export function retryWait(failure: ModelFailure, retries: number, random: number): number | undefined {
  const { retryable, retryAfterMs } = failure;
  if (!retryable || retries >= MOST_RETRIES) return undefined;
  if (retryAfterMs === undefined) return FIRST_BACKOFF_MS * 2 ** retries * (0.5 + random / 2);
  return retryAfterMs > LONGEST_RETRY_AFTER_MS ? undefined : retryAfterMs + random * 0.1 * FIRST_BACKOFF_MS;
}
