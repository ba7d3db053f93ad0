import {
  type Fact,
  type Facts,
  inOrder,
  isDislike,
  nameOf,
  ofTopic,
  statement,
  statements,
  type Topic,
} from "./facts.ts";
import { capital, stopped } from "./text.ts";

/** Whose facts, and how to speak of that person: undefined is "you". */
export type Person = { facts: Facts; who: string | undefined };

const unknown = ({ who }: Person, what: string): string =>
  who === undefined ? `You haven't told me ${what} yet` : `${who} hasn't said ${what}`;

/** "your", or "Ada's". */
export const your = ({ who }: Person): string => (who === undefined ? "your" : `${who}'s`);

const yourself = ({ who }: Person): string => (who === undefined ? "you" : who);

/** The facts as a clause, or that they were not told. */
export const told = (person: Person, facts: readonly Fact[], missing: string): string =>
  facts.length ? statements(facts, person.who) : unknown(person, missing);

/** What somebody does for a living, else as a pastime. */
export const works = (person: Person): string => {
  const facts = [...ofTopic(person.facts, "work"), ...ofTopic(person.facts, "am").filter(({ key }) => key === "am:a")];
  const jobs = find(person.facts, "job").concat(find(person.facts, "profession"));
  const all = facts.concat(jobs);
  return told(
    person,
    all.length ? all : ofTopic(person.facts, "activity"),
    `what ${person.who === undefined ? "you do" : "they do"}`,
  );
};

/** The facts about a thing: its own ones first, else those whose subject contains the word. */
export function find(facts: Facts, about: string): Fact[] {
  const wanted = about.replace("favorite", "favourite").replace(/s$/, "");
  const owned = ofTopic(facts, "my", "have", "the");
  const exact = owned.filter((fact) => fact.about.replace(/s$/, "") === wanted);
  if (exact.length || wanted.startsWith("favourite")) return exact;
  return owned.filter((fact) => ` ${fact.about} `.includes(` ${wanted} `));
}

/** An answer about "my …"; `wanted` is a word that the fact should contain, if any does. */
export function ofMine(person: Person, about: string, wanted = ""): string | undefined {
  const topic = about.trim().toLowerCase();
  const kind = KINDS.find(([pattern]) => pattern.test(topic));
  if (kind) return kind[1](person);
  const facts = find(person.facts, topic.replace(/^own /, ""));
  if (facts.length === 0 && NOT_FACTS.test(topic)) return undefined;
  const said = facts.filter((fact) => wanted !== "" && `${fact.verb} ${fact.value}`.includes(wanted));
  if (said.length) return statements(said, person.who);
  const names = facts.filter(({ topic: kindOfFact }) => kindOfFact === "my");
  const asked = wanted === "" || wanted === "do" || (wanted === "old" && facts.some(({ value }) => /\d/.test(value)));
  if (facts.length && !asked)
    return `${person.who === undefined ? "you told me" : `${person.who} told us`} only that ${statements(facts, person.who)}`;
  return told(person, names.length ? names : facts, `about ${your(person)} ${topic}`);
}

const NOT_FACTS =
  /^(?:first|last|next|previous|latest|message|messages|question|point|stream|answer|code|options|chances|life|problem|fault|opinion|mood|data|plan|ip|password|phone|computer|browser|server|connection|request|rate|token|key)\b/;

const PETS = /\b(?:cat|dog|pet|hamster|rabbit|parrot|horse|fish|bird|turtle|snake|kitten|puppy|guinea pig)s?\b/;

/** The name that was told. */
export const name = (person: Person): string => {
  const known = nameOf(person.facts);
  if (known) return `${your(person)} name is ${known}`;
  return person.who === undefined
    ? "You haven't told me your name yet. What should I call you?"
    : `I know only the name that stands there: ${person.who}`;
};

/** The animals that were told of. */
export const pets = (person: Person): string =>
  told(
    person,
    ofTopic(person.facts, "have", "my").filter(({ about, value }) => PETS.test(`${about} ${value}`)),
    "about any pets",
  );

/** Where somebody lives. */
export const place = (person: Person): string =>
  told(
    person,
    ofTopic(person.facts, "place").concat(find(person.facts, "home")),
    `where ${person.who === undefined ? "you live" : "they live"}`,
  );

/** Where somebody comes from. */
export const origin = (person: Person): string =>
  told(
    person,
    ofTopic(person.facts, "origin", "place"),
    `where ${person.who === undefined ? "you come" : "they come"} from`,
  );

/** How old somebody is. */
export const age = (person: Person): string =>
  told(person, ofTopic(person.facts, "age"), `how old ${person.who === undefined ? "you are" : "they are"}`);

/** What somebody likes to do. */
export const pastimes = (person: Person): string =>
  told(
    person,
    [...ofTopic(person.facts, "activity"), ...tasted(person, false), ...find(person.facts, "hobby")],
    `what ${person.who === undefined ? "you like" : "they like"} to do`,
  );

