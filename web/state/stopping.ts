import { type ReadonlySignal, signal } from "@preact/signals";

export type Stopping = {
  /** Whether the last stop did not reach the server, and the answer goes on. */
  readonly unstopped: ReadonlySignal<boolean>;
  /** Ends the answer for everybody. */
  stop(): Promise<void>;
};

/** Keeps whether a stop arrived. */
export function createStopping(stopAtServer: () => Promise<void>): Stopping {
  const unstopped = signal(false);
  return {
    unstopped,
    async stop() {
      unstopped.value = false;
      try {
        await stopAtServer();
      } catch (error) {
        unstopped.value = true;
        throw error;
      }
    },
  };
}
