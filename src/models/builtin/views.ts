import { type Case, sideOf, unsaid } from "./cases.ts";
import type { Stance } from "./character.ts";
import { answer, type Part } from "./skill.ts";
import type { Turn } from "./turn.ts";

/** What a character says of a case. `{argument}` is on its own side; who takes none weighs `{pro}` and `{con}`. */
export const VIEWS: Readonly<Record<Stance, readonly string[]>> = {
  optimist: [
    "I am all for {topic}: {argument}. What is your experience?",
    "{Argument}. That alone makes me glad of {topic}!",
    "Whenever somebody grumbles about {topic}, I think of this: {argument}.",
    "Let me tell you what I love about {topic}: {argument}.",
  ],
  sceptic: [
    "I am not convinced of {topic}: {argument}. How would you answer that?",
    "What I hear too seldom about {topic} is this: {argument}.",
    "Before we praise {topic}, one thing: {argument}.",
    "With {topic} I hesitate. {Argument}. Or have you seen it otherwise?",
  ],
  pessimist: [
    "It will come with {topic} as it always comes: {argument}.",
    "{Argument}. And that is the good news about {topic}.",
  ],
  pirate: [
    "Arr! {Argument}, says I, and that be reason enough for {topic}!",
    "For {topic}, matey, I'd sail twice round the Horn: {argument}.",
  ],
  poet: ["Of {topic} I keep one picture: {argument}.", "{Argument}. The rest of {topic} is white paper."],
  host: [
    "On {topic} I have heard both at this table: {pro}; and, just as often, {con}. Where do you stand?",
    "One of my guests would say that {pro}. The other, that {con}. Whom would you sit beside?",
  ],
  plain: [
    "I have no opinion of my own, being made of rules; but I know how people argue about {topic}. Some say that {pro}; others, that {con}. Which weighs more for you?",
    "On {topic} I can only hold the scales. On one side: {pro}. On the other: {con}. What would you add?",
  ],
  teacher: ["Two things to weigh about {topic}. First: {pro}. Second: {con}. Which is the stronger, and why?"],
  formal: [
    "There is something to be said on both sides of {topic}: {pro}; yet {con}. May I ask which you find the weightier?",
  ],
};

/** What this character thinks of a case, by an argument that was not made yet; undefined where all were. */
export function viewOn(turn: Turn, found: Case): Part | undefined {
  const { stance } = turn.character;
  const said = [...turn.mine, ...turn.before.map(({ text }) => text)];
  const pick = (side: "pro" | "con") => unsaid(found[side], said, found.topic, turn.rank);
  const [pro, con] = [pick("pro"), pick("con")];
  const side = sideOf(stance);
  const argument = side && (side === "pro" ? pro : con);
  if (side ? !argument : !pro || !con) return undefined;
  return answer(turn.choose(VIEWS[stance], { topic: found.topic, argument, pro, con }));
}

// Some things are not to be played with, and on some a server takes no side.
const GRAVE =
  /(?<!\bstar )\bwars?\b|\b(?:genocides?|holocaust|hitler|nazis?|fascis[mt]s?|racis[mt]s?|slavery|tortur\w+|terroris\w+|murder\w*|rap(?:e|ist)s?|(?:child|sexual|domestic) abuse|suicides?|euthanasia|death penalty|cancer|pandemics?|famines?|starvation|child labou?r|abortions?|gun (?:control|laws?|violence)|(?:mass|school) shootings?|massacres?|ukraine|gaza|israel|palestin\w+|russia|trump|biden|putin|republicans?|democrats?|immigra\w+|refugees?|religions?|god|islam|christianity|judaism|jews?|muslims?|christians?|transgender|vaccin\w+|drugs?)\b/i;

const NOT_A_GAME: Readonly<Partial<Record<Stance, string>>> = {
  host: "That does not belong on a table where characters play at arguing. If it weighs on you, tell me how; I listen.",
  optimist: "There I will not play the cheerful one. It is too serious for a character that is made of rules.",
  sceptic: "On that I will not quibble for the sake of an argument. It is too serious for a set of rules.",
};
const NOT_A_GAME_AT_ALL =
  "That is too serious to be argued about by a set of rules: I would only make phrases. If it weighs on you, tell me how.";

/** An honest refusal to take a side where that would be frivolous. */
export const notAGame = ({ character }: Turn, text: string): Part | undefined =>
  GRAVE.test(text.slice(0, 600)) ? answer(NOT_A_GAME[character.stance] ?? NOT_A_GAME_AT_ALL) : undefined;
