/** The middle value; the mean of the middle two where their number is even. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] as number;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** The medians of each field over several rounds. A field that some rounds lack is the median of the rest. */
export function medians(rounds: readonly Record<string, number>[]): Record<string, number> {
  const names = new Set(rounds.flatMap((round) => Object.keys(round)));
  return Object.fromEntries(
    [...names].map((name) => [name, median(rounds.flatMap((round) => (name in round ? [round[name] as number] : [])))]),
  );
}

/** Percentiles of times in milliseconds. */
export type Spread = { count: number; p50: number; p99: number; max: number };

/**
 * Collects times in whole microseconds and tells their percentiles exactly, by the nearest rank. The values are kept, 8 bytes
 * each, up to `limit`; from there on only the maximum and the count are true of all.
 */
export function times(limit = 8_000_000) {
  let values = new Float64Array(65_536);
  let kept = 0;
  let count = 0;
  let max = 0;
  return {
    add(us: number) {
      count++;
      if (us > max) max = us;
      if (kept === limit) return;
      if (kept === values.length) values = grown(values);
      values[kept++] = us;
    },
    clear() {
      kept = 0;
      count = 0;
      max = 0;
    },
    spread(): Spread {
      const sorted = values.slice(0, kept).sort();
      const at = (share: number) => (sorted[Math.max(0, Math.ceil(share * kept) - 1)] ?? Number.NaN) / 1000;
      return { count, p50: at(0.5), p99: at(0.99), max: count ? max / 1000 : Number.NaN };
    },
  };
}

function grown(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}
