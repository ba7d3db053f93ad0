import type { Stance } from "./character.ts";
import { type Fact, type Facts, factsOf, isDislike, statement, statements } from "./facts.ts";
import { isGreeting } from "./greetings.ts";
import type { Part, Skill } from "./skill.ts";
import { capital, stopped, swapPerson } from "./text.ts";
import type { Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

/** Takes note of all that the line tells, says so once, and asks on about the last of it. */
export const notes: Skill = (turn, { text, question }) => {
  if (question) return takenBack(turn, text);
  const alone = [...factsOf([turn.line.read]).values()];
  if (alone.length > 0 && factsOf([text]).size === 0) return takenBack(turn, text);
  const told = alone.length > 0 ? alone : inContext(turn);
  if (told.length === 0) return takenBack(turn, text);
  const fact = told.at(-1);
  if (!fact) return undefined;
  const earlier = factsOf(turn.asked.map(({ read }) => read));
  const name = told.find(({ topic }) => topic === "name");
  const rest = told.filter((one) => one !== name);
  const lead = name ? [named(turn, name, earlier)] : [];
  if (rest.length === 0) return note(lead.join(" "));
  return note([...lead, rest.length === 1 ? single(turn, fact, earlier) : remark(turn, fact, rest)].join(" "));
};

/** What only the line before it makes clear: "No wait, green", "She lives in Paris". */
function inContext(turn: Turn): Fact[] {
  const earlier = factsOf(turn.asked.map(({ read }) => read));
  return [...turn.facts().values()].filter((fact) => {
    const before = earlier.get(fact.key);
    return before?.value !== fact.value || before.verb !== fact.verb;
  });
}

function single(turn: Turn, fact: Fact, earlier: Facts): string {
  const before = earlier.get(fact.key);
  if (before?.value === fact.value && before.verb === fact.verb) return `I remember: ${stopped(statement(fact))}`;
  if (before && (fact.topic === "my" || fact.topic === "place" || fact.topic === "age" || fact.topic === "taste"))
    return corrected(fact, before);
  return remark(turn, fact, [fact]);
}

const note = (text: string): Part => ({ kind: "note", text });

function named(turn: Turn, { value }: Fact, earlier: Facts): string {
  const before = earlier.get("name")?.value;
  if (before === value) return `Yes, ${value}, I remember.`;
  if (before) return `${value}, then; no longer ${before}. I will remember that.`;
  const { stance } = turn.character;
  // A greeting before it has used the name already.
  if (/^(?:plain|host|pirate)$/.test(stance) && turn.sentences.some(isGreeting)) return turn.choose(GREETED);
  return turn.choose(MEETING[stance] ?? MET, { name: value });
}

const GREETED = ["Nice to meet you.", "I am glad to meet you.", "It is good to meet you."];
const MET = ["Nice to meet you, {name}!", "Pleased to meet you, {name}.", "Good to know your name, {name}."];
const MEETING: Readonly<Partial<Record<Stance, readonly string[]>>> = {
  sceptic: ["{name}, you say? Very well, I will believe that without papers."],
  optimist: ["{name}, what a lovely name! I am so glad to meet you."],
  pessimist: ["{name}. I will try to remember it, though names get lost so easily."],
  host: ["Welcome, {name}! I am delighted that you are here."],
  pirate: ["Ahoy, {name}! A fine name for a ship, too."],
  poet: ["{name}: a name with a good sound. Welcome."],
  teacher: ["Good to have you in class, {name}."],
  formal: ["It is a pleasure to make your acquaintance, {name}."],
};

function corrected(fact: Fact, before: Fact): string {
  const was = fact.topic === "taste" ? `you ${before.verb} ${swapPerson(before.value)}` : swapPerson(before.value);
  return fact.topic === "taste"
    ? `I had noted that ${was}; now I know better: ${stopped(statement(fact))}`
    : `${capital(statement(fact))}, then; I had noted ${was}. I will remember the new one.`;
}

/** An acknowledgement in the character's voice and a question that fits the fact. */
function remark(turn: Turn, fact: Fact, all: readonly Fact[]): string {
  if (fact.topic === "note" || fact.topic === "the") return turn.choose(REMEMBERED, { fact: statement(fact) });
  const noted = turn.choose(VOICES[turn.character.stance].noted, { fact: statements(all) });
  return `${noted} ${turn.choose(QUESTIONS[kindOf(fact)] ?? [""], { value: swapPerson(fact.value), about: fact.about, fact: statement(fact), name: fact.value })}`.trim();
}

const RELATIVE =
  /^(?:\w+ )?(?:mother|father|mum|mom|dad|sister|brother|son|daughter|wife|husband|partner|girlfriend|boyfriend|friend|grandmother|grandfather|aunt|uncle|cousin|child|children|kid|parent|colleague|boss|neighbou?r|teacher)s?$/;

function kindOf(fact: Fact): string {
  if (fact.verb === "prefer") return "preferred";
  if (fact.topic === "taste") return isDislike(fact.verb) ? "dislike" : "like";
  if (fact.topic === "have" && fact.value.startsWith("no ")) return "other";
  if (fact.topic === "am" && /^(?:learning|studying|training)/.test(fact.value)) return "learning";
  if (fact.topic === "am" && !/^an? /.test(fact.value)) return "state";
  if (fact.topic !== "my") return fact.topic;
  if (/\bbirthday$/.test(fact.about)) return "birthday";
  if (/\d/.test(fact.value)) return "number";
  if (fact.about.startsWith("favourite")) return "favourite";
  if (/called/.test(fact.verb)) return RELATIVE.test(fact.about) ? "relative" : "called";
  return RELATIVE.test(fact.about) ? "relative" : "my";
}

const REMEMBERED = ["I will remember: {fact}.", "Noted: {fact}."];

const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  age: ["What do you know at {value} that you did not know ten years before?", "And how does {value} feel?"],
  place: [
    "What do you like about living there?",
    "What should a visitor see there first?",
    "Have you been there for long?",
  ],
  origin: ["Do you go back often?", "What do you miss most from there?"],
  work: [
    "What do you enjoy most about that?",
    "What is the hardest part of it?",
    "How did you come to do that?",
    "What would surprise people about that work?",
  ],
  activity: ["How long have you been doing that?", "What do you like about it?", "Who got you into it?"],
  like: [
    "What is it about {value} that you like?",
    "When did you discover {value}?",
    "What comes closest to {value} for you?",
    "With whom do you share that?",
  ],
  preferred: ["What makes the difference for you?", "Has it always been so?"],
  dislike: ["What is wrong with {value}?", "Was that always so with {value}?", "What would you have instead?"],
  have: ["Tell me more about that!", "Since when?", "And how is that for you?"],
  called: ["{name} is a good name. What is {name} like?", "Who chose that name?"],
  relative: ["Do you see each other often?", "Tell me more about your {about}."],
  favourite: ["What do you connect with it?", "Has it always been your favourite?"],
  my: ["Tell me more about your {about}.", "How do you feel about that?", "Has that always been so?"],
  am: ["What does that mean for your days?", "How did that come about?", "What do you like about it?"],
  state: ["What does that mean for your days?", "Tell me more about that."],
  learning: ["How is it going?", "What made you begin with it?", "What can you do already?"],
  birthday: ["I can count the days until then, if you like."],
  number: [""],
  plan: ["What would be the first step?", "What draws you to it?", "What stands in the way?"],
  other: ["And is that how you want it?"],
};

const UNDOING =
  /^(?:please )?forget\b|\bno longer\b|\bany ?more\b|\bany longer\b|\b(?:quit|left|lost) my job\b|\bmy name (?:isn't|is not)\b/i;

/** "Forget my name": what was known before and is not any more. */
function takenBack(turn: Turn, text: string): Part | undefined {
  if (!UNDOING.test(text)) return undefined;
  const before = factsOf(turn.asked.map(({ read }) => read));
  const gone = [...before.values()].filter(({ key }) => !turn.facts().has(key));
  if (gone.length === 0) return undefined;
  return note(
    gone.length > 2
      ? "All forgotten: I will go by what you tell me from here on."
      : `I will no longer assume that ${gone.map((fact) => statement(fact)).join(", or that ")}.`,
  );
}
