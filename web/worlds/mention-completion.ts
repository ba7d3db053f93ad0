import { findMentions } from "../../src/worlds/mentions.ts";

/** Completes `@name` while somebody types, where the server would see a mention (PROTOCOL.md, R-ROUTE). */

/** A mention that is being written, in UTF-16 code units. */
export type TypedMention = {
  /** Where its `@` stands. */
  at: number;
  /** The end of the word that is under way: it may go on behind the caret. */
  end: number;
  /** What stands between the `@` and the caret. */
  query: string;
};

const NAME_BEFORE = /@([A-Za-z0-9_-]{0,64})$/;
const NAME_AFTER = /^[A-Za-z0-9_-]*/;

// As long as a name may be, and nobody's: what stands elsewhere in the text is not taken for it.
const PROBE = `${"0zq".repeat(21)}0`;

/** The mention in which the caret stands, if a name at that place would be one. */
export function typedMention(text: string, caret: number): TypedMention | undefined {
  const found = NAME_BEFORE.exec(text.slice(0, caret));
  if (!found) return undefined;
  const end = caret + (NAME_AFTER.exec(text.slice(caret))?.[0].length ?? 0);
  const at = found.index;
  const probed = `${text.slice(0, at)}@${PROBE}${text.slice(end)}`;
  const counts = findMentions(probed).some((mention) => mention.at === at);
  return counts ? { at, end, query: found[1] ?? "" } : undefined;
}

/** The names that fit, in order: those that begin so, then those that have it inside. Case does not matter. */
export function candidatesFor(query: string, names: readonly string[]): string[] {
  const wanted = query.toLowerCase();
  const begins = names.filter((name) => name.toLowerCase().startsWith(wanted));
  const exact = begins.filter((name) => name.length === wanted.length);
  const holds = names.filter((name) => name.toLowerCase().indexOf(wanted) > 0);
  return [...new Set([...exact, ...begins, ...holds])];
}

/** Nothing is left to complete: the name is written out, and no other begins so. */
export function isComplete({ query }: TypedMention, candidates: readonly string[]): boolean {
  return candidates.length === 1 && candidates[0]?.toLowerCase() === query.toLowerCase();
}

const STANDS_APART = /^[\s.,;:!?)\]}"'…*~]/;

/** The text with `name` in the place of what was typed, and the caret behind it, ready to write on. */
export function insertMention(text: string, { at, end }: TypedMention, name: string): { text: string; caret: number } {
  const rest = text.slice(end);
  const space = STANDS_APART.test(rest) ? "" : " ";
  const before = `${text.slice(0, at)}@${name}${space}`;
  return { text: before + rest, caret: before.length + (/^[ \t]/.test(rest) ? 1 : 0) };
}
