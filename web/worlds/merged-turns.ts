import type { Turn } from "./turn.ts";

/** Turns of two tabs together: of one turn the one that got further, and one's own before what the feed tells of it. */
export function mergedTurns(theirs: readonly Turn[], ours: readonly Turn[]): Turn[] {
  const merged = [...theirs, ...ours].reduce<Turn[]>(withTurn, []);
  return merged.sort((a, b) => Number(timeOf(a) > timeOf(b)) - Number(timeOf(a) < timeOf(b)));
}

/** Two that seemed to be different can both be the one that comes: by its key, and by what the feed calls it. */
function withTurn(turns: Turn[], turn: Turn): Turn[] {
  const same = turns.filter((other) => isSame(turn, other));
  const [first] = same;
  if (!first) return [...turns, turn];
  const best = same.reduce((ours, theirs) => better(theirs, ours), turn);
  return turns.flatMap((other) => (other === first ? best : same.includes(other) ? [] : other));
}

const isSame = (one: Turn, other: Turn): boolean =>
  one.key === other.key || (one.turnId !== undefined && one.turnId === other.turnId);

/** When a turn began, as RFC 3339; of one that was joined in the middle, its first message; "" where there is neither. */
export const timeOf = ({ asked, items }: Turn): string =>
  asked?.at ?? items.find((item) => item.kind === "said")?.at ?? "";

function better(theirs: Turn, ours: Turn): Turn {
  if (theirs.mine !== ours.mine) return ours.mine ? ours : theirs;
  if (ours.ending) return ours;
  return theirs.ending || (theirs.turnId && !ours.turnId) ? theirs : ours;
}

/** What is left of turns when those that were over at a time are cleared away. */
export const notCleared = (turns: readonly Turn[], clearedAt: string | undefined): readonly Turn[] =>
  clearedAt ? turns.filter((turn) => !turn.ending || timeOf(turn) > clearedAt) : turns;
