import {
  age,
  confirmed,
  everything,
  find,
  howMany,
  liking,
  name,
  nameIs,
  ofMine,
  origin,
  type Person,
  pastimes,
  pets,
  place,
  planTo,
  remembered,
  surname,
  tasted,
  told,
  whether,
  works,
  your,
} from "./fact-lookup.ts";
import { ofTopic, statements } from "./facts.ts";
import { answer, type Skill } from "./skill.ts";
import { capital, stopped } from "./text.ts";
import type { Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

type Question = { pattern: RegExp; tell(person: Person, match: readonly string[]): string | undefined };

/** Answers questions on what somebody told earlier; says so where nothing was told. */
export const factAnswers: Skill = (turn, { bare, question }) => {
  const { asked, person } = perspective(turn, bare);
  if (
    !/\b(?:i|i'm|my|me|mine|myself)\b|^the |^what(?:'s| is| was| are) the |\byou remember\b|^who(?:'s| is) [\p{L}-]+$/u.test(
      asked,
    )
  )
    return undefined;
  const direct = asked.replace(
    /^(?:did|have) i (?:ever |already )?(?:told?|mention(?:ed)?|say|said)(?: to)?(?: you)? (?=what|where|my|who|how|that)/,
    "",
  );
  for (const { pattern, tell } of QUESTIONS) {
    const match = pattern.exec(direct);
    const told =
      match &&
      (question || TELLING.test(direct)) &&
      tell(
        person,
        [...match].map((part) => part ?? ""),
      );
    if (told && NOT_KNOWN.test(told)) return answer(stopped(capital(told)));
    if (told) return answer(turn.choose(VOICES[turn.character.stance].recall, { answer: stopped(capital(told)) }));
  }
  return undefined;
};

const NOT_KNOWN = /\b(?:haven't|hasn't|has not|have not) told\b/;

// "where i live", once its "do you know" is gone, asks without a question mark.
const TELLING = /^(?:what|who|where|when|which|how|do|am|have|tell|say|list|my|guess|summari[sz]e|describe)\b/;

/** A question about another person of the room is the same question in the first person, on that person's facts. */
function perspective(turn: Turn, bare: string): { asked: string; person: Person } {
  const speakers = new Set(turn.before.flatMap(({ speaker }) => (speaker ? [speaker] : [])));
  for (const who of speakers) {
    const name = who.toLowerCase();
    if (who === turn.line.speaker || !bare.includes(name)) continue;
    const asked = bare
      .replaceAll(`${name}'s`, "my")
      .replaceAll(`does ${name}`, "do i")
      .replaceAll(`is ${name}`, "am i")
      .replaceAll(name, "me");
    return { asked, person: { facts: turn.facts(who), who } };
  }
  return { asked: bare, person: { facts: turn.facts(), who: undefined } };
}

const KNOW =
  "(?:what(?:'s| is| was| are| were)|whats|who(?:'s| is| was| are)|where(?:'s| is)|when(?:'s| is| was)|how(?:'s| is| old is| old are| are)|which is|what did i (?:say|tell you|call|name)|did i say|do you (?:know|remember|recall)|tell me|say|guess|remember|name)";

const QUESTIONS: readonly Question[] = [
  {
    pattern: /^who(?:'s| is) ([\p{L}-]{2,40})$/u,
    tell: ({ facts, who }, [, one = ""]) => {
      const found = ofTopic(facts, "my", "name").filter(({ value }) => value.toLowerCase().split(/\W+/).includes(one));
      return found.length ? statements(found, who) : undefined;
    },
  },
  {
    pattern: /^(?:what about |how about )?my ([\p{L}][\p{L} '-]{0,40})$/iu,
    tell: (person, [, about = ""]) => (find(person.facts, about).length ? ofMine(person, about) : undefined),
  },
  {
    pattern: /^what (?:am i|i'm|i am) ((?:learning|studying|training|allergic|afraid|scared)\b.{0,20})$/,
    tell: (person, [, state = ""]) => {
      const facts = ofTopic(person.facts, "am").filter(({ value }) => value.startsWith(state.split(" ")[0] ?? state));
      return told(person, facts, `what you are ${state}`);
    },
  },
  {
    pattern:
      /^(?:who am i|what am i called|what do (?:you|they|people) call me|what(?:'s| is) the name i (?:told|gave) you|say my name|do you know who i am|who i am)$/,
    tell: name,
  },
  {
    pattern:
      /^(?:what|do|tell|say|guess|remember|my|did|i forgot|can you guess)\b[^?]{0,60}\bmy (?:own |real |first |full )?name(?: was| is| again| now)*$|^my name$/,
    tell: name,
  },
  { pattern: /^(?:what|do|tell|did)\b.{0,30}\bmy (?:last name|surname|family name)\b/, tell: surname },
  {
    pattern:
      /^what (?:do|did) i (?:do|work (?:on|as|at|in|with|for)|study|build|teach|make|write)(?: for a living| for work| again| professionally)?$|^what i (?:do|work on|work as|study|build)(?: for a living)?$|^(?:where|for whom|who) (?:do )?i work(?: for)?$|^what am i (?:working on|studying|building)$|^(?:what kind of )?work (?:do )?i do$|^what did i (?:say|tell you) (?:that )?i (?:do|work on|work as)(?: for a living)?$/,
    tell: works,
  },
  {
    pattern:
      /^where (?:do |did |am )?i (?:live|living|based|reside|stay|staying|am)(?: now)?$|^where am i$|^(?:which|what) (?:city|town|country|place) (?:do |am )?i (?:live|living|in)(?: in)?$|^where did i (?:say|tell you) (?:that )?i live$/,
    tell: place,
  },
  {
    pattern: /^where (?:do |did )?i come from$|^where (?:am i|i am|i'm) from$|^where was i born$|^when was i born$/,
    tell: origin,
  },
  { pattern: /^how old (?:am i|i am)$|^what(?:'s| is) my age$/, tell: age },
  {
    pattern:
      /^what (?:do|did) i (?:hate|dislike|not like|not enjoy)$|^what don't i like$|^what (?:can't|cannot) i stand$/,
    tell: (person) =>
      told(person, tasted(person, true), `what ${person.who === undefined ? "you dislike" : "they dislike"}`),
  },
  {
    pattern:
      /^what (?:things |else |sort of things )?(?:do|did) i (?:really )?(?:like|love|enjoy|prefer)(?: to (?:do|eat|drink))?$|^what i (?:like|love|prefer)$|^what did i (?:say|tell you) (?:that )?i (?:like|love|enjoy|prefer)$/,
    tell: (person) =>
      told(
        person,
        tasted(person, false).concat(tasted(person, true).slice(0, 0)),
        `what ${person.who === undefined ? "you like" : "they like"}`,
      ),
  },
  {
    pattern:
      /^what (?:are my (?:hobbies|interests|preferences|tastes)|(?:do )?i do (?:for fun|in my (?:free|spare) time))$/,
    tell: pastimes,
  },
  {
    pattern: /^(?:do|did) i (?:say (?:that )?i )?(?:really )?(?:like|love|enjoy|prefer|hate) (.{1,60})$/,
    tell: (person, [, object = ""]) => liking(person, object),
  },
  {
    pattern: /^(?:what|which) (\w[\w ]{0,30}?) (?:do )?i (?:like|love|prefer) (?:best|most|the most)$/,
    tell: (person, [, about = ""]) => ofMine(person, `favourite ${about}`),
  },
  { pattern: /^how many (\w[\w ]{0,30}?) (?:do )?i have$/, tell: (person, [, noun = ""]) => howMany(person, noun) },
  {
    pattern:
      /^(?:do i have|have i got) (?:an? |any )?(?:pets?|animals?)$|^(?:what|which) (?:pets?|animals?) (?:do )?i have$/,
    tell: pets,
  },
  {
    pattern: /^(?:do i have|have i got|do i own) (.{1,50})$/,
    tell: (person, [, words = ""]) => whether(person, ["have", "my"], words),
  },
  {
    pattern: /^what (?:do )?i (?:have|own)$/,
    tell: (person) =>
      told(person, ofTopic(person.facts, "have"), `what ${person.who === undefined ? "you have" : "they have"}`),
  },
  {
    pattern: /^do i (?:live|reside) (?:in |near |at )?(.{1,50})$/,
    tell: (person, [, words = ""]) => whether(person, ["place"], words),
  },
  {
    pattern: /^do i (?:work|play|teach|study|write|speak|build) ?(?:on |as |in |at |for |with |the )?(.{0,50})$/,
    tell: (person, [, words = ""]) => whether(person, ["work", "activity"], words),
  },
  { pattern: /^am i (?:called|named) (.{1,50})$/, tell: (person, [, words = ""]) => whether(person, ["name"], words) },
  {
    pattern: /^am i ((?:an? |from |married|single|vegan|vegetarian|retired|\d).{0,50})$/,
    tell: (person, [, words = ""]) => whether(person, ["am", "work", "origin", "age"], words),
  },
  {
    pattern:
      /^(?:where|what|who|whom|when|which [\p{L}]+|how) (?:do|did|am|was|have) i (?:(?:say|said|tell you|told you)(?: that)? (?:i )?)?(?:want(?:ed)?|plan(?:ned|ning)?|hop(?:e|ing)|intend(?:ing)?|going|like|wish)(?: to)? ([\p{L}]+)(?: (?:to|in|at|on|with|for))?$/u,
    tell: (person, [, deed = ""]) => planTo(person, deed),
  },
  {
    pattern:
      /^what (?:do )?i (?:want|plan|hope|intend)(?: to do)?$|^what (?:are my plans|am i (?:planning|going) to do|is my plan)$/,
    tell: (person) => told(person, ofTopic(person.facts, "plan"), `about ${your(person)} plans`),
  },
  {
    pattern:
      /^what did i (?:ask|tell) you to (?:remember|note|keep in mind)$|^what (?:should|do) you (?:have to )?remember(?: for me)?$|^what (?:were you|are you) supposed to remember$/,
    tell: (person) => remembered(person),
  },
  {
    pattern:
      /^(?:so )?(?:what|tell me (?:what|everything)|list|summari[sz]e|say|everything)\b.{0,40}\b(?:you )?(?:know|remember|learn(?:ed|t)|recall|told you|tell you|gathered)\b(?: (?:all|so far|anything|something|everything))*(?: (?:about|of|on) (?:me|myself))?(?: so far| already)?$|^what (?:have|did) i (?:told|tell) you(?: so far| about (?:me|myself)| already)*$|^(?:tell me (?:something )?|say something |describe |what about )(?:about )?(?:me|myself)$|^do you (?:know|remember) (?:anything|something|a thing)(?: about me)?$/,
    tell: everything,
  },
  {
    pattern: new RegExp(
      `^${KNOW}(?: that| to you| the name of| again)? my ([\\p{L}\\p{N}][\\p{L}\\p{N} '-]{0,40}?)(?:'s name|'s called| called| named| again| was| is| do(?:es)?| doing| from| now)*$`,
      "iu",
    ),
    tell: (person, [all = "", about = ""]) =>
      ofMine(person, about, /^how old/.test(all) ? "old" : /\b(?:called|name)\b/.test(all) ? "called" : ""),
  },
  {
    pattern:
      /^(?:where|what|when|how|which \w+) (?:do|does|did) my ([\p{L}][\p{L} '-]{0,40}?) (live|work|do|like|love|hate|study|play|speak|come|have|run|teach|make)\b/iu,
    tell: (person, [, about = "", verb = ""]) => ofMine(person, about, verb),
  },
  {
    pattern: /^(?:is|isn't|was) my (?:first |last |full |real )?name (?:not |really |still )?(.{1,50})$/,
    tell: (person, [, words = ""]) => nameIs(person, words),
  },
  {
    pattern: /^(?:is|are) my ([\p{L}][\p{L} '-]{0,30}?) (?:called |named )?([\p{L}\p{N}-]{1,30})$/iu,
    tell: (person, [, about = "", value = ""]) => confirmed(person, about, value),
  },
  {
    pattern: /^what(?:'s| is| was| are) the ([\p{L}\p{N}][\p{L}\p{N} '-]{0,40})$/iu,
    tell: (person, [, about = ""]) =>
      find(person.facts, about).length ? statements(find(person.facts, about), person.who) : undefined,
  },
];
