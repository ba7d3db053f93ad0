import type { Fact, Topic } from "./facts.ts";
import { capital } from "./text.ts";

/** What a clause tells, and which earlier facts it takes back. */
export type Reading = { told: Fact[]; undone?: (fact: Fact) => boolean };

const NOTHING: Reading = { told: [] };

type Pattern = { match: RegExp; read(parts: readonly string[], context: Context): Fact[] | Reading | undefined };
type Context = { greeted: boolean; whole: string };

const LEAD =
  /^(?:actually|well|oh|and|but|so|no|nope|yes|yeah|ok|okay|sorry|also|now|by the way|btw|in fact|just so you know|fyi|wait|then|because|please|listen|correction|i mean|i meant|i think that|i think|i guess|i told you(?: that)?|you should know(?: that)?|as i said)[,:.! ]+(?=\S)/i;
const HELLO = /^(?:hi|hello|hey|hiya|good (?:morning|evening|afternoon|day)|greetings|howdy)(?: there)?(?:[,:.! ]+|$)/i;

/** Reads one clause in the first person. */
export function readClause(clause: string): Reading {
  let text = clause.trim().replace(/[\s.!?,;:…]+$/, "");
  let greeted = false;
  for (let round = 0; round < 4; round++) {
    const shorter = text.replace(LEAD, "").replace(HELLO, "");
    greeted ||= HELLO.test(text);
    if (shorter === text || shorter === "") break;
    text = shorter;
  }
  for (const { match, read } of PATTERNS) {
    const parts = match.exec(text);
    if (!parts) continue;
    const reading = read(
      parts.map((part) => part ?? ""),
      { greeted, whole: text },
    );
    if (reading) return Array.isArray(reading) ? { told: reading } : reading;
  }
  return NOTHING;
}

const TRAILING =
  /(?: (?:too|as well|now|by the way|btw|please|though|very much|a lot|so much|these days|at the moment|currently|right now|any ?more|any longer|instead|really|again|ok|okay|you know|from now on|because .*|but .*|which .*|although .*|since .*|when .*|if .*|not .*|last (?:year|month|week|summer|winter|spring|autumn|night)|this (?:year|month|week|morning)|yesterday|recently|a while ago|(?:a few|some|many|two|three|four|five|ten|\d+) (?:years|months|weeks|days) ago|in \d{4}|for .{1,20} (?:years|months|weeks)))+$/i;
