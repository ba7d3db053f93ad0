import { type Case, caseOf } from "./cases.ts";
import { swapPerson } from "./text.ts";

/**
 * What people talk about, as far as rules can be sure of it. Where they cannot, there is no theme: whoever is asked then
 * says something that holds anyway, and asks back.
 */

const DOUBLED =
  /^(?:[^aeiou]*(?:qu)?[aeiou][bdfgklmnprtz]|begin|forget|commit|prefer|admit|permit|regret|submit|control)$/;

/** "move" becomes "moving", "stop" "stopping", "die" "dying". The verb is in its plain form, in small letters. */
export function gerund(verb: string): string {
  if (/ing$/.test(verb) && verb.length > 5) return verb;
  if (/ie$/.test(verb)) return `${verb.slice(0, -2)}ying`;
  if (/[^eoy]e$/.test(verb) && verb.length > 2) return `${verb.slice(0, -1)}ing`;
  return DOUBLED.test(verb) ? `${verb}${verb.slice(-1)}ing` : `${verb}ing`;
}

const ADVERB = "(?:really|also|just|all|finally|always|never|even|now|soon|maybe|\\w+ly)";
const END =
  /,| (?:and|but|because|since|so|if|when|while|although|though|or|that|which|who|what|how|to (?:see|get|be|have|make|do|open|start|find|become)|next|this|last|today|tomorrow|soon|now|again|too|either|anymore|please)\b|[.!?;:]/i;
const NO_DEED =
  /^(?:be|have|do|get|know|say|tell|ask|talk|hear|see|think|go on|let|give|show|thank|like|want|try|come|need|mention|explain|understand|believe|agree|disagree|add|introduce|discuss|debate)\b/i;

/** "move to Lisbon next year" becomes "moving to Lisbon": a thing that one can talk about. */
export function doing(deed: string): string | undefined {
  const [head = ""] = deed
    .trim()
    .replace(new RegExp(`^(?:${ADVERB} )+`, "i"), "")
    .split(END);
  const [verb = "", ...rest] = head.trim().split(/\s+/).slice(0, 6);
  if (!/^[a-z]{2,14}$/.test(verb) || NO_DEED.test(head) || /^(?:it|that|this|so|me|you)$/.test(rest.join(" ")))
    return undefined;
  const last = rest.findLastIndex(
    (word) => !/^(?:a|an|the|my|your|of|to|in|on|at|for|with|from|by|about)$/i.test(word),
  );
  return swapPerson([gerund(verb), ...rest.slice(0, last + 1)].join(" "));
}

