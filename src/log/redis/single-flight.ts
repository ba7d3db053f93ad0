/**
 * Lets an action run once at a time. Whoever asks while it runs gets the run that begins after it: the answer to what they ask must
 * not be older than their question.
 */
export function singleFlight(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  async function run() {
    try {
      await action();
    } finally {
      running = undefined;
    }
  }

  async function runAfter(earlier: Promise<void>) {
    await earlier.catch(() => {});
    following = undefined;
    running ??= run();
    await running;
  }

  return () => {
    if (!running) {
      running = run();
      return running;
    }
    following ??= runAfter(running);
    return following;
  };
}
