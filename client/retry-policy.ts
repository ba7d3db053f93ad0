import type { ChatWaitError } from "./types.ts";

/** How the attempts since the last progress went. */
export type Effort = {
  /** How many have failed. */
  attempt: number;
  /** When the first one failed; ms. */
  since?: number | undefined;
  /** How many brought something that cannot be right. */
  strikes: number;
  /** How long to wait before the next one. */
  retryInMs?: number;
};

/** Before any attempt, and after each progress. */
export const FRESH: Effort = { attempt: 0, since: undefined, strikes: 0 };

/** `isReached`: something has answered before; else it may well be that there is nothing. */
export type Patience = { giveUpMs: number; longestRetryAfterMs: number; isReached?: boolean | undefined };

const FIRST_MS = 300;
const LONGEST_MS = 10_000;
const MOST_STRIKES = 3;
const PATIENCE_WITH_SILENCE = 3;
const PATIENCE_WITH_NOBODY = 0.1;

/** The cause of a failure where a connection stood and brought nothing. */
export const SILENCE = "silence";

/** How long to wait before attempt `attempt` (0, 1, …) is repeated, ms: doubling up to 10 s, half of it left to chance. */
export const backoff = (attempt: number, random: number): number =>
  (Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt) / 2) * (1 + random);

/**
 * What to do after an attempt has failed with `error`: how long to wait before the next one.
 * @param now milliseconds
 * @param random from 0 up to, but not, 1
 * @throws the error itself where another attempt is not worth while
 */
export function afterFailure(
  effort: Effort,
  error: ChatWaitError,
  { giveUpMs, longestRetryAfterMs, isReached }: Patience,
  now: number,
  random: number,
): Required<Effort> {
  const { attempt, since = now } = effort;
  const { retryAfterMs: asked } = error;
  // What came under a status is the doing of whoever answered; what came as events should have been right.
  const strikes = effort.strikes + Number(error.code === "bad_response" && !error.status);
  // Those whom the server has sent away together should not come back together.
  const retryInMs = asked === undefined ? backoff(attempt, random) : asked * (1 + random / 10);
  const patience = error.cause === SILENCE ? PATIENCE_WITH_SILENCE : isReached ? 1 : PATIENCE_WITH_NOBODY;
  const isFinal =
    !error.retryable ||
    // The stream itself has ended so.
    error.streamId ||
    strikes >= MOST_STRIKES ||
    (asked as number) > longestRetryAfterMs ||
    now - since + retryInMs > giveUpMs * patience;
  if (isFinal) throw error;
  return { attempt: attempt + 1, since, strikes, retryInMs };
}
