import type { Line } from "../memory.ts";

/** A line of a world's memory as it stands in Redis. */
export type Entry = { number: number; bytes: number; until: number; turn: string; line: Line };

export function entryOf(text: string): Entry {
  const [number, bytes, until, turn = ""] = text.split(" ", 4);
  const head = `${number} ${bytes} ${until} ${turn} `;
  const line = JSON.parse(text.slice(head.length)) as Line;
  return { number: Number(number), bytes: Number(bytes), until: Number(until), turn, line };
}

/** All of them, or none where the last of them is of too long ago. */
export const linesOf = (entries: readonly Entry[], now: number): Line[] =>
  (entries.at(-1)?.until ?? 0) > now ? entries.map(({ line }) => line) : [];
