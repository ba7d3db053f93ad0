import { closeInline } from "./mend-inline.ts";

/**
 * Completes a text that ends in the middle of something, so that it looks like what it will be: an open code block stays one, what
 * is in bold is bold from its first letter, a table is a table from its first row. A marker alone on its line waits for what it
 * marks. What was mended is never kept.
 */
export function mend(text: string): string {
  const fence = openFence(text);
  if (fence) return mendFence(text, fence);
  const { head, inline } = lastRun(withoutLoneMarker(text));
  return mendTable(head + closeInline(inline));
}

/** What may stand before a block: quotes and list items that it is in. */
const WITHIN = String.raw`[ \t]*(?:>[ \t]*|(?:[-*+]|\d{1,9}[.)])[ \t]+)*`;

/** A line that is nothing but the beginning of a heading, rule, item, task, quote, table or fence. */
const LONE_MARKER = new RegExp(`^${WITHIN}(?:[-*+_=#>|\`~:]+|\\d{1,9}[.)]|\\[[ xX]?\\]?)?[ \\t]*$`);
const NEXT_NUMBER = /(?:^|\n)[ \t]*\d{1,9}[.)][ \t][^\n]*\n[ \t]*\d{1,9}$/;

function withoutLoneMarker(text: string): string {
  const lineStart = text.lastIndexOf("\n") + 1;
  return LONE_MARKER.test(text.slice(lineStart)) || NEXT_NUMBER.test(text) ? text.slice(0, lineStart) : text;
}

type Fence = { mark: string; start: number; lineEnd: number };

const FENCE_LINE = new RegExp(`^${WITHIN}(\`{3,}(?=[^\`\\n]*$)|~{3,}).*$`, "gm");
const CLOSING_LINE = /^[ \t>]*(`{3,}|~{3,})[ \t]*$/;

/** The fence that has been opened and not closed, if there is one. */
function openFence(text: string): Fence | undefined {
  let open: Fence | undefined;
  for (const match of text.matchAll(FENCE_LINE)) {
    const [line, mark = ""] = match;
    if (!open) open = { mark, start: match.index, lineEnd: match.index + line.length };
    else if (CLOSING_LINE.exec(line)?.[1]?.startsWith(open.mark)) open = undefined;
  }
  return open;
}

function mendFence(text: string, { mark, lineEnd }: Fence): string {
  // The name of the language is shown once it is whole.
  if (lineEnd === text.length) return text.slice(0, text.lastIndexOf(mark) + mark.length);
  const lineStart = text.lastIndexOf("\n") + 1;
  const isClosing = new RegExp(`^[ \\t>]*${mark[0]}+[ \\t]*$`).test(text.slice(lineStart));
  return isClosing ? text.slice(0, lineStart) : text;
}

const STARTS_RUN = new RegExp(`^(?:[ \\t]*$|${WITHIN}(?:#{1,6}[ \\t]|\\||>|(?:[-*+]|\\d{1,9}[.)])[ \\t]))`);
const PREFIX = new RegExp(`^${WITHIN}(?:#{1,6}[ \\t]+)?`);

/** Where the last run of inline text begins: nothing before it can be open any more. */
function lastRun(text: string): { head: string; inline: string } {
  let start = text.lastIndexOf("\n") + 1;
  while (start > 0 && !STARTS_RUN.test(lineAt(text, start))) {
    const before = start < 2 ? 0 : text.lastIndexOf("\n", start - 2) + 1;
    if (lineAt(text, before).trim() === "") break;
    start = before;
  }
  start += PREFIX.exec(lineAt(text, start))?.[0].length ?? 0;
  // A cell of a table is a run of its own.
  if (text.startsWith("|", start)) start = cellStart(text, start);
  return { head: text.slice(0, start), inline: text.slice(start) };
}

const lineAt = (text: string, start: number): string => {
  const end = text.indexOf("\n", start);
  return text.slice(start, end === -1 ? text.length : end);
};

function cellStart(text: string, from: number): number {
  let at = from;
  for (let index = from; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === "|") at = index + 1;
  }
  return at;
}

const ROW = /^[ \t]*\|/;
const DELIMITER_SO_FAR = /^[ \t]*\|[ \t|:-]*$/;

/** A table that has no more than its first row gets the second one, which makes it a table. */
function mendTable(text: string): string {
  const block = text.slice(blockStart(text));
  const [header = "", delimiter, ...rows] = block.replace(/\n$/, "").split("\n");
  if (!ROW.test(header) || rows.length > 0) return text;
  if (delimiter !== undefined && !DELIMITER_SO_FAR.test(delimiter)) return text;
  const cells = header
    .trim()
    .replace(/^\||(?<!\\)\|$/g, "")
    .split(/(?<!\\)\|/).length;
  return `${text.slice(0, blockStart(text))}${header}\n|${" --- |".repeat(cells)}`;
}

function blockStart(text: string): number {
  const blank = text.replace(/\n+$/, "").lastIndexOf("\n\n");
  return blank === -1 ? 0 : blank + 2;
}
