import type { Stance } from "./character.ts";
import { likesOf } from "./facts.ts";
import { themeNow } from "./matters-now.ts";
import { type Bank, EITHER, OPINION_QUESTIONS } from "./opinion-questions.ts";
import { askGuests, mayCall, otherCalled, toGuests } from "./passing.ts";
import { answer, type Part, type Skill } from "./skill.ts";
import { capital, clip, plainOf, sentencesOf, straighten, swapPerson, unwrap } from "./text.ts";
import { caseIn, doing, themeOf } from "./themes.ts";
import type { Turn } from "./turn.ts";
import { notAGame, viewOn } from "./views.ts";
import { VOICES } from "./voices.ts";

/** Asked for an opinion or for advice, a character takes its side; without one, it helps to find the asker's. */
export const opinions: Skill = (turn, { bare, text, question }) => {
  if (
    /^what (?:should|shall|can|could|would) (?:i|we|you) do(?: (?:now|then|about (?:it|that|this)|next|today))?$/.test(
      bare,
    )
  )
    return answer(turn.choose(WHAT_TO_DO));
  const choice = CHOICE.test(bare);
  if (choice) return answer(turn.choose([...ideas(turn), ...CHOICES]));
  if (CONVINCED.test(bare)) return answer(turn.choose(CONVINCING[turn.character.stance] ?? CONVINCING.plain));
  for (const { pattern, bank, subject } of OPINION_QUESTIONS) {
    const match = pattern.exec(bare);
    if (match && (question || pattern !== EITHER)) return opinion(turn, bank, subject([...match]), text);
  }
  return undefined;
};

const CONVINCED =
  /^what (?:would|could|does it take to) (?:ever )?(?:change your mind|convince you|make you change your mind)\b/;
const CONVINCING = {
  plain: ["I have no mind to change: tell me something, and I go by it. What would change yours?"],
  sceptic: [
    "A test that could have gone the other way, and did not. That is rarer than one thinks. Do you have one?",
    "Somebody who says beforehand what would prove them wrong. With whoever does that I am on good terms.",
  ],
  optimist: [
    "If people stopped trying, I would begin to worry. So far they have not! What would change yours?",
    "A good argument, told kindly. I change my mind often; mostly it gets brighter.",
  ],
  host: ["A guest who makes the whole table go quiet for a moment. What would change yours?"],
} satisfies Partial<Record<Stance, readonly string[]>> as Partial<Record<Stance, readonly string[]>> & {
  plain: readonly string[];
};

const CHOICE =
  /^what do you think (?:i|we) should\b|^(?:what|which \w+|where) (?:should|can|could|shall|would you have me) (?:i|we) (?:do|cook|eat|drink|wear|buy|read|watch|learn|play|go|make|have|listen to|give)\b/;
const WHAT_TO_DO = [
  "What would you tell a friend who was in your place?",
  "What is the smallest thing that you could do about it today?",
  "What have you tried already, and what did it change?",
];
const CHOICES = [
  "What have you enjoyed lately? Begin there, and change one thing about it.",
  "What is at hand, and what would you regret not having done? The answer is often both.",
  "Take the first thing that comes to your mind. What was it?",
];

/** A suggestion out of what the person likes. */
function ideas(turn: Turn): string[] {
  const [like] = likesOf(turn.facts());
  return like ? [`You told me that you like ${swapPerson(like)}: how about something with that?`] : [];
}

function opinion(turn: Turn, bank: Bank, subject: string, text: string, calls = mayCall(turn)): Part {
  const refused = bank === "favourite" ? undefined : notAGame(turn, text);
  if (refused) return refused;
  const spelled = named(subject, text, bank);
  const deed =
    turn.character.room && bank === "advice" ? doing(spelled?.replace(/^the idea to /, "") ?? "") : undefined;
  const own = deed ?? spelled;
  const meant = own || (bank === "advice" && !turn.character.room) ? undefined : themeNow(turn);
  const topic = own ?? meant?.theme;
  if (!topic) return answer(turn.choose(unsure(turn)));
  const about = meant?.text ?? text;
  const { stance } = turn.character;
  const other = otherCalled(turn, topic);
  if (other) return answer(ofAnother(turn, other));
  if (calls) return bank === "favourite" ? askGuests(turn) : toGuests(turn, caseIn(about)?.question ?? topic);
  const found = bank === "favourite" || (stance === "plain" && bank !== "opinion") ? undefined : caseIn(about);
  const view = found && viewOn(turn, found);
  if (view) return view;
  const taste = stance === "plain" || bank === "favourite" ? OWN[bank]?.[stance] : undefined;
  const voice = VOICES[stance][bank === "advice" ? "advice" : "opinion"];
  return answer(capital(turn.choose(taste ?? voice, { topic })));
}

/** What one says of another at the table. */
export const ofAnother = (turn: Turn, other: string): string =>
  turn.choose(OF_OTHERS[turn.character.stance] ?? OF_ANOTHER, { other });

const OF_OTHERS: Partial<Record<Stance, readonly string[]>> = {
  optimist: [
    "{Other} and I see most things differently, and that is the best of it!",
    "Without {other} I would believe everything. Every table needs one like that.",
  ],
  sceptic: [
    "We disagree about nearly everything, {other} and I. I would miss it.",
    "{Other} answers when asked and listens when not. That is more than most evidence can say for itself.",
  ],
  host: ["I like all my guests, and {other} is never late with an answer."],
};
const OF_ANOTHER = ["{Other} is good company."];

