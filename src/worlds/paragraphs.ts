import {
  BACKTICK,
  CR,
  DOT,
  GREATER,
  HASH,
  HYPHEN,
  isDigit,
  LF,
  PAREN_END,
  PLUS,
  runLength,
  SPACE,
  STAR,
  TAB,
  TILDE,
} from "./characters.ts";

/** A stretch of a text, in UTF-16 code units. */
export type Range = { start: number; end: number };

/** `content` is the first character that is no blank, in the column `indent`; `next` is where the line after it begins. */
type Line = { content: number; indent: number; end: number; next: number };

/** `margin` is the column in which the list item around it begins: a line left of it ends the item, and the fence. */
type Fence = { mark: number; length: number; margin: number };

// As far as a fence may stand from its margin.
const FENCE_INDENT = 3;

/**
 * The stretches of a text in which a code span may lie, without fences and quoted lines (CommonMark 0.31, sections 4.5 and
 * 5.2), in time proportional to the text.
 */
export function paragraphsOf(text: string): Range[] {
  const paragraphs: Range[] = [];
  let current: Range | undefined;
  let fence: Fence | undefined;
  let margin = 0;
  for (let at = 0; at < text.length; ) {
    const line = readLine(text, at);
    at = line.next;
    const blank = line.content === line.end;
    if (fence && !blank && line.indent < fence.margin) fence = undefined;
    if (fence) {
      if (closes(text, line, fence)) fence = undefined;
      continue;
    }
    if (blank) {
      current = undefined;
      continue;
    }
    const inner = intoListItem(text, line, Math.min(margin, line.indent));
    margin = inner.margin;
    fence = inner.indent - margin <= FENCE_INDENT ? opensFence(text, inner, margin) : undefined;
    if (fence || text.charCodeAt(inner.content) === GREATER) {
      current = undefined;
      continue;
    }
    const heading = isHeading(text, inner.content);
    if (!current || heading || inner.content > line.content) {
      current = { start: inner.content, end: line.end };
      paragraphs.push(current);
    }
    current.end = line.end;
    if (heading) current = undefined;
  }
  return paragraphs;
}

function readLine(text: string, start: number): Line {
  let content = start;
  let indent = 0;
  for (; isBlank(text.charCodeAt(content)); content++) indent += columns(text.charCodeAt(content), indent);
  let end = content;
  while (end < text.length && text.charCodeAt(end) !== LF && text.charCodeAt(end) !== CR) end++;
  const crlf = text.charCodeAt(end) === CR && text.charCodeAt(end + 1) === LF;
  return { content, indent, end, next: end + (crlf ? 2 : 1) };
}

const isBlank = (code: number): boolean => code === SPACE || code === TAB;

const columns = (code: number, at: number): number => (code === TAB ? 4 - (at % 4) : 1);

/** Steps over the list markers (`-`, `1.`) at the beginning of a line; the last one sets the margin of what follows. */
function intoListItem(text: string, line: Line, margin: number): Line & { margin: number } {
  const inner = { ...line, margin };
  for (let past = pastMarker(text, inner.content); past > 0; past = pastMarker(text, inner.content)) {
    inner.indent += past - inner.content;
    for (inner.content = past; isBlank(text.charCodeAt(inner.content)); inner.content++)
      inner.indent += columns(text.charCodeAt(inner.content), inner.indent);
    inner.margin = inner.indent;
  }
  return inner;
}

/** The end of the list marker that stands at `at`, or -1. */
function pastMarker(text: string, at: number): number {
  let past = at;
  while (past - at < 9 && isDigit(text.charCodeAt(past))) past++;
  const mark = text.charCodeAt(past);
  const isMarker = past > at ? mark === DOT || mark === PAREN_END : mark === HYPHEN || mark === PLUS || mark === STAR;
  return isMarker && isBlank(text.charCodeAt(past + 1)) ? past + 1 : -1;
}

function isHeading(text: string, at: number): boolean {
  let past = at;
  while (past - at < 6 && text.charCodeAt(past) === HASH) past++;
  return past > at && isBlank(text.charCodeAt(past));
}

function opensFence(text: string, { content, end }: Line, margin: number): Fence | undefined {
  const mark = text.charCodeAt(content);
  if (mark !== BACKTICK && mark !== TILDE) return undefined;
  const length = runLength(text, content, end);
  if (length < 3) return undefined;
  // With a backtick after it, it is the code span of a paragraph.
  for (let at = content + length; mark === BACKTICK && at < end; at++)
    if (text.charCodeAt(at) === BACKTICK) return undefined;
  return { mark, length, margin };
}

function closes(text: string, { content, indent, end }: Line, fence: Fence): boolean {
  if (text.charCodeAt(content) !== fence.mark || indent - fence.margin > FENCE_INDENT) return false;
  const length = runLength(text, content, end);
  let at = content + length;
  while (isBlank(text.charCodeAt(at))) at++;
  return length >= fence.length && at === end;
}
