import type { Turn } from "./turn.ts";

/** Turns of two tabs together: of one turn the one that got further, and one's own before what the feed tells of it. */
export function mergedTurns(theirs: readonly Turn[], ours: readonly Turn[]): Turn[] {
  const merged = theirs.map((turn) =>
    better(
      turn,
      ours.find((other) => isSame(turn, other)),
    ),
  );
  const added = ours.filter((turn) => !theirs.some((other) => isSame(turn, other)));
  return [...merged, ...added].sort((a, b) => Number(timeOf(a) > timeOf(b)) - Number(timeOf(a) < timeOf(b)));
}

const isSame = (one: Turn, other: Turn): boolean =>
  one.key === other.key || (one.turnId !== undefined && one.turnId === other.turnId);

/** When a turn began, as RFC 3339; of one that was joined in the middle, its first message; "" where there is neither. */
export const timeOf = ({ asked, items }: Turn): string =>
  asked?.at ?? items.find((item) => item.kind === "said")?.at ?? "";

function better(theirs: Turn, ours: Turn | undefined): Turn {
  if (!ours) return theirs;
  if (theirs.mine !== ours.mine) return ours.mine ? ours : theirs;
  return theirs.ending && !ours.ending ? theirs : ours;
}

/** What is left of turns when those that were over at a time are cleared away. */
export const notCleared = (turns: readonly Turn[], clearedAt: string | undefined): readonly Turn[] =>
  clearedAt ? turns.filter((turn) => !turn.ending || timeOf(turn) > clearedAt) : turns;
