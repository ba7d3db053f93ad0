/** What the scan for mentions tells characters by: UTF-16 code units, of which only ASCII has a part in Markdown's syntax. */
export const [TAB, LF, CR, SPACE, HASH, PAREN, PAREN_END, STAR, PLUS, HYPHEN] = [9, 10, 13, 32, 35, 40, 41, 42, 43, 45];
export const [DOT, SLASH, COLON, LESS, GREATER, AT, BACKSLASH, BRACKET_END] = [46, 47, 58, 60, 62, 64, 92, 93];
export const [UNDERSCORE, BACKTICK, LETTER_W, TILDE] = [95, 96, 119, 126];

export const isDigit = (code: number): boolean => code >= 48 && code <= 57;
export const isAlphanumeric = (code: number): boolean =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
export const isOfName = (code: number): boolean => isAlphanumeric(code) || code === UNDERSCORE || code === HYPHEN;
export const isPunctuation = (code: number): boolean => code > SPACE && code < 127 && !isAlphanumeric(code);
export const isSpace = (code: number): boolean =>
  code === SPACE || (code >= TAB && code <= CR) || (code > 127 && /\s/.test(String.fromCharCode(code)));

/** How often the character at `start` is repeated, itself counted. */
export function runLength(text: string, start: number, end: number): number {
  const mark = text.charCodeAt(start);
  let at = start;
  while (at < end && text.charCodeAt(at) === mark) at++;
  return at - start;
}
