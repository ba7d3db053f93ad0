import { swapPerson } from "./text.ts";

const WORDS =
  "a an the this that these those and or but so if because as than then of in on at to for from with by about into over after before between without through during until while " +
  "i i'm i've i'll i'd im me my mine myself you you're your yours yourself he she it it's its we us our they them their his her him who whom whose which what where when why how whether " +
  "am is are was were be been being do does did done doing have has had having can could will would shall should may might must ought let lets " +
  "isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't can't couldn't won't wouldn't shouldn't not no never none nothing nobody " +
  "yes yeah ok okay please well oh just only also too very really quite rather pretty much many more most some any all both each every few lot lots bit little such own same other another " +
  "think thought believe feel felt guess suppose know knew say said says tell told ask asked want wanted need like liked love loved hate hated hope wish find found see saw seen look looks seem seems get gets got go goes going went gone come comes came make makes made take takes took give gives gave keep keeps kept put let use used try tried mean means meant work works talk talking discuss debate argue argues arguing convince persuade quarrel start began begin happened happen become became call called buy bought " +
  "good bad great nice better best worse worst big small new old long short right wrong true false hard easy different important possible sure able boring interesting beautiful wonderful terrible awful amazing expensive cheap " +
  "here there now today tomorrow yesterday tonight always often sometimes usually still already again ever ago soon later maybe perhaps almost even yet back up down out off away together " +
  "thing things something anything everything someone somebody anyone anybody everyone everybody people way kind sort time times one two three actually honestly currently recently finally probably definitely absolutely certainly simply mostly quickly slowly";
const STOP = new Set(WORDS.split(" "));
const ADJECTIVES = new Set(
  "good bad great nice better best big small new old long short easy hard different important interesting beautiful wonderful terrible expensive cheap little own same other".split(
    " ",
  ),
);
const POSSESSIVE: Record<string, string> = {
  my: "your",
  our: "your",
  your: "my",
  the: "the",
  a: "the",
  an: "the",
  his: "his",
  her: "her",
  their: "their",
};

/**
 * What a sentence is about, as a noun phrase that fits after "about": its longest run of words that carry meaning, with the
 * possessive before it. Undefined where no word does.
 */
export function topicOf(sentence: string): string | undefined {
  const words = sentence.split(/\s+/).slice(0, 60);
  let run: string[] = [];
  let owner = "";
  // What follows "I" or "everyone" is what they do, and no thing.
  let verbNext = false;
  let best: { words: string[]; owner: string } | undefined;
  const close = () => {
    if (run.length > 0 && (!best || run.length > best.words.length)) best = { words: run, owner };
    run = [];
  };
  for (const word of words) {
    const bare = word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
    const lower = bare.toLowerCase();
    if (
      bare === "" ||
      bare.length > 40 ||
      /[<>{}()[\]=;/\\|]/.test(bare) ||
      STOP.has(lower) ||
      /(?:ed|ly)$/.test(lower)
    ) {
      close();
      verbNext =
        PRONOUN.test(lower) || (verbNext && /^(?:also|just|never|always|really|still|often|\w+ly)$/.test(lower));
      if (!ADJECTIVES.has(lower)) owner = POSSESSIVE[lower] ?? "";
    } else if (verbNext) {
      verbNext = false;
      owner = "";
    } else {
      if (run.length === 3) close();
      run.push(run.length === 0 && /^\p{Lu}\p{Ll}+$/u.test(bare) && word === words[0] ? lower : bare);
      if (/[,.;:!?)]$/.test(word)) close();
    }
  }
  close();
  return best && `${best.owner} ${best.words.join(" ")}`.trim();
}

const ABOUT = /\b(?:about|on|of|over|whether|regarding|concerning)\s+([^?!.;\n]{2,120})/i;

