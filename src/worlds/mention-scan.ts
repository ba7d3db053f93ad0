import {
  AT,
  BACKSLASH,
  BACKTICK,
  BRACKET_END,
  COLON,
  DOT,
  GREATER,
  isAlphanumeric,
  isOfName,
  isPunctuation,
  isSpace,
  LESS,
  LETTER_W,
  PAREN,
  PAREN_END,
  runLength,
  SLASH,
} from "./characters.ts";
import type { Range } from "./paragraphs.ts";

export type Mention = {
  /** As written, without the `@`. */
  name: string;
  /** Where its `@` stands, in UTF-16 code units. */
  at: number;
};

const LONGEST_NAME = 64;

/** Who is mentioned in one paragraph, in order. */
export function mentionsIn(text: string, { start, end }: Range): Mention[] {
  const found: Mention[] = [];
  const lastRuns = lastBacktickRuns(text, start, end);
  // For each open parenthesis: how many were found before it if it begins a link target, else -1.
  const parentheses: number[] = [];
  let mayBegin = true;
  for (let at = start; at < end; ) {
    const past = passOver(text, at, end, lastRuns);
    if (past > at) {
      mayBegin = letsBegin(text.charCodeAt(past - 1), mayBegin) && text.charCodeAt(at) === BACKSLASH;
      at = past;
      continue;
    }
    const code = text.charCodeAt(at);
    const name = code === AT && mayBegin ? nameAt(text, at + 1) : undefined;
    if (name !== undefined) found.push({ name, at });
    if (code === PAREN) parentheses.push(text.charCodeAt(at - 1) === BRACKET_END ? found.length : -1);
    if (code === PAREN_END) found.length = foundBefore(parentheses.pop() ?? -1, found.length);
    mayBegin = letsBegin(code, mayBegin);
    at++;
  }
  return found;
}

/** A link target that closes takes back what was found in it. */
const foundBefore = (target: number, found: number): number => (target < 0 ? found : target);

/** The end of the escape, code span, autolink or address that begins at `at`, else `at`. */
function passOver(text: string, at: number, end: number, lastRuns: Map<number, number>): number {
  switch (text.charCodeAt(at)) {
    case BACKSLASH:
      return at + 1 < end && isPunctuation(text.charCodeAt(at + 1)) ? at + 2 : at;
    case BACKTICK:
      return pastCodeSpan(text, at, end, lastRuns);
    case LESS:
      return pastAngles(text, at, end);
    case COLON:
    case LETTER_W:
      return beginsAddress(text, at) ? pastAddress(text, at, end) : at;
    default:
      return at;
  }
}

/** Where the last run of backticks of each length begins: without a later run of its length, a run opens nothing. */
function lastBacktickRuns(text: string, start: number, end: number): Map<number, number> {
  const runs = new Map<number, number>();
  for (let at = start; at < end; at++) {
    if (text.charCodeAt(at) !== BACKTICK) continue;
    const length = runLength(text, at, end);
    runs.set(length, at);
    at += length;
  }
  return runs;
}

function pastCodeSpan(text: string, at: number, end: number, lastRuns: Map<number, number>): number {
  const length = runLength(text, at, end);
  const past = at + length;
  if ((lastRuns.get(length) ?? -1) < past) return past;
  for (let closer = past; ; closer++) {
    if (text.charCodeAt(closer) !== BACKTICK) continue;
    const found = runLength(text, closer, end);
    closer += found;
    if (found === length) return closer;
  }
}

/** An autolink or a tag: `<`, no white space, `>`. */
function pastAngles(text: string, at: number, end: number): number {
  for (let past = at + 1; past < end; past++) {
    const code = text.charCodeAt(past);
    if (code === GREATER) return past + 1;
    if (code === LESS || code === BACKTICK || isSpace(code)) return at;
  }
  return at;
}

/** At the colon of `scheme://` or the first letter of `www.`. */
function beginsAddress(text: string, at: number): boolean {
  const afterWord = isAlphanumeric(text.charCodeAt(at - 1));
  const [next, third] = [text.charCodeAt(at + 1), text.charCodeAt(at + 2)];
  if (text.charCodeAt(at) === COLON) return afterWord && next === SLASH && third === SLASH;
  return !afterWord && next === LETTER_W && third === LETTER_W && text.charCodeAt(at + 3) === DOT;
}

/** A bare address runs to white space; a parenthesis that it did not open ends it, as in `(see https://a.org/b)`. */
function pastAddress(text: string, start: number, end: number): number {
  let depth = 0;
  let at = start;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === LESS || code === BACKTICK || isSpace(code)) break;
    if (code === PAREN) depth++;
    if (code === PAREN_END && --depth < 0) break;
  }
  return at;
}

const WORD_GOES_ON = /^[\p{L}\p{N}\p{M}]/u;

function nameAt(text: string, start: number): string | undefined {
  let end = start;
  if (!isAlphanumeric(text.charCodeAt(end))) return undefined;
  while (end - start <= LONGEST_NAME && isOfName(text.charCodeAt(end))) end++;
  const next = text.codePointAt(end) ?? 0;
  const goesOn = next > 127 && WORD_GOES_ON.test(String.fromCodePoint(next));
  return end - start > LONGEST_NAME || goesOn ? undefined : text.slice(start, end);
}

const OPENS = /[\s\p{Ps}\p{Pi}¿¡]/u;
const CHANGES_NOTHING = /[*_~"'\p{Pf}\p{Cf}]/u;

type Opening = "opens" | "closes" | "changes nothing";

function openingOf(code: number): Opening {
  const character = String.fromCharCode(code);
  if (OPENS.test(character)) return "opens";
  return CHANGES_NOTHING.test(character) ? "changes nothing" : "closes";
}

// Two regular expressions a character would be most of the scan.
const ASCII: readonly Opening[] = Array.from({ length: 128 }, (_, code) => openingOf(code));

/**
 * Whether an `@` after this character may begin a mention. Quotes that look the same on both sides, and the marks of
 * emphasis, open where something may begin, and close elsewhere.
 */
function letsBegin(code: number, mayBegin: boolean): boolean {
  const opening = ASCII[code] ?? openingOf(code);
  return opening === "opens" || (opening === "changes nothing" && mayBegin);
}