const trimmed = (text: string): string =>
  text
    .trim()
    .replace(/^["'](.*)["']$/, "$1")
    .replace(TRAILING, "")
    .replace(/[\s,.;:!?"]+$/, "")
    .slice(0, 100);

const fact = (
  topic: Topic,
  about: string,
  verb: string,
  value: string,
  key = topic === "my" || topic === "taste" || topic === "the" ? `${topic}:${about.toLowerCase()}` : topic,
): Fact[] => {
  const clean = trimmed(value);
  return clean === "" ? [] : [{ key, topic, about, verb, value: clean }];
};

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
const asName = (text: string): string =>
  text
    .split(" ")
    .map((word) => (word === word.toLowerCase() ? capital(word) : word))
    .join(" ");

const CAPITALISED = "\\p{Lu}[\\p{L}\\p{M}\\p{N}'.-]{0,40}";
const AM = "(?:i'm|i am|im)";

function named(text: string): Fact[] | undefined {
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

const TASTE =
  "(like|love|adore|enjoy|hate|dislike|prefer|can't stand|cannot stand|don't like|do not like|don't love|do not love|don't enjoy|don't care for|never liked|am into|am fond of|am a (?:big |huge |great )?fan of|am crazy about)";
const TRADES =
  "build|teach|design|study|write|develop|repair|sell|grow|research|run|manage|drive|program|own|make|produce|edit|translate|lead|fix|bake";
const PASTIMES =
  "play|paint|cook|sing|dance|read|collect|speak|practise|practice|knit|garden|hike|climb|swim|ride|draw|sail|surf|fish|juggle|meditate";

function tastes(verb: string, object: string): Fact[] | undefined {
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

function owned(object: string): Fact[] | undefined {
  const several = object.split(/,? and (?=(?:an?|one|two|three|\d+) [\p{L} ]{1,30}(?: (?:called|named)|$))/iu);
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
function mine(about: string, verb: string, value: string): Fact[] | undefined {
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

const without = (test: (fact: Fact) => boolean): Reading => ({ told: [], undone: test });
const about = (fact: Fact, words: string): boolean =>
  words.trim() !== "" &&
  `${fact.about} ${fact.value}`.toLowerCase().includes(
    trimmed(words)
      .toLowerCase()
      .replace(/^(?:an?|the|any) /, ""),
  );

// In the order in which they are tried.
const PATTERNS: readonly Pattern[] = [
  {
    match:
      /^(?:can you |could you |will you )?(?:please )?(?:remember|don't forget|do not forget|keep in mind|bear in mind|note|make a note)(?: that| this)?(?::|,)? (.{2,})$/i,
    read: ([, inner = ""]) => {
      if (/^(?:what|who|where|when|how|why|if|me\b|my name$|my \w+$|our\b.*\?|anything|everything)/i.test(inner))
        return undefined;
      const reading = readClause(inner);
      if (reading.told.length > 0) return reading;
      const definition = /^(?:the|our) ([\p{L}\p{N} '-]{1,40}?) (is|are|was) (.+)$/iu.exec(inner);
      if (definition)
        return fact("the", (definition[1] ?? "").toLowerCase(), definition[2] ?? "is", definition[3] ?? "");
      return fact("note", "note", "", inner, `note:${inner.toLowerCase()}`);
    },
  },
  {
    match: /^(?:please )?forget (?:everything|all|all of it|all that|what i (?:said|told you))\b/i,
    read: () => without(() => true),
  },
  {
    match: /^(?:please )?forget (?:that )?(?:my |about my |i like |i have |about )?(.{2,60})$/i,
    read: ([, words = ""]) => without((fact) => fact.topic === words.toLowerCase() || about(fact, words)),
  },
  {
    match:
      /^my (?:real |first )?name (?:isn't|is not|'s not) [\p{L}'-]{1,40}(?:,| but|,? and)* ?(?:it's|it is|but)? ?(.*)$/iu,
    read: ([, name = ""]) => (name ? named(name) : without(({ topic }) => topic === "name")),
  },
  {
    match: new RegExp(`^${AM} not (?:called |named )?(${CAPITALISED})$`, "iu"),
    read: ([, name = ""]) => without((one) => one.topic === "name" && one.value.toLowerCase() === name.toLowerCase()),
  },
  {
    match:
      /^(?:(?:you can |you may |just |please |everyone calls me |they |people |friends |my friends )*call me|(?:everyone|everybody|they all) calls? me|i go by|i am called|i'm called|i'm named|i am named|the name's|the name is|my name's) (.+)$/i,
    read: ([, name = ""]) => (/^(?:later|back|when|if|maybe|crazy|stupid)\b/i.test(name) ? undefined : named(name)),
  },
  {
    match: new RegExp(
      `^${AM} (${CAPITALISED}(?: ${CAPITALISED}){0,2})(,? (?:and|from|nice|by the way|but|or|an?|the|\\d)\\b.*)?$`,
      "iu",
    ),
    read: ([, name = "", rest = ""], { whole, greeted }) => introduced(name, rest, whole, greeted),
  },
  { match: new RegExp(`^this is (${CAPITALISED})(?: speaking| here)?$`, "u"), read: ([, name = ""]) => named(name) },
  {
    match: new RegExp(
      `^(?:${AM}|i just turned|i turned|i've turned) (?:now |only |just |already )?(\\d{1,3})(?: years? old| years of age| now| today)?$`,
      "i",
    ),
    read: ([, age = ""]) => fact("age", "age", "is", age),
  },
  { match: new RegExp(`^${AM} ([a-z-]+) years? old$`, "i"), read: ([, age = ""]) => fact("age", "age", "is", age) },
  {
    match:
      /^i (?:(?:no longer|don't|do not|never) )(?:work|study|teach|build|write)(?: (?:on|as|at|for|in|with))?(?: (?:an?|the))? ?(.*?)(?: any ?more| any longer)?$/i,
    read: ([, words = ""]) => without((one) => one.topic === "work" && (words === "" || about(one, words))),
  },
  {
    match: /^i (?:no longer|don't|do not) live (?:in|near|at|on) (.+)$/i,
    read: ([, words = ""]) => without((one) => one.topic === "place" && about(one, words)),
  },
  {
    match: /^i (?:no longer|don't|do not) have (?:an? |any |the )?(.+)$/i,
    read: ([, words = ""]) => without((one) => (one.topic === "have" || one.topic === "my") && about(one, words)),
  },
  {
    match: /^i (?:no longer|don't) (like|love|enjoy) (.+)$/i,
    read: ([, verb = "", object = ""]) => tastes(`don't ${verb}`, object),
  },
  {
    match: new RegExp(`^${AM} (?:no longer|not) (?:an? )?(.+)$`, "i"),
    read: ([, words = ""]) => without((one) => (one.topic === "am" || one.topic === "work") && about(one, words)),
  },
  {
    match: /^i (?:just |recently |have )?(?:(?:quit|left|lost) my job|retired)/i,
    read: () => without(({ topic }) => topic === "work"),
  },
  {
    match: /^(?:i|i've|i have) (?:just |recently )?moved (?:to|into) (.+)$/i,
    read: ([, place = ""]) => fact("place", "place", "live in", place),
  },
  {
    match:
      /^(?:i|i'm|i am) (?:now |currently |still |actually )?(?:live|living|based|reside|staying) (?:now )?(in|near|at|on|outside|by|close to) (.+)$/i,
    read: ([, where = "", place = ""]) => fact("place", "place", `live ${where.toLowerCase()}`, place),
  },
  {
    match: /^(?:i|i'm|i am) (?:originally )?(?:come |comes |coming )?(?:originally )?from (.+)$/i,
    read: ([, place = ""]) => fact("origin", "origin", "come from", `from ${trimmed(place)}`),
  },
  {
    match: /^i was born (in|on|at|near) (.+)$/i,
    read: ([, where = "", when = ""]) =>
      fact("origin", "origin", "was born", `${where} ${when}`, /\d/.test(when) ? "born:when" : "origin"),
  },
  {
    match: new RegExp(`^${AM} (?:now )?in (\\p{Lu}.{1,40})$`, "u"),
    read: ([, place = ""]) => fact("place", "place", "live in", place),
  },
  {
    match:
      /^i(?:'m|'ve been| am| have been)? (?:now |currently |mostly |mainly |also |still |used to )?work(?:ing)? (on|as|at|for|with|in) (.+)$/i,
    read: ([, how = "", what = ""], { whole }) =>
      /used to/i.test(whole)
        ? undefined
        : fact("work", trimmed(what), `work ${how.toLowerCase()}`, what, `work:${how.toLowerCase()}`),
  },
  {
    match: new RegExp(
      `^i (?:really |also |just |absolutely |do |quite |still |usually |mostly |simply )*${TASTE} (.+)$`,
      "i",
    ),
    read: ([, verb = "", object = ""]) => tastes(verb, object),
  },
  {
    match: /^i'm (?:really |quite |also )*(into|fond of|an? (?:big |huge |great )?fan of|crazy about) (.+)$/i,
    read: ([, , object = ""]) => tastes("like", object),
  },
  {
    match: new RegExp(`^i (?:also |often |sometimes |usually |mostly |now )*(${TRADES}) (.+)$`, "i"),
    read: ([, verb = "", what = ""]) =>
      /^(?:to|it|that|this|out|away|up|you|an? (?:mistake|point))\b/i.test(what)
        ? undefined
        : fact("work", trimmed(what), verb.toLowerCase(), what, `work:${verb.toLowerCase()}`),
  },
  {
    match: new RegExp(`^i (?:also |often |sometimes |usually |mostly |now |can )*(${PASTIMES}) (.+)$`, "i"),
    read: ([, verb = "", what = ""]) =>
      /^(?:to|it|that|this|you)\b/i.test(what)
        ? undefined
        : fact("activity", trimmed(what), verb.toLowerCase(), what, `activity:${verb.toLowerCase()}`),
  },
  {
    match: /^(?:i|i've|i have) (?:have |got |also have |now have |own )?(.+)$/i,
    read: ([, object = ""], { whole }) =>
      /^(?:i have|i've got|i've|i own|i also have|i now have|i have got)\b/i.test(whole)
        ? owned(object.replace(/^got /i, ""))
        : undefined,
  },
  {
    match: new RegExp(
      `^${AM} (?:now |also )?an? ((?!bit\\b|little\\b|lot\\b|fan\\b|while\\b|big fan\\b).{2,60})$`,
      "i",
    ),
    read: ([, what = ""], { whole }) =>
      fact(
        "am",
        trimmed(what),
        "am",
        `${/ an /i.test(whole.slice(0, whole.toLowerCase().indexOf(what.toLowerCase()))) ? "an" : "a"} ${what}`,
        "am:a",
      ),
  },
  {
    match: new RegExp(
      `^${AM} (?:also |now |still )?((?:english|french|german|spanish|italian|american|british|dutch|indian|chinese|japanese|irish|scottish|welsh|canadian|australian|swedish|norwegian|danish|finnish|polish|russian|ukrainian|greek|turkish|swiss|austrian|portuguese|brazilian|mexican|korean|vietnamese|married|single|engaged|retired|divorced|vegan|vegetarian|left-handed|pregnant|unemployed|self-employed|allergic to|afraid of|scared of|learning|studying|training for)\\b.{0,60})$`,
      "i",
    ),
    read: ([, what = ""]) => fact("am", trimmed(what), "am", what, `am:${trimmed(what).split(" ")[0]?.toLowerCase()}`),
  },
  {
    match:
      /^(?:i(?:'d| would) (?:like|love) to|i (?:want|wish|hope|plan|intend) to|i(?:'m| am) (?:going|planning|hoping) to) (?!know\b|ask\b|hear\b|talk\b|see how\b|tell\b|say\b|be called\b|thank\b|chat\b|test\b|try\b|you\b)(.+)$/i,
    read: ([, plan = ""]) => fact("plan", "plan", "want to", plan),
  },
  {
    match:
      /^my ([\p{L}\p{N}][\p{L}\p{N} '-]{0,40}?) (is|are|was|were|lives|works|likes|loves|hates|has|studies|plays|speaks|comes|wants|runs|teaches|makes)(?: now| also| really)? (.+)$/iu,
    read: ([, what = "", verb = "", value = ""]) => mine(what, verb, value),
  },
  {
    match: /^my ([\p{L}][\p{L} -]{0,30}?)'s (?:called|named) (.+)$/iu,
    read: ([, what = "", value = ""]) =>
      fact("my", what.toLowerCase(), "is called", asName(value), `my:${what.toLowerCase()}:name`),
  },
];

const ADJECTIVE = /(?:y|ful|less|ous|ish|ive|able|ible|al|ic|ent|ant|ian|ese|ist|er|ed|en)$/i;

/** "I'm Ada" names somebody, "I'm tired" does not; in small letters only after a greeting or alone. */
function introduced(name: string, rest: string, whole: string, greeted: boolean): Fact[] | undefined {
  const first = name.split(" ")[0] ?? "";
  const large = first.charAt(0) !== first.charAt(0).toLowerCase();
  const only = whole.split(" ").length === (/^i am/i.test(whole) ? 3 : 2) && !ADJECTIVE.test(first);
  const alone = whole.split(" ").length <= (/^i am/i.test(whole) ? 4 : 3);
  if (!isName(first) || (!large && !only && !(greeted && alone && name.split(" ").length === 1))) return undefined;
  return named(`${name}${rest}`);
}
