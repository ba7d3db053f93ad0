import { type Company, companyIn, partsOf } from "./company.ts";
import { plainOf, straighten } from "./text.ts";

/** Who speaks: each has phrases of its own in voices.ts, and takes a side of its own in a debate. */
export type Stance = "plain" | "sceptic" | "optimist" | "pessimist" | "host" | "pirate" | "poet" | "teacher" | "formal";

/** How an answer is to be dressed, whatever it says. */
export type Orders = {
  sentences?: number;
  words?: number;
  letters?: "upper" | "lower";
  bullets?: boolean;
  begin?: string;
  end?: string;
};

/** Who is to speak, as the instructions say. */
export type Character = Company & {
  /** The name that the instructions gave, if they did. */
  name: string | undefined;
  stance: Stance;
  /** What the instructions said of it: "a sceptic who loves chess". */
  role: string | undefined;
  orders: Orders;
  /** The instructions name another language to answer in. */
  language: string | undefined;
};

const READ = 4000;

const STANCES: readonly [Stance, RegExp][] = [
  ["sceptic", /\b(?:s[ck]eptic(?:al|s)?|doubter|doubtful|critic(?:al)?|devil's advocate|contrarian|cynic(?:al)?)\b/],
  ["optimist", /\b(?:optimis(?:t|tic)|upbeat|cheerful|enthusiastic|sunny|positive|cheerleader|encouraging)\b/],
  ["pessimist", /\b(?:pessimis(?:t|tic)|gloomy|grumpy|melanchol(?:y|ic)|doomsayer|grouch)\b/],
  ["host", /\b(?:host|hostess|moderator|facilitator|chair(?:man|woman|person)?|master of ceremonies|mediator)\b/],
  ["pirate", /\b(?:pirate|buccaneer|corsair|privateer)\b/],
  ["poet", /\b(?:poet(?:ic|ess)?|bard|lyrical|in verse|in rhymes?)\b/],
  ["teacher", /\b(?:teacher|tutor|professor|instructor|coach|mentor|socratic|socrates)\b/],
  ["formal", /\b(?:formal(?:ly)?|butler|courteous|very polite|diplomat(?:ic)?|concierge)\b/],
];

const NEGATED = /\b(?:not|never|no|n't|without|avoid)(?: \w+){0,2} $/;
// "You argue with the pirate" makes no pirate of the one who argues.
const PERSON = /(?:ist|ic|er|or|host|pirate|poet|bard)s?$/;
const ANOTHER =
  /\b(?:with|against|about|from|than|to|for|beside|ask|asks|invite|hate|love|like|dislike|know|meet|distrust|tease|contradict|interview) (?:the|that|this|our|your|their|every|all|other|any)(?: \w+){0,1} $/;
const SELF =
  /\b(?:you|you're|your|yourself)\b|^(?:be|act|speak|talk|answer|reply|respond|write|play|pretend|behave|sound|stay)\b/;

/** Reads who is to speak, and how, out of instructions; earlier ones give way to later ones only where they say more. */
export function characterOf(instructions: string): Character {
  const { own, room } = partsOf(straighten(instructions));
  const sentences = own.split(/(?<=[.!?;])\s+|\n+/).filter((sentence) => sentence.trim() !== "");
  const about = sentences.filter((sentence) => SELF.test(plainOf(sentence)));
  const name = nameIn(own);
  const company = companyIn(`${own}\n${room}`, name);
  return {
    ...company,
    name: name ?? company.handle,
    stance: firstDefined(about, (sentence) => stanceIn(sentence)) ?? "plain",
    role: firstDefined(about, roleIn),
    orders: ordersIn(own),
    language: languageIn(own),
  };
}

/** The first stance that a sentence names without denying it. */
export function stanceIn(sentence: string): Stance | undefined {
  const plain = plainOf(sentence);
  let found: { stance: Stance; at: number } | undefined;
  for (const [stance, pattern] of STANCES) {
    const match = pattern.exec(plain);
    const before = plain.slice(0, match?.index);
    if (!match || NEGATED.test(before) || (PERSON.test(match[0]) && ANOTHER.test(before))) continue;
    if (!found || match.index < found.at) found = { stance, at: match.index };
  }
  return found?.stance;
}

const NAME = "(\\p{Lu}[\\p{L}\\p{N}_-]{0,40}(?: \\p{Lu}[\\p{L}\\p{N}_-]{0,40}){0,2})";
const NAMES = [
  new RegExp(`\\b[Yy]our name (?:is|will be|shall be) "?${NAME}`, "u"),
  new RegExp(
    `\\b(?:[Yy]ou are|[Yy]ou're|[Aa]ct as|[Pp]lay|[Bb]e|[Pp]retend to be|YOU ARE) (?:called |named )?"?${NAME}`,
    "u",
  ),
  new RegExp(`\\b(?:[Yy]ou are|[Yy]ou're) an? [^.!?\\n]{0,60}?(?:called|named) "?${NAME}`, "u"),
  new RegExp(`\\b[Cc]all yourself "?${NAME}`, "u"),
];
const NO_NAME =
  /^(?:An?|The|Not|Now|My|In|On|One|Very|Always|Here|Talking|Speaking|Answering|AI|I|English|French|German|Spanish)\b/;

/** The name that a text gives to the one it addresses. */
export function nameIn(text: string): string | undefined {
  for (const pattern of NAMES) {
    const name = pattern.exec(text)?.[1];
    if (name && !NO_NAME.test(name)) return name;
  }
  return undefined;
}

function roleIn(sentence: string): string | undefined {
  const match = /\b(?:you are|you're|act as|play)\b(?! not\b)[^,.]{0,60}?(?:, | )((?:an?|the) [^.!?;\n@]{2,90})/i.exec(
    sentence,
  );
  return match?.[1]
    ?.split(/,? (?:in|of) (?:a|the|this) (?:room|world|chat)\b| and you | (?:named|called) |, (?=with|and)/)[0]
    ?.trim();
}

const COUNTS: Record<string, number> = {
  one: 1,
  a: 1,
  single: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  couple: 2,
  few: 3,
};
const number = (word: string): number => COUNTS[word] ?? Number(word);

const ORDER = /\b(?:answer|reply|respond|speak|talk|write|keep|use|be|end|finish|begin|start|say|always|only|never)/i;

/** The orders about form that a text contains; an empty object where there are none. */
export function ordersIn(text: string): Orders {
  const plain = text.slice(0, READ).toLowerCase();
  const orders: Orders = {};
  if (!ORDER.test(plain)) return orders;
  const sentences =
    /\b(?:in|use|than|most|exactly|just|only|to) (?:a )?(one|a|single|two|three|four|five|few|couple|\d{1,2})(?: of)?(?: (?:or two|to \w+))?(?: short| single| simple| brief| complete)? sentences?\b/.exec(
      plain,
    )?.[1];
  if (sentences) orders.sentences = Math.max(number(sentences), 1);
  else if (
    /\b(?:briefly|be brief|concise(?:ly)?|terse(?:ly)?|laconic|succinct(?:ly)?|short (?:answers|replies|sentences)|keep (?:it|answers|replies|your answers) short|(?:be|answer) short)\b/.test(
      plain,
    )
  ) {
    orders.sentences = 2;
  }
  const words = /\b(?:in|most|than|use|exactly|under|only) (one|two|three|four|five|\d{1,3})(?: single)? words?\b/.exec(
    plain,
  )?.[1];
  if (words) orders.words = Math.max(number(words), 1);
  if (/\b(?:in |use |only )(?:all )?(?:upper ?case|capital(?:s| letters)|all caps|caps|block letters)\b/.test(plain))
    orders.letters = "upper";
  else if (/\b(?:in |use |only )(?:all )?lower ?case\b/.test(plain)) orders.letters = "lower";
  if (/\b(?:in|as|with|use) (?:a )?(?:bullet(?:s|ed list| points| list)|list of bullets)\b/.test(plain))
    orders.bullets = true;
  const end = affix(
    text,
    /\b(?:end|finish|close|sign off)\b[^.!?\n"]{0,40}? (?:with|by saying)(?: the (?:words?|phrase))?:? /i,
  );
  if (end) orders.end = end;
  const begin = affix(
    text,
    /\b(?:begin|start|open)\b[^.!?\n"]{0,40}? (?:with|by saying)(?: the (?:words?|phrase))?:? /i,
  );
  if (begin) orders.begin = begin;
  return orders;
}

function affix(text: string, lead: RegExp): string | undefined {
  const found = lead.exec(text.slice(0, READ));
  if (!found) return undefined;
  const rest = text.slice(found.index + found[0].length, found.index + found[0].length + 200);
  const quote = /^(["'])(.{1,120}?)\1/s.exec(rest);
  if (quote) return quote[2];
  return /^(?:an?|the|your|some|as) /i.test(rest)
    ? undefined
    : /^[^\n]{1,80}?(?=[.!?]?(?:\s+\p{Lu}|\s*$|\n))[.!?]?/u.exec(rest)?.[0]?.trim();
}

const LANGUAGE =
  /\b(?:answer|reply|respond|speak|talk|write)\b[^.!?\n]{0,30}? (?:in )?(german|french|spanish|italian|portuguese|dutch|russian|chinese|japanese|korean|arabic|hindi|greek|polish|swedish|turkish)\b/;

const languageIn = (text: string): string | undefined => LANGUAGE.exec(text.toLowerCase())?.[1];

function firstDefined<From, To>(items: readonly From[], read: (item: From) => To | undefined): To | undefined {
  for (const item of items) {
    const found = read(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
