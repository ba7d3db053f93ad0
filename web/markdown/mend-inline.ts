/** A run that is longer, in characters, or has more open at once, is no prose: it is shown as it stands. */
const LONGEST = 8000;
const MOST_OPEN = 8;

/**
 * Completes a run of inline text: what is open at its end is closed there, and a mark that has nothing after it yet is left out.
 */
export function closeInline(text: string): string {
  if (text.length > LONGEST) return text;
  const scan: Scan = { text, at: 0, open: [], out: "" };
  while (scan.at < text.length) step(scan);
  return scan.open.length > MOST_OPEN ? text : withClosers(scan);
}

type Scan = { readonly text: string; at: number; readonly open: string[]; out: string };

function withClosers({ out, open }: Scan): string {
  if (open.length === 0) return out;
  const trimmed = out.trimEnd();
  // A mark that nothing follows would stand there as a letter.
  const last = open.at(-1) ?? "";
  if (trimmed.endsWith(last))
    return withClosers({ text: "", at: 0, out: trimmed.slice(0, -last.length), open: open.slice(0, -1) });
  return trimmed + open.toReversed().join("");
}

function step(scan: Scan) {
  const char = scan.text[scan.at] as string;
  if (char === "\\") take(scan, scan.at + 1 < scan.text.length ? 2 : 1, scan.at + 1 < scan.text.length);
  else if (char === "`") codeSpan(scan);
  else if (char === "*" || char === "_" || char === "~") emphasis(scan, char);
  else if (char === "[") link(scan);
  else if (char === "<") tag(scan);
  else take(scan, 1);
}

function take(scan: Scan, length: number, keep = true) {
  if (keep) scan.out += scan.text.slice(scan.at, scan.at + length);
  scan.at += length;
}

function runLength({ text, at }: Scan): number {
  let end = at;
  while (text[end] === text[at]) end++;
  return end - at;
}

function codeSpan(scan: Scan) {
  const { text, at } = scan;
  const mark = "`".repeat(runLength(scan));
  const rest = text.slice(at + mark.length);
  const closing = new RegExp(`(?<!\`)${mark}(?!\`)`).exec(rest);
  if (closing) return take(scan, mark.length + closing.index + mark.length);
  const inside = rest.replace(/`+$/, "");
  if (inside.trim() !== "") scan.out += `${mark}${inside.trimEnd()}${mark}`;
  scan.at = text.length;
}

const isSpace = (char: string | undefined) => char === undefined || /\s/.test(char);
const isWord = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);

function emphasis(scan: Scan, char: string) {
  const { text, at, open } = scan;
  const length = runLength(scan);
  const [before, after] = [text[at - 1], text[at + length]];
  const isAtEnd = at + length === text.length;
  const isInWord = char === "_" && isWord(before) && isWord(after);
  if (isInWord || (isSpace(before) && isSpace(after) && !isAtEnd)) return take(scan, length);
  let left = length;
  while (left > 0 && !isSpace(before) && open.at(-1)?.[0] === char) {
    const mark = open.at(-1) as string;
    // Half of what closes it: the other half is on its way.
    if (mark.length > left) return take(scan, left, !isAtEnd);
    open.pop();
    scan.out += mark;
    left -= mark.length;
    scan.at += mark.length;
  }
  if (isAtEnd) return take(scan, left, false);
  if (left > 0 && !isSpace(after)) open.push(...marks(char, left));
  take(scan, left);
}

/** Three asterisks are bold and emphasis at once. */
function marks(char: string, length: number): string[] {
  if (char === "~") return length === 2 ? ["~~"] : [];
  if (length > 3) return [];
  return length === 3 ? [char, char.repeat(2)] : [char.repeat(length)];
}

/** A link, or an image, that is not whole yet is the text that stands for it. */
function link(scan: Scan) {
  const { text, at } = scan;
  const end = closingBracket(text, at);
  const isWhole = end !== -1 && (text[end + 1] === "(" ? closesParenthesis(text, end + 1) : end + 1 < text.length);
  if (isWhole) return take(scan, 1);
  if (scan.out.endsWith("!")) scan.out = scan.out.slice(0, -1);
  if (end === -1) return take(scan, 1, false);
  scan.out += closeInline(text.slice(at + 1, end));
  scan.at = text.length;
}

function closingBracket(text: string, from: number): number {
  let depth = 0;
  for (let index = from; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === "[") depth++;
    else if (text[index] === "]" && --depth === 0) return index;
  }
  return -1;
}

/** Whether the address ends, or cannot be one any more. */
function closesParenthesis(text: string, from: number): boolean {
  let depth = 0;
  for (let index = from; index < text.length; index++) {
    const char = text[index];
    if (char === "\n") return true;
    if (char === "\\") index++;
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return true;
  }
  return false;
}

/** Half a tag at the very end waits for its other half. */
function tag(scan: Scan) {
  if (/^<\/?[a-z]{0,6}\s?\/?$/i.test(scan.text.slice(scan.at))) scan.at = scan.text.length;
  else take(scan, 1);
}
