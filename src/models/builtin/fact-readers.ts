import type { Fact, Topic } from "./facts.ts";
import { capital } from "./text.ts";

/** What a clause tells, and which earlier facts it takes back. */
export type Reading = { told: Fact[]; undone?: (fact: Fact) => boolean };

const TRAILING =
  /(?: (?:too|as well|now|by the way|btw|please|though|very much|a lot|so much|these days|at the moment|currently|right now|any ?more|any longer|instead|really|actually|in fact|after all|to be honest|again|ok|okay|you know|from now on|because .*|but .*|which .*|although .*|since .*|when .*|if .*|not .*|last (?:year|month|week|summer|winter|spring|autumn|night)|this (?:year|month|week|morning)|yesterday|recently|a while ago|(?:a few|some|many|two|three|four|five|ten|\d+) (?:years|months|weeks|days) ago|in \d{4}|for .{1,20} (?:years|months|weeks)))+$/i;

/** A value without quotes, punctuation and words that add nothing to it: "Berlin last year" is Berlin. */
export const trimmed = (text: string): string =>
  text
    .trim()
    .replace(/^["'](.*)["']$/, "$1")
    .replace(TRAILING, "")
    .replace(/[\s,.;:!?"]+$/, "")
    .slice(0, 100);

/** A fact, in a list; an empty list where no value is left. */
export const fact = (
  topic: Topic,
  about: string,
  verb: string,
  value: string,
  key = topic === "my" || topic === "taste" || topic === "the" ? `${topic}:${about.toLowerCase()}` : topic,
): Fact[] => {
  const clean = trimmed(value);
  return clean === "" ? [] : [{ key, topic, about, verb, value: clean }];
};

const FEMALE = /^(?:\w+ )?(?:mother|mum|mom|sister|daughter|wife|girlfriend|grandmother|grandma|aunt|niece)$/;
const MALE = /^(?:\w+ )?(?:father|dad|brother|son|husband|boyfriend|grandfather|grandpa|uncle|nephew)$/;
const EITHER =
  /^(?:\w+ )?(?:partner|friend|cousin|child|kid|baby|parent|colleague|boss|neighbou?r|teacher|dog|cat|pet|horse|parrot|rabbit|hamster)$/;

/** "She lives in Paris" after "My sister's name is Zoë" tells that my sister does; unchanged where nobody fits. */
export function resolved(sentence: string, last: Fact | undefined): string {
  const pronoun = /^(she|he)(?:'s)?\b/i.exec(sentence)?.[1]?.toLowerCase();
  if (!pronoun || last?.topic !== "my") return sentence;
  const one = last.about;
  const fits = EITHER.test(one) || (pronoun === "she" ? FEMALE : MALE).test(one);
  return fits ? sentence.replace(/^(?:she|he)('s)?\b/i, (_, is) => `my ${one}${is ? " is" : ""}`) : sentence;
}

const CORRECTION =
  /^(?:(?:oh|well|ah|no|nope|wait|sorry|correction|i mean|i meant|or rather|make that|actually)[,.:! \u2013\u2014-]+){1,4}(?:it's |it is |i mean |i meant )?((?!thanks|thank|i\b|i'm|my\b|you|that|this|it\b|what|how|who|why|not|never|nothing|please|a (?:second|minute|moment|bit)|for\b|here|there|stop|yes|no\b|wait|sorry|tell|say|let|can|could|do\b|show|give|just|really|hello|hi\b|hey|bye|ok|good|great|nice|maybe|later|wrong|late\b|again)[\p{L}\p{N}][\p{L}\p{N}' -]{0,40})[.!]*$/iu;
const DOUBTED = /^(?:\S+ )?(?:wait|sorry|correction|i mean|i meant|or rather|make that|actually)\b/i;

/** "No wait, green" gives what was told last another value; undefined where that is not what it says. */
export function amended(sentence: string, last: Fact | undefined): Fact[] | undefined {
  if (!last || sentence.length > 80 || !DOUBTED.test(sentence.replace(/,/g, ""))) return undefined;
  const value = CORRECTION.exec(sentence)?.[1];
  const most = /\b(?:no|wait|mean|meant|correction|rather|make that)\b/i.test(sentence) ? 3 : 1;
  if (!value || value.split(" ").length > most || (last.topic === "age" && !/^\d{1,3}$/.test(value))) return undefined;
  if (last.topic === "name") return /^\p{Lu}/u.test(value) ? named(value) : undefined;
  const renamed = /called/.test(last.verb) ? asName(value) : value;
  const place = /^(?:in|at|on|from|near|for|as|with) /.exec(last.value)?.[0] ?? "";
  const kept = place && !value.startsWith(place) ? place : "";
  return /^(?:my|age|place)$/.test(last.topic) ? [{ ...last, value: kept + trimmed(renamed) }] : undefined;
}

const NOT_NAMES = new Set(
  (
    "a an the not no so very too just here there back in on at from with of sorry tired happy sad fine good great okay ok well sure ready done lost hungry thirsty bored angry " +
    "home late early busy free sick ill afraid scared worried excited glad proud curious confused stuck new old young alone lonely single married retired vegan vegetarian allergic " +
    "english french german spanish italian american british dutch indian chinese japanese irish scottish canadian australian swedish polish russian greek turkish european asian african " +
    "muslim catholic christian jewish buddhist hindu human male female tall short rich poor still also really quite almost always never about all my your his her their it that this what " +
    "learning being getting interested serious kidding wrong right better worse awake asleep cold hot warm nervous anxious stressed depressed pregnant drunk dead alive over off out up down " +
    "sick weak blind deaf rude nice calm cool smart dumb lazy crazy broke tense blue high low sober safe fit strong slow fast big small fat thin slim weird strange normal bi queer okay impressed broken bald blond lucky dizzy fat furious dead mad upset sure keen human positive negative certain a1 yours done up online offline awake serious quiet loud afk unsure unwell relaxed different similar same first last next nobody someone everyone " +
    "unemployed trans gay straight left only both mostly currently now today tomorrow yesterday"
  ).split(" "),
);

const isName = (word: string): boolean =>
  !NOT_NAMES.has(word.toLowerCase()) && !/(?:ing|ed)$/.test(word.toLowerCase().slice(2));

/** "ada lovelace" as "Ada Lovelace"; what has capitals of its own keeps them. */
export const asName = (text: string): string =>
  text
    .split(" ")
    .map((word) => (word === word.toLowerCase() ? capital(word) : word))
    .join(" ");

/** A name and what stands beside it: "Sam, a software engineer from Toronto". */
export function named(text: string): Fact[] | undefined {
  const words = text.trim().split(" ").slice(0, 12);
  const end = words.findIndex(
    (word, index) => index > 0 && (AFTER_NAME.test(word) || /,$/.test(words[index - 1] ?? "")),
  );
  const kept = words.slice(0, Math.min(end < 0 ? words.length : end, 3));
  if (!isName(kept[0]?.replace(/,$/, "") ?? "")) return undefined;
  const name = fact("name", "name", "is", asName(kept.join(" ").replace(/[.',-]+$/, "")));
  return [...name, ...(end < 0 ? [] : apposed(words.slice(end).join(" ")))];
}

const AFTER_NAME =
  /^(?:and|but|from|not|by|i|or|nice|too|now|please|because|instead|actually|as|in|for|when|an?|the)$/i;

/** What follows a name: "a software engineer from Toronto", "from Lyon", "36 years old". */
function apposed(rest: string): Fact[] {
  const age = /^(\d{1,3})(?: years old)?\b/.exec(rest)?.[1];
  if (age) return fact("age", "age", "is", age);
  const [, what = "", from = ""] =
    /^(?:(?:and )?(an? .{2,50}?))?(?:(?:,? and)?(?:^| )from (.{2,50}))?$/i.exec(rest) ?? [];
  return [
    ...(what ? fact("am", trimmed(what), "am", what, "am:a") : []),
    ...(from ? fact("origin", "origin", "come from", `from ${trimmed(from)}`) : []),
  ];
}

// "jazz and hate mornings": the same person goes on with another verb.
const AND_TASTES =
  /^(.{1,80}?)(?:,|,? (?:and|but))(?: also| really)* (like|love|adore|enjoy|hate|dislike|prefer|can't stand|cannot stand|don't like|do not like|don't love|don't enjoy) (.+)$/i;

/** Tastes, one for each thing of a list; undefined where no thing is named. */
export function tastes(verb: string, object: string): Fact[] | undefined {
  const [, first = "", other = "", rest = ""] = AND_TASTES.exec(object) ?? [];
  if (rest) return [...(tastes(verb, first) ?? []), ...(tastes(other, rest) ?? [])];
  const clean = trimmed(object);
  if (/^(?:you|your|it|that|this|him|her|them|us|me|what|how|when|if|where|to be able)\b/i.test(clean))
    return undefined;
  const manner = verb
    .toLowerCase()
    .replace("do not", "don't")
    .replace("cannot", "can't")
    .replace(/^am .*/, "like")
    .replace("never liked", "don't like");
  const parts = clean.split(/, (?:and )?| and | or /).filter((part) => part !== "");
  return (parts.every((part) => part.split(" ").length <= 4) ? parts : [clean]).flatMap((part) =>
    fact("taste", part.replace(/^(?:the|a|an|my) /i, ""), manner, part),
  );
}

const NOT_OWNED =
  /^(?:an? |the |no |some |any |another |one |two )?(?:more )?(?:\w+ )?(?:question|problem|idea|dream|headache|feeling|meeting|cold|issue|point|look|reason|favou?r|request|chance|clue|doubt|time|fun|go|try|appointment|thing|rest|break|plan|right)s?\b|^(?:to|been|never|not|had|just|already|always|no idea|heard|seen|got to|a lot to)\b/i;

/** Possessions: "two cats", "a dog called Rex"; undefined for what nobody owns, like a question. */
export function owned(object: string): Fact[] | undefined {
  const several = object.split(
    /(?:,? and|,) (?=(?:an?|one|two|three|four|five|\d+) [\p{L} ]{1,30}(?: (?:called|named)|,|$))/iu,
  );
  if (several.length > 1) return several.flatMap((one) => owned(one) ?? []);
  if (NOT_OWNED.test(object)) return undefined;
  const pet =
    /^(an?|one|the|my) ([\p{L} -]{1,40}?),? (?:who is |which is |that is |that's )?(?:called|named) (.+)$/iu.exec(
      object,
    );
  if (pet)
    return [
      ...fact("have", pet[2] ?? "", "have", `${pet[1]} ${pet[2]}`, `have:${pet[2]}`),
      ...fact("my", pet[2] ?? "", "is called", asName(pet[3] ?? "")),
    ];
  if (
    !/^(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|many|some|several|\d+|lots of|no|black|brown|blonde?|red|blue|green|long|short|curly)\b/i.test(
      object,
    )
  )
    return undefined;
  const value = trimmed(object);
  const noun = value.replace(/^\S+ /, "").toLowerCase();
  return fact("have", noun, "have", value, `have:${noun.replace(/s$/, "")}`);
}

/** Of anything that is "mine": "my dog is called Rex", "my sister lives in Rome". */
export function mine(about: string, verb: string, value: string): Fact[] | undefined {
  const topic = about
    .toLowerCase()
    .replace("favorite", "favourite")
    .replace(/^(?:new|old|own|real) (?=name$)/, "");
  if (/^(?:first |full )?name$/.test(topic)) return named(value);
  if (topic === "age") return fact("age", "age", "is", value.replace(/\D+$/, ""));
  if (
    /^(?:point|question|problem|guess|turn|bad|fault|god|goodness|message|first message|last message|last question)$/.test(
      topic,
    )
  )
    return undefined;
  const proper = /^([\p{Ll} -]{2,30}) (\p{Lu}[\p{L}'-]{0,30})$/u.exec(about);
  if (proper) {
    const [, kind = "", name = ""] = proper;
    return [
      ...fact("my", kind, "is called", name, `my:${kind}:name`),
      ...fact("my", kind, verb.toLowerCase(), value, `my:${kind}:${verb === "is" ? "is" : verb}`),
    ];
  }
  const owner = /^(.{1,40})'s? name$/.exec(topic);
  if (owner)
    return fact(
      "my",
      owner[1] ?? topic,
      verb === "are" ? "are called" : "is called",
      asName(value),
      `my:${owner[1]}:name`,
    );
  const calls = /^(?:called|named) (.+)$/i.exec(value);
  if (calls) return fact("my", topic, `${verb} called`, asName(calls[1] ?? ""), `my:${topic}:name`);
  return fact(
    "my",
    topic,
    verb.toLowerCase(),
    value,
    `my:${topic}:${/^(?:is|are|was|were)$/.test(verb) ? "is" : verb}`,
  );
}

const ADJECTIVE = /(?:y|ful|less|ous|ish|ive|able|ible|al|ic|ent|ant|ian|ese|ist|er|ed|en)$/i;

/** "I'm Ada" names somebody, "I'm tired" does not; in small letters only after a greeting or alone. */
export function introduced(name: string, rest: string, whole: string, greeted: boolean): Fact[] | undefined {
  const first = name.split(" ")[0] ?? "";
  const large = first.charAt(0) !== first.charAt(0).toLowerCase();
  const only = whole.split(" ").length === (/^i am/i.test(whole) ? 3 : 2) && !ADJECTIVE.test(first);
  const alone = whole.split(" ").length <= (/^i am/i.test(whole) ? 4 : 3);
  if (!isName(first) || (!large && !only && !(greeted && alone && name.split(" ").length === 1))) return undefined;
  return named(`${name}${rest}`);
}
