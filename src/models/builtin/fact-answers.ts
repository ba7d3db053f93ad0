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
import { answer, type Skill } from "./skill.ts";
import { capital, stopped } from "./text.ts";
import type { Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

/** Whose facts, and how to speak of that person: undefined is "you". */
type Person = { facts: Facts; who: string | undefined };
type Question = { pattern: RegExp; tell(person: Person, match: readonly string[]): string | undefined };

/** Answers questions on what somebody told earlier; says so where nothing was told. */
export const factAnswers: Skill = (turn, { bare, question }) => {
  const { asked, person } = perspective(turn, bare);
  if (!/\b(?:i|i'm|my|me|mine|myself)\b|^the |^what(?:'s| is| was| are) the |\byou remember\b/.test(asked))
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
    if (told) return answer(turn.choose(VOICES[turn.character.stance].recall, { answer: stopped(capital(told)) }));
  }
  return undefined;
};

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

const unknown = ({ who }: Person, what: string): string =>
  who === undefined ? `You haven't told me ${what} yet` : `${who} hasn't said ${what}`;
const your = ({ who }: Person): string => (who === undefined ? "your" : `${who}'s`);
const yourself = ({ who }: Person): string => (who === undefined ? "you" : who);

const told = (person: Person, facts: readonly Fact[], missing: string): string =>
  facts.length ? statements(facts, person.who) : unknown(person, missing);

const works = (person: Person): string => {
  const facts = [...ofTopic(person.facts, "work"), ...ofTopic(person.facts, "am").filter(({ key }) => key === "am:a")];
  const jobs = find(person.facts, "job").concat(find(person.facts, "profession"));
  const all = facts.concat(jobs);
  return told(
    person,
    all.length ? all : ofTopic(person.facts, "activity"),
    `what ${person.who === undefined ? "you do" : "they do"}`,
  );
};

function find(facts: Facts, about: string): Fact[] {
  const wanted = about.replace("favorite", "favourite").replace(/s$/, "");
  const owned = ofTopic(facts, "my", "have", "the");
  const exact = owned.filter((fact) => fact.about.replace(/s$/, "") === wanted);
  if (exact.length || wanted.startsWith("favourite")) return exact;
  return owned.filter((fact) => ` ${fact.about} `.includes(` ${wanted} `));
}

function ofMine(person: Person, about: string, wanted = ""): string | undefined {
  const topic = about.trim().toLowerCase();
  const kind = KINDS.find(([pattern]) => pattern.test(topic));
  if (kind) return kind[1](person);
  const facts = find(person.facts, topic.replace(/^own /, ""));
  if (facts.length === 0 && NOT_FACTS.test(topic)) return undefined;
  const said = facts.filter((fact) => wanted !== "" && `${fact.verb} ${fact.value}`.includes(wanted));
  if (said.length) return statements(said, person.who);
  const names = facts.filter(({ topic: kindOfFact }) => kindOfFact === "my");
  return told(person, names.length ? names : facts, `about ${your(person)} ${topic}`);
}

const NOT_FACTS =
  /^(?:first|last|next|previous|latest|message|messages|question|point|stream|answer|code|options|chances|life|problem|fault|opinion|mood|data|plan|ip|password|phone|computer|browser|server|connection|request|rate|token|key)\b/;
const PETS = /\b(?:cat|dog|pet|hamster|rabbit|parrot|horse|fish|bird|turtle|snake|kitten|puppy|guinea pig)s?\b/;

const name = (person: Person): string => {
  const known = nameOf(person.facts);
  if (known) return `${your(person)} name is ${known}`;
  return person.who === undefined
    ? "You haven't told me your name yet. What should I call you?"
    : `I know only the name that stands there: ${person.who}`;
};

const pets = (person: Person): string =>
  told(
    person,
    ofTopic(person.facts, "have", "my").filter(({ about, value }) => PETS.test(`${about} ${value}`)),
    "about any pets",
  );
const place = (person: Person): string =>
  told(
    person,
    ofTopic(person.facts, "place").concat(find(person.facts, "home")),
    `where ${person.who === undefined ? "you live" : "they live"}`,
  );
const origin = (person: Person): string =>
  told(
    person,
    ofTopic(person.facts, "origin", "place"),
    `where ${person.who === undefined ? "you come" : "they come"} from`,
  );
