import { asName, fact, introduced, mine, named, owned, type Reading, tastes, trimmed } from "./fact-readers.ts";
import type { Fact } from "./facts.ts";

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

const CAPITALISED = "\\p{Lu}[\\p{L}\\p{M}\\p{N}'.-]{0,40}";

const AM = "(?:i'm|i am|im)";

const TASTE =
  "(like|love|adore|enjoy|hate|dislike|prefer|can't stand|cannot stand|don't like|do not like|don't love|do not love|don't enjoy|don't care for|never liked|am into|am fond of|am a (?:big |huge |great )?fan of|am crazy about)";

const TRADES =
  "build|teach|design|study|write|develop|repair|sell|grow|research|run|manage|drive|program|own|make|produce|edit|translate|lead|fix|bake";

const PASTIMES =
  "play|paint|cook|sing|dance|read|collect|speak|practise|practice|knit|garden|hike|climb|swim|ride|draw|sail|surf|fish|juggle|meditate";

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
      /^(?:(?:you can |you may |just |please |everyone calls me |they |people |friends |my friends )*call me|(?:everyone|everybody|they all) calls? me|i go by|i am called|i'm called|i'm named|i am named|the name's|the name is|my name'?s) (?!is\b|not\b)(.+)$/i,
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
