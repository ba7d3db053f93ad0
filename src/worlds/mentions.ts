/**
 * Who is spoken to (PROTOCOL.md, R-ROUTE): a scanner that finds `@name` in a text, and the rule that says whom a message
 * wakes. Code, quotes, links and addresses mention nobody. What is a code span, a fence or a list item follows
 * CommonMark 0.31 (sections 4.5, 5.2 and 6.1). Nothing is ever read again from its beginning, so the work is linear in
 * the text, whatever somebody puts into it.
 */
export type Mention = {
  /** As written, without the `@`. */
  name: string;
  /** Where its `@` stands, in UTF-16 code units. */
  at: number;
};

const LONGEST_NAME = 64;

/** Finds who is mentioned in `text`, in order, each name once without regard to case. */
export function findMentions(text: string): Mention[] {
  const first = new Map<string, Mention>();
  for (const mention of paragraphsOf(text).flatMap((paragraph) => mentionsIn(text, paragraph))) {
    const key = mention.name.toLowerCase();
    if (!first.has(key)) first.set(key, mention);
  }
  return [...first.values()];
}

export type RouteQuestion = {
  text: string;
  /** Names that the request itself lists: they win over the text, and an empty list wakes nobody. */
  mentions?: readonly string[] | null | undefined;
  sender: "person" | { agent: string };
  /** The agents of the world, the oldest first. */
  agents: readonly { name: string }[];
  respond: "everyone" | "first" | "mentioned";
};

export type Route = {
  agents: { agent: string; why: "mentions" | "mentioned" | "everyone" | "first" }[];
  /** Mentions that name no agent, as written. */
  unknown: string[];
};

/** Says whom a message wakes and why, in the order in which they are named (else by age). */
export function route({ text, mentions, sender, agents, respond }: RouteQuestion): Route {
  const listed = mentions ?? undefined;
  const { known, unknown } = lookUp(listed ?? findMentions(text).map(({ name }) => name), agents);
  const why = listed ? "mentions" : "mentioned";
  if (sender !== "person") {
    const self = sender.agent.toLowerCase();
    return { agents: known.filter((name) => name.toLowerCase() !== self).map((agent) => ({ agent, why })), unknown };
  }
  if (listed || known.length > 0) return { agents: known.map((agent) => ({ agent, why })), unknown };
  if (respond === "mentioned") return { agents: [], unknown };
  const woken = respond === "first" ? agents.slice(0, 1) : agents;
  return { agents: woken.map(({ name }) => ({ agent: name, why: respond })), unknown };
}

function lookUp(names: readonly string[], agents: RouteQuestion["agents"]) {
  const byName = new Map(agents.map(({ name }) => [name.toLowerCase(), name]));
  const known = new Set<string>();
  const unknown = new Map<string, string>();
  for (const name of names) {
    const key = name.toLowerCase();
    // In `_ask @Vera_` and `@Vera--` the last characters belong to the sentence, unless somebody is really called that.
    const agent = byName.get(key) ?? byName.get(withoutTail(key));
    if (agent !== undefined) known.add(agent);
    else if (!unknown.has(key)) unknown.set(key, name);
  }
  return { known: [...known], unknown: [...unknown.values()] };
}

function withoutTail(name: string): string {
  let end = name.length;
  while (name[end - 1] === "_" || name[end - 1] === "-") end--;
  return name.slice(0, end);
}

// ---- Blocks: the stretches of a text in which a code span may lie, without fences and quoted lines.

type Range = { start: number; end: number };

/** `content` is the first character that is no blank, in the column `indent`; `next` is where the line after it begins. */
type Line = { content: number; indent: number; end: number; next: number };

/** `margin` is the column in which the list item around it begins: a line left of it ends the item, and the fence. */
type Fence = { mark: number; length: number; margin: number };

const [TAB, LF, CR, SPACE, HASH, PAREN, PAREN_END, STAR, PLUS, HYPHEN] = [9, 10, 13, 32, 35, 40, 41, 42, 43, 45];
const [DOT, SLASH, COLON, LESS, GREATER, AT, BACKSLASH, BRACKET_END] = [46, 47, 58, 60, 62, 64, 92, 93];
const [UNDERSCORE, BACKTICK, LETTER_W, TILDE] = [95, 96, 119, 126];

// As far as a fence may stand from its margin.
const FENCE_INDENT = 3;

function paragraphsOf(text: string): Range[] {
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

function runLength(text: string, start: number, end: number): number {
  const mark = text.charCodeAt(start);
  let at = start;
  while (at < end && text.charCodeAt(at) === mark) at++;
  return at - start;
}

// ---- Inside a paragraph.

function mentionsIn(text: string, { start, end }: Range): Mention[] {
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

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isAlphanumeric = (code: number): boolean =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
const isOfName = (code: number): boolean => isAlphanumeric(code) || code === UNDERSCORE || code === HYPHEN;
const isPunctuation = (code: number): boolean => code > SPACE && code < 127 && !isAlphanumeric(code);
const isSpace = (code: number): boolean =>
  code === SPACE || (code >= TAB && code <= CR) || (code > 127 && /\s/.test(String.fromCharCode(code)));
