import { type Character, characterOf, nameIn, ordersIn, type Stance, stanceIn } from "./character.ts";
import { type Facts, factsOf } from "./facts.ts";
import { addressed, type Line, linesOf, lineToAnswer, type Message, mentions } from "./lines.ts";
import { fill, hashOf, plainOf, sentencesOf, unwrap } from "./text.ts";
import { grammarOf } from "./topics.ts";

export type { Line, Message } from "./lines.ts";

/** All that an answer depends on. `createdAt` is RFC 3339. */
export type Request = { instructions: string; messages: readonly Message[]; createdAt: string };

/** A sentence of the line that is answered. */
export type Sentence = {
  text: string;
  /** Lower case, no punctuation around it. */
  plain: string;
  /** Besides without "hey, could you tell me …". */
  bare: string;
  question: boolean;
};

/** The line to answer and all that is known about it. */
export type Turn = {
  character: Character;
  createdAt: Date;
  line: Line;
  sentences: readonly Sentence[];
  /** What was said before it, oldest first, without empty messages. */
  before: readonly Line[];
  /** What this speaker of the line has said before it, oldest first. */
  asked: readonly Line[];
  /** What was answered before, newest first. */
  mine: readonly string[];
  /** The line calls this character with an @. */
  mentioned: boolean;
  /** Its place among those whom the line wakes, who are to say different things: 0 is the first. */
  rank: number;
  /** The same turn with another of its lines, of `before`, as the one to answer. */
  instead(line: Line): Turn | undefined;
  /** What a speaker (by default this one) has told, this line included. */
  facts(speaker?: string): Facts;
  /** One phrase of a bank, with its places filled: one that was not said lately. */
  choose(bank: readonly string[], values?: Readonly<Record<string, string | undefined>>): string;
};

/** A long context is read more cursorily: its messages share this many characters, each has its beginning and its end read. */
const READ_IN_ALL = 60_000;
const READ_AT_LEAST = 300;
const READ_AT_MOST = 2000;
const MY_OWN = 20;
const READ_OF_MINE = 1200;

/** Understands a request. Undefined where no user has said anything yet. */
export function turnOf(request: Request): Turn | undefined {
  const given = characterOf(request.instructions);
  const most = Math.min(Math.max(Math.floor(READ_IN_ALL / (request.messages.length + 1)), READ_AT_LEAST), READ_AT_MOST);
  const lines = request.messages
    .filter(({ content }) => content.trim() !== "")
    .flatMap((message) => linesOf(message, most));
  return turnAt(lines, lineToAnswer(lines, given), given, request.createdAt);
}

function turnAt(lines: readonly Line[], at: number, given: Character, createdAt: string): Turn | undefined {
  const said = lines[at];
  if (!said) return undefined;
  const before = lines.filter((line, index) => index < at || (index > at && line.role === "user"));
  const line = addressed(said, given);
  const asked = before.filter(({ role, speaker }) => role === "user" && speaker === line.speaker);
  const mine = before
    .filter(({ role }) => role === "assistant")
    .reverse()
    .slice(0, MY_OWN)
    .map(({ text }) => text.slice(0, READ_OF_MINE));
  const character = adjusted(given, [...asked, line], lines);
  const { rank, spoken } = amongOthers(character, line, before);
  // At a table all begin to choose at the same place, each as many steps on as its rank says.
  const seed = hashOf(spoken ? line.raw : `${line.read}${character.name ?? ""}`) + asked.length;
  return {
    character,
    createdAt: new Date(createdAt),
    line,
    sentences: understood(line.read),
    before,
    asked,
    mine,
    facts: factsIn([...before, line], line.speaker),
    mentioned: given.handle !== undefined && mentions(said.text, given.handle),
    rank,
    instead: (other) => turnAt(lines, lines.indexOf(other), given, createdAt),
    choose: (bank, values = {}) =>
      fill(freshest(bank, spoken ?? mine, seed, rank), { ...(values.topic ? grammarOf(values.topic) : {}), ...values }),
  };
}

function factsIn(lines: readonly Line[], present: string | undefined): Turn["facts"] {
  const told = new Map<string, Facts>();
  return (speaker = present ?? "") => {
    const own = lines.filter((line) => line.role === "user" && (line.speaker ?? "") === speaker);
    const known = told.get(speaker) ?? factsOf(own.map(({ read }) => read));
    told.set(speaker, known);
    return known;
  };
}

const PLAY =
  /^(?:from now on,? |now |please )*(?:speak|talk|answer|reply|respond|act|behave|be|pretend to be|write)(?: to me)?(?: from now on)?(?: like| as)?(?: if you were)?(?: an?)? (?:more )?(\S+)(?: please| from now on)?$/;
