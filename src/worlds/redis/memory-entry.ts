import type { Line } from "../memory.ts";

/** A line of a world's memory as it stands in Redis. */
export type Entry = { number: number; bytes: number; until: number; turn: string; line: Line };

export function entryOf(text: string): Entry {
  const [number, bytes, until, turn = ""] = text.split(" ", 4);
  const head = `${number} ${bytes} ${until} ${turn} `;
  const line = JSON.parse(text.slice(head.length)) as Line;
  return { number: Number(number), bytes: Number(bytes), until: Number(until), turn, line };
}

export const textOf = ({ number, bytes, until, turn, line }: Entry): string =>
  `${number} ${bytes} ${until} ${turn} ${JSON.stringify(line)}`;

/** Whether they are remembered still: the last of them was said not too long ago. */
export const areTrue = (entries: readonly Entry[], now: number): boolean => (entries.at(-1)?.until ?? 0) > now;

/** Those of both, each once, as they were numbered. */
export function union(some: readonly Entry[], others: readonly Entry[]): Entry[] {
  const all = new Map([...some, ...others].map((entry) => [`${entry.number} ${entry.turn}`, entry]));
  return [...all.values()].sort((a, b) => a.number - b.number);
}