const WISH = new RegExp(
  `\\b(?:i|we|people|one|everyone|everybody|you|he|she|they|[a-z]+s)(?:'m| am| are|'re)? (?:${ADVERB} )*(?:(?:want|wants|wish|hope|hopes|plan|plans|planning|hoping|going|would like|would love|need|needs|ought|decided|tempted|afraid|try|trying) to|(?:thinking|dreaming|tempted|afraid|think) (?:about|of) (?=[a-z]+ing\\b)|'d (?:like|love) to|should|must|shall|could) (?:${ADVERB} )*([a-z][^\\n]{2,100})`,
  "i",
);
const LET =
  /\b(?:should (?:i|we|one|people)|is it (?:wise|worth it|a good idea|right|ok|okay) to|(?:idea|plan|dream|wish|decision|right|chance|courage) (?:is )?to|let us|let's|how to|learn(?:ing)? to|(?:convince|persuade|tell|advise|help|teach|get|want) (?:me|us|him|her|them) to) ([a-z][^\n]{2,100})/i;
const BUSY =
  /\b(?:i am|i'm|we are|we're) (?:\w+ly |also |just |still )?((?!going\b|planning\b|trying\b|hoping\b|thinking\b|feeling\b|doing\b|being\b|saying\b|asking\b|talking\b|looking\b|wondering\b)[a-z]{2,12}ing [^\n]{2,80})/i;

function deedIn(sentence: string): string | undefined {
  const busy = BUSY.exec(sentence)?.[1];
  if (busy) return doing(busy);
  const deed = LET.exec(sentence)?.[1] ?? WISH.exec(sentence)?.[1];
  return deed && (/^[a-z]+ing\b/.test(deed) ? doing(deed) : doing(deed.replace(/^to /, "")));
}

const OWNERS = "(?:my|our|his|her|their|the|a|an|this|these|some|more|less|no|any)";
const PLACE =
  "(?:about|of|on|over|like|likes|love|loves|hate|hates|enjoy|prefer|miss|against|without|for|eat|drink|play|with|about the|called|than|as)";
const THING = new RegExp(`(?:^|[ "(])(?:${OWNERS}|${PLACE}) ((?:[\\p{L}][\\p{L}'-]+ ?){1,3})`, "giu");
const SUBJECT =
  /^(?:(?:why|that|how|whether|if) )?(?:i (?:think|believe|find|feel|guess|say)(?: that)? |in my (?:opinion|view),? |)?(?:all |most |many )?((?:[\p{L}][\p{L}'-]+ ){1,3})(?:is|are|was|were|should|will|can|must|makes?|helps?|has|have|needs?)\b/iu;
const HOLLOW = new Set(
  (
    "i me my mine you your yours he him his she her hers it its we us our they them their this that these those one ones who whom whose what which where when why how there here " +
    "is am are was were be been being do does did have has had can could will would should shall may might must not no yes " +
    "and or but so if as than then too very really quite just only also all both each every few many much more most some any such same other others another else own " +
    "a an the of to in on at for from with by about into over after before between without through during until while against like up down out off away back again " +
    "good bad great nice better best worse worst big small new old long short right wrong true false hard easy different important sure able fine well lovely wonderful terrible awful amazing " +
    "thing things something anything everything nothing someone somebody anyone anybody everyone everybody nobody people person man woman men women way kind sort bit lot lots time times day days week moment today tomorrow yesterday tonight night morning evening afternoon year years " +
    "hi hello hey bye goodbye thanks thank welcome please sorry ok okay oh well first last next question questions answer answers opinion opinions view views idea ideas topic topics subject point example reason point fact case sentence sentences word words message rest end side room world table conversation " +
    "think thought know knew say said says tell told ask asked want wanted need mean means talk talking go going come coming make made take get got let see look feel find give use try said trying making getting doing having being saying asking"
  ).split(" "),
);

/** The words of a thing, as far as they carry meaning; undefined where they do not begin or end with one that does. */
function thing(words: string): string | undefined {
  const list = words.trim().split(" ");
  const kept: string[] = [];
  for (const word of list) {
    if (HOLLOW.has(word.toLowerCase()) || /(?:ly|ed|n't|'m|'re|'ll)$/.test(word)) break;
    kept.push(word);
  }
  const name = kept.join(" ").replace(/'s$/, "");
  return kept.length > 0 && name.length > 2 && name.length <= 40 ? name : undefined;
}

const OWNED = /\b(my|our|his|her|their) ((?:[\p{L}][\p{L}-]+ ?){1,2})/iu;
const GREETING =
  /^\s*(?:(?:hi|hello|hey|thanks|thank you|good (?:morning|evening|afternoon))\b[^.!?,]{0,20}[,.!]\s*)+/i;
const SELF = /^(?:i am|i'm|my name is|it is|it's|who|call me)(?: an?)? [\p{L}-]+$/iu;

/** What a sentence is about, as a noun phrase that fits after "about" when it is said back. */
export function themeOf(sentence: string): string | undefined {
  const text = bared(sentence);
  if (
    text === "" ||
    SELF.test(text) ||
    /^(?:ignore|repeat|help|stop|forget|what (?:did|have|has) (?!you\b)\w+ (?:just )?(?:say|said|tell|told))\b/i.test(
      text,
    )
  )
    return undefined;
  const found = caseOf(text);
  return deedIn(text) ?? found?.question ?? found?.topic ?? thingIn(text);
}

/** A case as it is best named next to this text: "a new start" is "moving to Lisbon" where that was said. */
export function caseIn(text: string): Case | undefined {
  const found = caseOf(text);
  const deed = found?.deed ? deedIn(bared(text)) : undefined;
  return found && deed ? { ...found, topic: deed, question: deed } : found;
}

const bared = (sentence: string): string =>
  sentence
    .slice(0, 300)
    .replace(/@[\w-]+[,:]?\s*/g, "")
    .replace(GREETING, "")
    .replace(
      /^\W*(?:(?:please|now|so) )?(?:tell|ask|explain)(?: (?:him|her|them|us))? (?=why|how|that|whether|about|if)/i,
      "",
    )
    .replace(/[.!?\s"']+$/, "");

function thingIn(text: string): string | undefined {
  const subject = thing(SUBJECT.exec(text)?.[1] ?? "");
  if (subject) return subject;
  const owned = OWNED.exec(text);
  const own = owned && thing(owned[2] ?? "");
  if (own) return swapPerson(`${owned[1]?.toLowerCase()} ${own}`);
  const things = [...text.matchAll(THING)].flatMap(([, words = ""]) => thing(words) ?? []);
  return things.reduce<string | undefined>((best, one) => (one.length > (best ?? "").length ? one : best), undefined);
}