const ORDERING = /^(?:from now on|always|for the rest|please always|in future)\b/;

/** What the people in the conversation have asked of the character since: a name, a manner, a form. */
function adjusted(given: Character, asked: readonly Line[], lines: readonly Line[]): Character {
  let { name, stance, orders } = given;
  for (const { read } of asked) {
    if (read.length > 200) continue;
    for (const sentence of sentencesOf(read)) {
      const bare = unwrap(plainOf(sentence));
      stance = stancePlayed(bare) ?? stance;
      if (ORDERING.test(bare)) orders = { ...orders, ...ordersIn(sentence) };
      if (/^(?:your name is|you are (?:now )?called|i(?:'ll| will) call you|call yourself)\b/.test(bare))
        name = renamed(sentence) ?? name;
    }
  }
  const speakers = lines.flatMap(({ speaker }) => (speaker && /^[\w-]+$/.test(speaker) ? [speaker] : []));
  const known = new Map(
    [...given.others, ...speakers.filter((one) => one !== "HUMAN")].map((one) => [one.toLowerCase(), one]),
  );
  known.delete((name ?? "").toLowerCase());
  return {
    ...given,
    name,
    stance,
    orders,
    others: given.others.length || given.room ? given.others : [...known.values()],
  };
}

function stancePlayed(bare: string): Stance | undefined {
  const word = PLAY.exec(bare)?.[1];
  if (!word) return undefined;
  return /^(?:normal|normally|yourself|usual|usually)$/.test(word) ? "plain" : stanceIn(word);
}

const renamed = (sentence: string): string | undefined =>
  nameIn(sentence) ?? /\bcall you (\p{L}[\p{L}\p{N}-]{0,40})/u.exec(sentence)?.[1];

function understood(text: string): Sentence[] {
  return sentencesOf(text)
    .flatMap((sentence) =>
      sentence.split(/,\s+(?=(?:what|who|how|where|when|can you|could you|do you|and you|and what|and how)\b)/i),
    )
    .flatMap((sentence) =>
      COMPOUND.test(sentence) ? sentence.split(/,? and (?=(?:what|who|how|where|when|why)\b)/i) : [sentence],
    )
    .slice(0, 40)
    .map((sentence) => {
      const plain = plainOf(sentence);
      const bare = unwrap(plain);
      return { text: sentence, plain, bare, question: /\?["')]*$/.test(sentence) || ASKING.test(bare) };
    })
    .filter(({ plain }) => plain !== "");
}

const COMPOUND = /^(?:what|who|how|where|when|why|do|can|could|tell)\b.{1,200}? and (?:what|who|how|where|when|why)\b/i;

const ASKING =
  /^(?:what|who|whom|whose|which|where|when|why|how|is|are|am|was|were|do|does|did|can|could|would|will|should|shall|may|might|have|has)(?:'s|'re)?\b/;

/** The phrase that was said least lately; among those never said, one that depends on the text. */
function freshest(bank: readonly string[], said: readonly string[], seed: number, rank: number): string {
  const texts = said.map((text) => text.toLowerCase());
  const aged = bank.map((_, step) => {
    const phrase = bank[(seed + step) % bank.length] ?? "";
    const found = texts.findIndex((text) => text.includes(probeOf(phrase)));
    return { phrase, age: found < 0 ? Number.MAX_VALUE : found };
  });
  aged.sort((one, other) => other.age - one.age);
  return aged[rank % Math.max(aged.length, 1)]?.phrase ?? "";
}

/** Where others are woken by the same line: its place among them, and what all of them said lately, newest first. */
function amongOthers({ handle, others }: Character, { raw }: Line, before: readonly Line[]) {
  if (handle === undefined || others.length === 0) return { rank: 0, spoken: undefined };
  const table = [handle, ...others].sort((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1));
  const called = table.filter((name) => mentions(raw, name));
  const names = others.map((name) => name.toLowerCase());
  const spoken = before
    .filter(({ role, speaker = "" }) => role === "assistant" || names.includes(speaker.toLowerCase()))
    .slice(-MY_OWN)
    .reverse()
    .map(({ text }) => text.slice(0, READ_OF_MINE));
  return { rank: Math.max((called.length > 0 ? called : table).indexOf(handle), 0), spoken };
}

/** The longest stretch of a phrase that stands in it whatever fills its places. */
function probeOf(phrase: string): string {
  const fixed = phrase.toLowerCase().split(/\{\w+\}/);
  return fixed.reduce((longest, part) => (part.length > longest.length ? part : longest), "").trim();
}
