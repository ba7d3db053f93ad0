import { closest, distance } from "fastest-levenshtein";

/** The known word that was probably meant; undefined where none is close. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > 64) return undefined;
  const guess = closest(word.toLowerCase(), [...known]);
  return distance(word.toLowerCase(), guess) <= Math.max(2, guess.length / 3) ? guess : undefined;
}

/** The end of a sentence about an unknown word: a guess, else what there is. */
export function didYouMean(word: string, known: readonly string[], label: string): string {
  const guess = suggestion(word, known);
  return guess === undefined ? `${label}: ${known.join(", ")}.` : `Did you mean "${guess}"?`;
}