/** The subject that a request names: what follows "about", else what it is about. */
export function subjectOf(request: string): string | undefined {
  const named = ABOUT.exec(request)?.[1]
    ?.trim()
    .replace(/[\s,"]+$/, "");
  const clean = named?.replace(/\s+(?:please|with (?:me|us|each other)|together|a (?:bit|little))$/i, "");
  if (clean && !/^(?:it|that|this|them|these|me|yourself)$/i.test(clean))
    return swapPerson(
      /\bwhether\b/i.test(request) &&
        !/^whether/i.test(clean) &&
        /\bwhether\s/i.test(request.slice(0, request.indexOf(clean)))
        ? `whether ${clean}`
        : clean,
    );
  return topicOf(request);
}

/** The words that follow the number of a topic: "cats {is}" is "cats are". `{s}` ends a verb. */
export function grammarOf(topic: string): Record<string, string> {
  const last = topic.split(" ").at(-1) ?? topic;
  const many =
    / and /.test(topic) ||
    (/[^su]s$/i.test(last) &&
      !PRONOUN.test(last) &&
      !/^\w+ing /i.test(topic) &&
      !/^(?:the (?:idea|question|plan)|news|politics|physics|maths|chess|mathematics|economics|tennis)\b/.test(topic));
  return many
    ? { is: "are", was: "were", has: "have", it: "them", they: "they", its: "their", s: "" }
    : { is: "is", was: "was", has: "has", it: "it", they: "it", its: "its", s: "s" };
}

const PRONOUN = /^(?:i|you|we|they|he|she|it|one|people|everyone|everybody|humans|this|that|there)$/i;
const VERB =
  /^(.{2,50}?) (?:is|are|was|were|will|would|can|could|should|must|may|might|makes?|helps?|needs?|has|have|does|do|saves?|causes?|brings?|improves?|destroys?|takes?|tastes?|works?)\b(.*)$/i;

/** What a clause is about: of "cats are better than dogs" the cats, of "we should tax robots" the robots. */
export function subjectOfClause(clause: string): string | undefined {
  const text = clause.trim().replace(/^(?:the (?:idea|question|claim) )?(?:that|whether|if) /i, "");
  const inverted = /^(?:is|are|was|were|do|does|can|will|should|would|could|has|have|must) (.+)$/i.exec(text)?.[1];
  if (inverted) return beforeAdjective(inverted);
  if (/^.{2,40} (?:should|must|ought to) be \w+(?:ed|en|id|ught|orn)\b/i.test(text))
    return `the idea that ${swapPerson(text)}`;
  const match = VERB.exec(text);
  const wish =
    /^(?:we|people|i|you|one|everyone|everybody|humans|they) (?:should|must|ought to|can|could|need to) (.{3,80})$/i.exec(
      text,
    )?.[1];
  if (wish && !/^(?:not|never|be)\b/i.test(wish)) return `the idea to ${swapPerson(wish)}`;
  const subject = match?.[1]?.replace(/^(?:all|most|many|some) /i, "");
  if (subject && subject.split(" ").length <= 5 && !PRONOUN.test(subject)) return swapPerson(subject);
  return topicOf(match?.[2] || text);
}

/** "AI dangerous", from "is AI dangerous", is about AI. */
function beforeAdjective(text: string): string | undefined {
  const compared = /^(.{2,40}?) (?:really |much |more |less )?\w+(?:er|ful|ous|able|ive)? than\b/i.exec(text)?.[1];
  if (compared) return swapPerson(compared.replace(/ (?:better|worse|more|less|\w+er)$/i, ""));
  const words = text.split(" ");
  const who = PRONOUN.test(words[0] ?? "") ? words.slice(1) : words;
  if (
    who.length > 1 &&
    /(?:ous|ful|able|ible|ive|al|ic|less|ent|ant|ing|ed|good|bad|fun|art|worth|fair|evil|safe|true|real|dead|healthy)$/i.test(
      who.at(-1) ?? "",
    )
  )
    who.pop();
  return topicOf(who.join(" "));
}
