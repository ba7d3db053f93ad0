/** What a reader saw of an answer's pace, in ms on the page's own clock. */
export type Latency = {
  /** From sending the question to the first piece of text; undefined where this page did not send it. */
  firstTokenMs: number | undefined;
  tokens: number;
  medianGapMs: number | undefined;
  p95GapMs: number | undefined;
  longestGapMs: number | undefined;
};

/** So many of the latest gaps are kept: enough for a steady p95, little enough to sort in a frame. */
const MOST_GAPS = 2000;

export type LatencyMeter = {
  /** A piece of text of one message; messages that grow at the same time are measured apart. */
  token(messageId: string, at: number): void;
  /** A piece that was ready when the connection came back: it counts, and says nothing about the pace. */
  replayed(): void;
  /** What comes next follows a cut: the pause before it is the connection's and not the model's. */
  cut(): void;
  read(): Latency;
};

/** Measures from `startedAt`; undefined where the beginning was not seen. */
export function createLatencyMeter(startedAt: number | undefined): LatencyMeter {
  const gaps: number[] = [];
  const last = new Map<string, number>();
  let tokens = 0;
  let firstTokenMs: number | undefined;
  return {
    token(messageId, at) {
      tokens++;
      if (firstTokenMs === undefined && startedAt !== undefined) firstTokenMs = at - startedAt;
      const before = last.get(messageId);
      if (before !== undefined)
        gaps[(gaps.length < MOST_GAPS ? gaps.length : tokens % MOST_GAPS) as number] = at - before;
      last.set(messageId, at);
    },
    replayed: () => void tokens++,
    cut: () => last.clear(),
    read: () => ({ firstTokenMs, tokens, ...spread(gaps) }),
  };
}

function spread(gaps: readonly number[]): Pick<Latency, "medianGapMs" | "p95GapMs" | "longestGapMs"> {
  const sorted = [...gaps].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  return { medianGapMs: at(0.5), p95GapMs: at(0.95), longestGapMs: sorted.at(-1) };
}
