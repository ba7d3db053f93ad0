import { readClause } from "./fact-patterns.ts";
import { amended, type Reading, resolved } from "./fact-readers.ts";
import { listOf, sentencesOf, swapPerson } from "./text.ts";

/** The kinds of things that people tell. */
export type Topic =
  | "name"
  | "age"
  | "place"
  | "origin"
  | "work"
  | "activity"
  | "taste"
  | "have"
  | "my"
  | "am"
  | "plan"
  | "the"
  | "note";

/** Something that a person told of themselves. */
export type Fact = {
  /** A later fact with the same key takes the place of an earlier one. */
  key: string;
  topic: Topic;
  /** What it is about: "dog", "favourite colour", "tea". */
  about: string;
  /** As said in the first person: "like", "don't like", "work on", "is called". */
  verb: string;
  value: string;
};

/** By key, the latest told last. */
export type Facts = ReadonlyMap<string, Fact>;

/** What one person has told in these messages, oldest first: the latest wins, what was taken back is gone. */
export function factsOf(messages: readonly string[]): Facts {
  const facts = new Map<string, Fact>();
  // What a pronoun or a correction may refer to: the last fact of this message, or of the one before it.
  let last: Fact | undefined;
  for (const message of messages) {
    let latest: Fact | undefined;
    for (const sentence of sentencesOf(message.replace(AFTERTHOUGHT, "my $1 is "))) {
      for (const reading of readingsOf(sentence, latest ?? last)) {
        apply(facts, reading);
        latest = reading.told.at(-1) ?? latest;
      }
    }
    last = latest;
  }
  return facts;
}

function readingsOf(sentence: string, last: Fact | undefined): Reading[] {
  const told = amended(sentence, last);
  return told ? [{ told }] : clausesOf(resolved(sentence, last)).map(readClause);
}

function apply(facts: Map<string, Fact>, { told, undone }: Reading): void {
  for (const [key, fact] of facts) if (undone?.(fact)) facts.delete(key);
  for (const fact of told) {
    facts.delete(fact.key);
    facts.set(fact.key, fact);
  }
}

/** "Can you remember my birthday? It is 4 July" tells the same in one sentence. */
const AFTERTHOUGHT = /\bmy ([\p{L}' ]{2,30})\? (?:it is|it's) /giu;
const WORTH_READING = /\b(?:i|i'm|i've|im|my|me|remember|forget|note|mind|name|our|it's)\b/i;
const CLAUSES =
  /,? (?:and|but|so|then) (?=(?:i|i'm|i've|my|you can|please|remember)\b)|, (?=(?:i|i'm|i've|my|actually|please|what|how|who|where|not)\b)|\s[\u2013\u2014-]\s/i;
const LONGEST_CLAUSE = 240;

function clausesOf(sentence: string): string[] {
  if (!WORTH_READING.test(sentence)) return [];
  const shouted = sentence.length > 6 && sentence === sentence.toUpperCase();
  const clauses = (shouted ? sentence.toLowerCase() : sentence).split(CLAUSES);
  return clauses.filter((clause, index) => {
    const asks = index === clauses.length - 1 && /\?["')]*$/.test(sentence);
    return clause.length <= LONGEST_CLAUSE && !asks;
  });
}

/** "you like tea"; of another person: "Ada likes tea". */
export function statement(fact: Fact, who?: string): string {
  const subject = who ?? "you";
  const owner = who === undefined ? "your" : `${who}'s`;
  const be = who === undefined ? "are" : "is";
  const value = swapPerson(fact.value);
  switch (fact.topic) {
    case "name":
      return `${owner} name is ${fact.value}`;
    case "age":
      return `${subject} ${be} ${value} years old`;
    case "origin":
      return `${subject} ${fact.verb === "was born" ? `${be === "are" ? "were" : "was"} born` : who === undefined ? "come" : "comes"} ${value}`;
    case "am":
      return `${subject} ${be} ${value}`;
    case "my":
      return `${owner} ${fact.about} ${fact.verb} ${value}`;
    case "the":
      return `the ${fact.about} ${fact.verb} ${value}`;
    case "note":
      return value;
    default:
      return `${subject} ${who === undefined ? fact.verb : thirdPerson(fact.verb)} ${value}`;
  }
}

function thirdPerson(verb: string): string {
  const [first = "", ...rest] = verb.split(" ");
  const form =
    { "don't": "doesn't", have: "has", "can't": "can't", study: "studies", do: "does", go: "goes" }[first] ??
    (/(?:s|sh|ch|x|z)$/.test(first) ? `${first}es` : `${first}s`);
  return [form, ...rest].join(" ");
}

/** Several facts as one clause; those that begin alike share the beginning: "you like tea and jazz". */
export function statements(facts: readonly Fact[], who?: string): string {
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const group =
      fact.topic === "taste" || fact.topic === "have"
        ? `${fact.topic}:${fact.verb}`
        : fact.topic === "my"
          ? `my:${fact.about}`
          : fact.key;
    groups.set(group, [...(groups.get(group) ?? []), fact]);
  }
  return listOf([...groups.values()].map((group) => together(group, who)));
}

function together(group: readonly Fact[], who: string | undefined): string {
  const first = group[0];
  if (!first) return "";
  if (first.topic === "my")
    return `${who === undefined ? "your" : `${who}'s`} ${first.about} ${listOf(group.map(({ verb, value }) => `${verb} ${swapPerson(value)}`))}`;
  return statement({ ...first, value: listOf(group.map(({ value }) => value)) }, who);
}

/** The facts of some topics, oldest first. */
export const ofTopic = (facts: Facts, ...topics: readonly Topic[]): Fact[] =>
  [...facts.values()].filter(({ topic }) => topics.includes(topic));

/** The name that a person gave. */
export const nameOf = (facts: Facts): string | undefined => facts.get("name")?.value;

/** Things that a person said to like, the latest first. */
export const likesOf = (facts: Facts): string[] =>
  ofTopic(facts, "taste")
    .filter(({ verb }) => !isDislike(verb))
    .map(({ value }) => value)
    .reverse();

/** Does a verb of taste say no? */
export const isDislike = (verb: string): boolean => /hate|dislike|don't|can't|never/.test(verb);

const ORDER: readonly Topic[] = [
  "name",
  "age",
  "place",
  "origin",
  "work",
  "am",
  "activity",
  "have",
  "my",
  "taste",
  "plan",
  "the",
  "note",
];

/** All facts, the name first, as one would introduce somebody. */
export const inOrder = (facts: Facts): Fact[] =>
  [...facts.values()].sort((one, other) => ORDER.indexOf(one.topic) - ORDER.indexOf(other.topic));