const age = (person: Person): string =>
  told(person, ofTopic(person.facts, "age"), `how old ${person.who === undefined ? "you are" : "they are"}`);
const pastimes = (person: Person): string =>
  told(
    person,
    [...ofTopic(person.facts, "activity"), ...tasted(person, false), ...find(person.facts, "hobby")],
    `what ${person.who === undefined ? "you like" : "they like"} to do`,
  );
const tasted = ({ facts }: Person, bad: boolean): Fact[] =>
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

function plans(person: Person): string {
  return told(person, ofTopic(person.facts, "plan"), `about ${your(person)} plans`);
}

function surname(person: Person): string {
  const parts = nameOf(person.facts)?.split(" ") ?? [];
  return parts.length > 1 ? `${your(person)} surname is ${parts.at(-1)}` : unknown(person, `${your(person)} surname`);
}

function everything(person: Person): string {
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

function liking(person: Person, object: string): string | undefined {
  const wanted = object.toLowerCase().replace(/^(?:the|a|an|any) /, "");
  const fact = ofTopic(person.facts, "taste", "activity").find(({ value }) => value.toLowerCase().includes(wanted));
  if (!fact) return unknown(person, `whether ${person.who === undefined ? "you like" : "they like"} ${object}`);
  return `${isDislike(fact.verb) ? "no" : "yes"}, ${statement(fact, person.who)}`;
}

function whether(person: Person, topics: readonly Topic[], words: string): string | undefined {
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

function howMany(person: Person, noun: string): string {
  const stem = noun.replace(/s$/, "");
  const fact = ofTopic(person.facts, "have").find(({ about }) => about.includes(stem));
  return fact ? statement(fact, person.who) : unknown(person, `how many ${noun} ${yourself(person)} have`);
}

const KNOW =
  "(?:what(?:'s| is| was| are| were)|whats|who(?:'s| is| was| are)|where(?:'s| is)|when(?:'s| is| was)|how(?:'s| is| old is| old are| are)|which is|what did i (?:say|tell you|call|name)|did i say|do you (?:know|remember|recall)|tell me|say|guess|remember|name)";

const QUESTIONS: readonly Question[] = [
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
      /^(?:so )?(?:what|tell me what|list|summari[sz]e|say|everything)\b.{0,40}\b(?:you )?(?:know|remember|learn(?:ed|t)|recall|told you|tell you|gathered)\b(?: (?:all|so far|anything|something|everything))*(?: (?:about|of|on) (?:me|myself))?(?: so far| already)?$|^what (?:have|did) i (?:told|tell) you(?: so far| about (?:me|myself)| already)*$|^(?:tell me (?:something )?|say something |describe |what about )(?:about )?(?:me|myself)$|^do you (?:know|remember) (?:anything|something|a thing)(?: about me)?$/,
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
    pattern: /^(?:is|are) my ([\p{L}][\p{L} '-]{0,30}?) (?:called |named )?([\p{L}\p{N}-]{1,30})$/iu,
    tell: (person, [, about = "", value = ""]) => confirmed(person, about, value),
  },
  {
    pattern: /^what(?:'s| is| was| are) the ([\p{L}\p{N}][\p{L}\p{N} '-]{0,40})$/iu,
    tell: (person, [, about = ""]) =>
      find(person.facts, about).length ? statements(find(person.facts, about), person.who) : undefined,
  },
];

function confirmed(person: Person, about: string, value: string): string {
  const facts = find(person.facts, about.toLowerCase());
  const fact = facts.find((one) => one.value.toLowerCase().includes(value.toLowerCase())) ?? facts[0];
  if (!fact) return unknown(person, `about ${your(person)} ${about}`);
  return `${fact.value.toLowerCase().includes(value.toLowerCase()) ? "yes" : "no"}, ${statement(fact, person.who)}`;
}

function remembered(person: Person): string {
  const kept = ofTopic(person.facts, "note", "the");
  if (kept.length)
    return `you asked me to remember this: ${kept.map((fact) => (fact.topic === "note" ? fact.value : statement(fact))).join("; ")}`;
  return person.facts.size ? everything(person) : unknown(person, "anything to remember");
}