/** The things that somebody likes, or dislikes. */
export const tasted = ({ facts }: Person, bad: boolean): Fact[] =>
  ofTopic(facts, "taste").filter(({ verb }) => isDislike(verb) === bad);

const KINDS: readonly [RegExp, (person: Person) => string][] = [
  [/^(?:first |full |own |real )?name$/, name],
  [/^(?:last name|surname|family name)$/, (person) => surname(person)],
  [/^(?:job|work|profession|occupation|career|trade|field)$/, works],
  [/^age$/, age],
  [/^(?:home|address|city|town|country|place)$/, place],
  [/^(?:hobby|hobbies|interests?|pastimes?)$/, pastimes],
  [/^pets?$/, pets],
  [/^plans?$/, plans],
];

/** What somebody wants to do. */
export function plans(person: Person): string {
  return told(person, ofTopic(person.facts, "plan"), `about ${your(person)} plans`);
}

/** What somebody wants to do, by the verb of it. */
export function planTo(person: Person, deed: string): string | undefined {
  const found = ofTopic(person.facts, "plan").filter(({ value }) => value.toLowerCase().split(/\W+/).includes(deed));
  return found.length ? statements(found, person.who) : undefined;
}

/** The last part of a name that has several. */
export function surname(person: Person): string {
  const parts = nameOf(person.facts)?.split(" ") ?? [];
  return parts.length > 1 ? `${your(person)} surname is ${parts.at(-1)}` : unknown(person, `${your(person)} surname`);
}

/** All that was told, as one introduces a person. */
export function everything(person: Person): string {
  const facts = inOrder(person.facts);
  if (facts.length === 0)
    return person.who === undefined
      ? "Nothing yet: you haven't told me anything about yourself. Where would you like to begin?"
      : `${person.who} hasn't told us anything personal`;
  const plain = facts.filter(({ topic }) => topic !== "note");
  const notes = facts.filter(({ topic }) => topic === "note").map((fact) => `"${fact.value}"`);
  const noted = notes.length
    ? `${plain.length ? " You also asked me to remember: " : "you asked me to remember: "}${notes.join(", ")}.`
    : "";
  return `${plain.length ? `${stopped(capital(statements(plain, person.who)))}` : ""}${noted}`;
}

/** Whether somebody likes a thing, as far as it was told. */
export function liking(person: Person, object: string): string | undefined {
  const wanted = object.toLowerCase().replace(/^(?:the|a|an|any) /, "");
  const fact = ofTopic(person.facts, "taste", "activity").find(({ value }) => value.toLowerCase().includes(wanted));
  if (!fact) return unknown(person, `whether ${person.who === undefined ? "you like" : "they like"} ${object}`);
  return `${isDislike(fact.verb) ? "no" : "yes"}, ${statement(fact, person.who)}`;
}

/** Yes with the fact that shows it, no where another fact excludes it, else unknown. */
export function whether(person: Person, topics: readonly Topic[], words: string): string | undefined {
  const wanted = words.toLowerCase().replace(/^(?:an?|the|any|in|from|called|named) /, "");
  const fact = ofTopic(person.facts, ...topics).find(({ value, about }) =>
    `${value} ${about}`.toLowerCase().includes(wanted.replace(/s$/, "")),
  );
  if (fact) return `yes, ${statement(fact, person.who)}`;
  const other = ofTopic(
    person.facts,
    ...topics.filter((topic) => topic === "place" || topic === "age" || topic === "name"),
  )[0];
  return other ? `no, ${statement(other, person.who)}` : unknown(person, "that");
}

/** A number of things that was told. */
export function howMany(person: Person, noun: string): string {
  const stem = noun.replace(/s$/, "");
  const fact = ofTopic(person.facts, "have").find(({ about }) => about.includes(stem));
  return fact ? statement(fact, person.who) : unknown(person, `how many ${noun} ${yourself(person)} have`);
}

/** Whether something of theirs is what the question says. */
export function confirmed(person: Person, about: string, value: string): string {
  const facts = find(person.facts, about.toLowerCase());
  const fact = facts.find((one) => one.value.toLowerCase().includes(value.toLowerCase())) ?? facts[0];
  if (!fact) return unknown(person, `about ${your(person)} ${about}`);
  return `${fact.value.toLowerCase().includes(value.toLowerCase()) ? "yes" : "no"}, ${statement(fact, person.who)}`;
}

/** Whether a name, or a part of it, is theirs. */
export function nameIs(person: Person, words: string): string {
  const known = nameOf(person.facts);
  if (!known) return name(person);
  const parts = known.toLowerCase().split(" ");
  const same = words.split(" ").every((word) => parts.includes(word));
  return `${same ? "yes" : "no"}, ${your(person)} name is ${known}`;
}

/** What was to be remembered. */
export function remembered(person: Person): string {
  const kept = ofTopic(person.facts, "note", "the");
  if (kept.length)
    return `you asked me to remember this: ${kept.map((fact) => (fact.topic === "note" ? fact.value : statement(fact))).join("; ")}`;
  return person.facts.size ? everything(person) : unknown(person, "anything to remember");
}
