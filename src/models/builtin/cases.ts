import type { Case } from "./cases/case.ts";
import { EVERYDAY } from "./cases/everyday.ts";
import { LEISURE } from "./cases/leisure.ts";
import { ROADS } from "./cases/roads.ts";
import { SOCIETY } from "./cases/society.ts";
import { TABLE } from "./cases/table.ts";
import { TECHNOLOGY } from "./cases/technology.ts";
import { WORK } from "./cases/work.ts";
import type { Stance } from "./character.ts";
import { fill, hashOf } from "./text.ts";
import { grammarOf } from "./topics.ts";

export type { Case } from "./cases/case.ts";

/** The first that fits is taken: what is particular comes before what is general. */
export const CASES: readonly Case[] = [...TECHNOLOGY, ...WORK, ...ROADS, ...TABLE, ...EVERYDAY, ...LEISURE, ...SOCIETY];

/** The case that a text is about, where there is one. */
export function caseOf(text: string): Case | undefined {
  const plain = text.slice(0, 600).toLowerCase();
  return CASES.find(({ about }) => about.test(plain));
}

const PRO = [
  "{topic} {has} made somebody somewhere laugh today, and that is not nothing",
  "nobody is made to come back to {topic}, and yet people do come back",
  "whoever has once seen {topic} done well wants more of {it}, and not less",
  "people who share {topic} have something to talk about, and that is how friends are made",
  "even where {topic} disappoint{s}, somebody learns from it and does better next time",
];
const CON = [
  "most of what is said about {topic} comes from people who had made up their minds before",
  "nobody has counted those who tried {topic} and quietly gave {it} up",
  "what {topic} cost{s} in time and attention stands on no bill, and so nobody adds it up",
  "whatever is said in praise of {topic} was once said of something that nobody remembers",
  "if {topic} {was} half as good as one hears, we would have noticed by now",
];

/** What can be said of anything, if it can be named in a few words. */
export function anyCase(topic: string): Case | undefined {
  if (topic.split(" ").length > 4 || /^(?:the (?:question|idea|meaning)|what |how |why |this$|that$|it$)/.test(topic))
    return undefined;
  const about = (phrase: string) => fill(phrase, { topic, ...grammarOf(topic) });
  return { about: /^/, topic, pro: PRO.map(about), con: CON.map(about) };
}

const SIDES: Readonly<Partial<Record<Stance, "pro" | "con">>> = {
  optimist: "pro",
  pirate: "pro",
  poet: "pro",
  sceptic: "con",
  pessimist: "con",
};

/** The side that a character takes; undefined where it takes none. */
export const sideOf = (stance: Stance): "pro" | "con" | undefined => SIDES[stance];

/** An argument that stands in none of the texts. Without one, undefined. `seed` chooses where to begin, `step` goes on from there. */
export function unsaid(all: readonly string[], said: readonly string[], seed: string, step = 0): string | undefined {
  const start = (hashOf(seed) + step) % Math.max(all.length, 1);
  const texts = said.map((text) => text.toLowerCase());
  return [...all.slice(start), ...all.slice(0, start)].find(
    (argument) => !texts.some((text) => text.includes(argument.toLowerCase())),
  );
}

/** The argument of a case that a text makes, if it makes one. */
export const argumentIn = ({ pro, con }: Case, text: string): string | undefined =>
  [...pro, ...con].find((argument) => text.toLowerCase().includes(argument.toLowerCase()));
