import type { ChatWaitError } from "./types.ts";

/** How the attempts since the last progress went. */
export type Effort = {
  /** How many have failed. */
  attempt: number;
  /** When the first one failed. */
  since?: number | undefined;
  /** How many brought something that cannot be right. */
  strikes: number;
  /** How many have not brought a single byte. */
  mute: number;
};

/** Before any attempt, and after each progress. */
export const FRESH: Effort = { attempt: 0, strikes: 0, mute: 0 };

export type Patience = { giveUpMs: number; longestRetryAfterMs: number };

export type Verdict = { effort: Effort; retryInMs: number };

const FIRST_MS = 300;
const LONGEST_MS = 10_000;
const MOST_STRIKES = 3;

/** How long to wait before attempt `attempt` (0, 1, …) is repeated, ms: doubling up to 10 s, half of it left to chance. */
export function backoff(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return (ceiling / 2) * (1 + random);
}

/**
 * What to do after an attempt has failed with `error`: how long to wait before the next one.
 * @param random from 0 up to, but not, 1
 * @throws the error itself where another attempt is not worth while
 */
export function afterFailure(
  effort: Effort,
  error: ChatWaitError,
  { now, random, giveUpMs, longestRetryAfterMs }: Patience & { now: number; random: number },
): Verdict {
  const { attempt, since = now } = effort;
  const { code, status, streamId, retryAfterMs: asked } = error;
  const strikes = effort.strikes + Number(code === "bad_response" && status === undefined);
  // Those whom the server has sent away together should not come back together.
  const retryInMs = asked === undefined ? backoff(attempt, random) : asked * (1 + random / 10);
  const isFinal =
    !error.retryable ||
    // The stream itself has ended so.
    streamId !== undefined ||
    strikes >= MOST_STRIKES ||
    (asked ?? 0) > longestRetryAfterMs ||
    now - since + retryInMs > giveUpMs;
  if (isFinal) throw error;
  return { effort: { ...effort, attempt: attempt + 1, since, strikes }, retryInMs };
}