/** Where a taste is asked for instead of a view. */
const OWN: Partial<Record<Bank, Partial<Record<Stance, readonly string[]>>>> = {
  liking: {
    plain: [
      "I have no likes of my own, being made of rules. What do you think of {topic}?",
      "{Topic}? I would have to taste the world first, and I cannot. How is it with you?",
      "I neither like nor dislike things. But I can listen: what is it about {topic}?",
    ],
  },
  favourite: {
    plain: [
      "I have no favourite {topic}, but I remember favourites well. What is yours?",
      "To have a favourite {topic} one must have tried some. Which is yours?",
    ],
    sceptic: [
      "I avoid favourites; they cloud the judgement. What is your favourite {topic}, and how did it earn that?",
    ],
    optimist: ["So many good ones to choose from! Tell me your favourite {topic} first."],
    pessimist: ["Whichever {topic} I choose, it will be discontinued. And yours?"],
    host: ["The {topic} that my guests like best. Which is yours?"],
    pirate: ["Whatever {topic} be in the treasure chest! And yers?"],
    poet: ["The {topic} that has no name yet. And yours?"],
    teacher: ["Let us ask what makes a {topic} a favourite. Which is yours, and why?"],
    formal: ["I should not presume to have one. May I ask which {topic} you prefer?"],
  },
};

const PRONOUN =
  /^(?:it|that|this|them|they|him|her|he|she|me|us|you|so|one|those|these)?(?: (?:all|now|then|too|is|next))?$/;

/** The subject as the person spelled it, as a phrase that can stand in a sentence. */
function named(subject: string, text: string, bank: Bank): string | undefined {
  const words = subject
    .replace(/@(?=\w)/g, "")
    .replace(/^(?:if|whether|when|that) /, "")
    .replace(/ (?:too|then|please|right now|today)$/, "")
    .trim();
  if (words.length < 2 || PRONOUN.test(words)) return undefined;
  const plain = straighten(text).replace(/@(?=\w)/g, "");
  const at = plain.toLowerCase().indexOf(words);
  const spelled = at < 0 ? words : plain.slice(at, at + words.length);
  if (bank === "advice") return clip(gerund(swapPerson(spelled)), 80);
  return words.split(" ").length > 5 ? (themeOf(spelled) ?? clip(swapPerson(spelled), 60)) : swapPerson(spelled);
}

/** "quit my job" as "quitting …" is English that rules get wrong too often; "the plan to quit …" never is. */
const gerund = (phrase: string): string =>
  /^(?:(?:an?|the|your|my|this|that)\b|\w+ing\b)/.test(phrase) ? phrase : `the idea to ${phrase}`;

/** What is said where it is not clear what to speak of: it holds of anything, and asks back. */
export const unsure = ({ character: { stance } }: Turn): readonly string[] =>
  UNSURE[stance] ?? (stance === "plain" ? WHAT_ABOUT : VOICES[stance].welcome);

/** What holds of anything, and a question back. */
const UNSURE: Readonly<Partial<Record<Stance, readonly string[]>>> = {
  host: [
    "Before I say anything, I would like to hear you. Which part of it is closest to your heart?",
    "That depends on where you stand, and I do not know that yet. How do you see it?",
  ],
  optimist: [
    "I expect the best of most things, as you know. Which part of it is on your mind?",
    "There is mostly more good in a thing than one sees first. What do you hope for?",
  ],
  sceptic: [
    "I seldom have a view before I know what exactly is claimed. What is it, in a sentence?",
    "About that I would rather ask than answer. What do you go by yourself?",
  ],
};

const WHAT_ABOUT = [
  "I will gladly think along. What is it about?",
  "Tell me a little more first: what is it about?",
  "About what, exactly?",
];

/** "And you?": what this character thinks of what a person asked last. */
export function viewOnLast(turn: Turn): Part | undefined {
  const asked = turn.before.filter(({ role, speaker }) => role === "user" && !otherCalled(turn, speaker ?? ""));
  for (const { read } of asked.slice(-3).reverse()) {
    const found = caseIn(read);
    const view = notAGame(turn, read) ?? (found && viewOn(turn, found)) ?? asThatWasAsked(turn, read);
    if (view) return view;
  }
  return undefined;
}

function asThatWasAsked(turn: Turn, read: string): Part | undefined {
  for (const text of sentencesOf(read.replace(/@[\w-]+[,:]?\s*/g, "")).slice(0, 6)) {
    const bare = unwrap(plainOf(text));
    for (const { pattern, bank, subject } of OPINION_QUESTIONS) {
      const match = pattern.exec(bare);
      if (match && named(subject([...match]), text, bank)) return opinion(turn, bank, subject([...match]), text, false);
    }
  }
  return undefined;
}

/** A question that is beyond the rules, but on something that people argue about: in a room, it gets views. */
export const arguable: Skill = (turn, { text, question }) => {
  const found = question && turn.character.others.length > 0 ? caseIn(text) : undefined;
  if (!found) return undefined;
  return mayCall(turn) ? toGuests(turn, found.question ?? found.topic) : viewOn(turn, found);
};
