import { isChatWaitError } from "./errors.ts";
import { type Link, type Outgoing, requestJson } from "./exchange.ts";
import { afterFailure, FRESH } from "./retry-policy.ts";

/**
 * Waits. Resolves early, with true, when another attempt may have become worth while: `armed` is given the means to say so,
 * and the surroundings have their own. Also ends, with true, when `signal` is aborted.
 */
export async function pause(
  { after, onWake }: Link,
  ms: number,
  signal?: AbortSignal,
  armed?: (wake: () => void) => void,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const wake = () => resolve(true);
  const releases = [after(ms, () => resolve(false)), onWake(wake)];
  signal?.addEventListener("abort", wake);
  if (signal?.aborted) wake();
  armed?.(wake);
  const woken = await promise;
  for (const release of releases) release();
  signal?.removeEventListener("abort", wake);
  return woken;
}

/**
 * Does something until it succeeds; only for what does no harm when it is done twice.
 * @throws ChatWaitError what another attempt would not mend, or `aborted`
 */
export async function patiently<T>(link: Link, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
  for (let effort = FRESH; ; ) {
    try {
      return await run();
    } catch (error) {
      if (!isChatWaitError(error)) throw error;
      const verdict = afterFailure(effort, error, { ...link, now: link.now(), random: link.random() });
      effort = (await pause(link, verdict.retryInMs, signal)) ? FRESH : verdict.effort;
    }
  }
}

/** Sends a request and reads the JSON of its answer, as {@link patiently} as it takes. */
export const requestPatiently = <T>(link: Link, outgoing: Outgoing, signal?: AbortSignal): Promise<T> =>
  patiently(link, signal, () => requestJson<T>(link, outgoing, signal));
