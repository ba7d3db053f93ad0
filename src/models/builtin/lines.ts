import { excerpt } from "./text.ts";

/** One message of a conversation, as it came. */
export type Message = { role: "user" | "assistant"; content: string };

/** A message understood: who said it (in a room, where `[Ada]: …` says so), and the words without that line's head. */
export type Line = {
  role: "user" | "assistant";
  speaker: string | undefined;
  text: string;
  /** The words with the mentions by which they were addressed to the character that answers. */
  raw: string;
  /** What is read for its meaning: all of a usual message, the ends of a long one. */
  read: string;
  /** It begins with, or mentions, the name of the character that answers. */
  addressed: boolean;
  /** It is the first whom the line calls by name. */
  addressedFirst?: boolean;
};

/** Lines of a transcript that are read out of one message. */
const MOST_IN_ONE = 50;
const HEAD = /^\[([^\]\n]{1,80})\]:[ ]?/;

/** "@Otto, @Vera: " says whom a line is for, and is no part of what it tells. */
const CALL = /^\s*@[\w-]+(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+)@[\w-]+)*\s*[,:!.?]*(?:\s+|$)/;

/** Messages of a room carry their speakers. Several may be in one: what stands at the margin begins a line. */
export function linesOf({ role, content }: Message, most: number): Line[] {
  if (role === "assistant" || !HEAD.test(content))
    return [{ role, speaker: undefined, text: content, raw: content, read: excerpt(content, most), addressed: false }];
  const parts = content.split(/\n(?=\[[^\]\n]{1,80}\]:)/).slice(-MOST_IN_ONE);
  return parts.map((part) => {
    const speaker = HEAD.exec(part)?.[1];
    const text = part.replace(HEAD, "").replaceAll("\n  ", "\n");
    return { role, speaker, text, raw: text, read: excerpt(text.replace(CALL, ""), most), addressed: false };
  });
}

type Listener = { handle: string | undefined; others: readonly string[] };

/**
 * Which line is to be answered: the last that a user said. In a room others may have talked on to each other meanwhile; then
 * it is what was last said to the listener, or by a person, since the listener spoke.
 */
export function lineToAnswer(lines: readonly Line[], { handle, others }: Listener): number {
  const last = lines.findLastIndex(({ role }) => role === "user");
  const isOther = ({ speaker = "" }: Line) => others.some((other) => other.toLowerCase() === speaker.toLowerCase());
  const calls = ({ text }: Line) => handle !== undefined && mentions(text, handle);
  const line = lines[last];
  if (!line || !isOther(line) || calls(line)) return last;
  const spoken = lines.findLastIndex(({ role }) => role === "assistant");
  const since = (wanted: (line: Line) => boolean) =>
    lines.findLastIndex((line, index) => index > spoken && line.role === "user" && wanted(line));
  const called = since(calls);
  const asked = called < 0 ? since((line) => !isOther(line)) : called;
  return asked < 0 ? last : asked;
}

const escaped = (name: string): string => name.replace(/[^\w]/g, "\\$&");

/** Is somebody called with an @? */
export const mentions = (text: string, handle: string): boolean =>
  new RegExp(`(?<![\\w@])@${escaped(handle)}(?![\\w-])`, "i").test(text.slice(0, 4000));

/** "@Otto, Vera and @Hanna: " at the beginning of a text; whoever follows the first may stand there without an @. */
function callIn(text: string, { handle = "", others }: Listener): string {
  const name = `(?:@[\\w-]+|(?:${[handle, ...others].map(escaped).join("|")})(?![\\w-]))`;
  const list = new RegExp(
    `^\\s*@[\\w-]+(?:(?:\\s*,\\s*(?:and\\s+)?|\\s+and\\s+)${name}|\\s+@[\\w-]+)*\\s*[,:!.?]*(?:\\s+|$)`,
    "i",
  );
  return list.exec(text.slice(0, 4000))?.[0] ?? "";
}

/** "Tell me about yourself, Hanna." without the name at its end. */
function withoutVocative(text: string, name: string): string {
  const at = Math.max(text.length - 100, 0);
  const end = text.slice(at).replace(new RegExp(`,\\s*${name}\\s*([?.!]*)\\s*$`, "i"), "$1");
  return text.slice(0, at) + end;
}

/** Without the mentions by which it was addressed to the listener, who in turn is "you". */
export function addressed(line: Line, listener: Listener): Line {
  const { handle } = listener;
  if (handle === undefined) return { ...line, read: excerpt(line.text) };
  const list = callIn(line.text, listener);
  const name = escaped(handle);
  const lead = new RegExp(
    `^\\s*(?:(?:everyone|everybody|all|folks|you all)(?=[,:])|${name})(?:\\s*[,:!]\\s*${line.speaker === undefined ? "" : "|\\s+(?=\\S)"})`,
    "i",
  );
  const isCalled = new RegExp(`(?<![\\w-])${name}(?![\\w-])`, "i").test(list);
  const first = new RegExp(`^\\s*(?:\\w+ )?@?${name}(?![\\w-])`, "i").test(line.text);
  const called = line.text.slice(isCalled ? list.length : (lead.exec(line.text)?.[0].length ?? 0));
  const text = withoutVocative(called, name);
  return {
    ...line,
    text,
    read: excerpt(text),
    addressed: text !== line.text || mentions(text, handle),
    addressedFirst: first,
  };
}
