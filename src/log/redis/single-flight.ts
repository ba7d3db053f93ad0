/**
 * Lets an action run once at a time. Whoever asks while it runs gets the run that begins after it: the answer to what they ask must
 * not be older than their question.
 */
export function singleFlight<Result>(action: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  let following: Promise<Result> | undefined;

  async function run() {
    try {
      return await action();
    } finally {
      running = undefined;
    }
  }

  async function runAfter(earlier: Promise<Result>) {
    await earlier.catch(() => {});
    following = undefined;
    running ??= run();
    return running;
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
