/** How long a model may take, in ms (PROTOCOL.md, section 8). */
export type ModelLimits = {
  /** From the call to its first sign of work, retries and their waits included. */
  firstTokenMs: number;
  /** Between two signs of work. */
  tokenGapMs: number;
  /** For the whole answer. */
  generationMs: number;
};

/** What patience knows of a call: when it began and when it last showed work, on the monotonic clock. */
export type Wait = { readonly begunAt: number; readonly progressAt: number | undefined };
export type WaitAction = { type: "sleep_until"; at: number } | { type: "give_up"; limit: keyof ModelLimits };

/**
 * The policy, without a timer: what has been waited for long enough at `now`, else when to look again. Work (text or
 * thought) ends the wait for the first token and begins the gap anew; the whole has one limit from the beginning.
 */
export function waitStep({ begunAt, progressAt }: Wait, now: number, limits: ModelLimits): WaitAction {
  const limit = progressAt === undefined ? "firstTokenMs" : "tokenGapMs";
  const patienceEnds = (progressAt ?? begunAt) + limits[limit];
  const wholeEnds = begunAt + limits.generationMs;
  const at = Math.min(patienceEnds, wholeEnds);
  if (now < at) return { type: "sleep_until", at };
  return { type: "give_up", limit: wholeEnds <= patienceEnds ? "generationMs" : limit };
}
