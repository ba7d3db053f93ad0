import { abortedError } from "./errors.ts";
import { type Link, type Outgoing, requestJson } from "./exchange.ts";
import { afterFailure, type Effort, FRESH } from "./retry-policy.ts";
import type { ChatWaitError, Connection } from "./types.ts";

/** One who tries again. */
export type Trying = Effort & {
  signal?: AbortSignal | undefined;
  show?(connection: Connection): void;
  /** Ends the wait for the next attempt. */
  wake?: () => void;
};

/**
 * Waits as long as the policy says, less where another attempt may have become worth while. Ends at once when the signal of
 * whoever is trying is aborted.
 * @throws the error itself where another attempt is not worth while
 */
export async function retryLater(link: Link, trying: Trying, error: unknown): Promise<void> {
  Object.assign(trying, afterFailure(trying, error as ChatWaitError, link, link.now(), link.random()));
  const { signal, attempt, retryInMs = 0 } = trying;
  trying.show?.({ status: "waiting", attempt, retryInMs, cause: (error as ChatWaitError).message });
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => {
    Object.assign(trying, FRESH);
    resolve();
  };
  trying.wake = wake;
  const releaseTimer = link.after(retryInMs, resolve);
  const releaseWake = link.onWake(wake);
  signal?.addEventListener("abort", wake);
  if (!signal?.aborted) await promise;
  releaseTimer();
  releaseWake();
  signal?.removeEventListener("abort", wake);
}

/**
 * Does something until it succeeds; only for what does no harm when it is done twice.
 * @throws ChatWaitError what another attempt would not mend, or `aborted`
 */
export async function patiently<T>(link: Link, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
  const trying: Trying = { ...FRESH, signal };
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (signal?.aborted) throw abortedError(signal.reason);
      await retryLater(link, trying, error);
    }
  }
}

/** Sends a request and reads the JSON of its answer, {@link patiently}. */
export const requestPatiently = <T>(link: Link, outgoing: Outgoing, signal?: AbortSignal): Promise<T> =>
  patiently(link, signal, () => requestJson<T>(link, outgoing, signal));
