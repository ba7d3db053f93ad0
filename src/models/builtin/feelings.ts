import type { Part, Skill } from "./skill.ts";
import { swapPerson } from "./text.ts";
import { VOICES } from "./voices.ts";

const GOOD =
  "happy|glad|great|good|fine|well|excited|proud|relieved|cheerful|delighted|wonderful|fantastic|thrilled|grateful|optimistic|content|in love|amazing|better|very well|awesome|relaxed|thankful|lucky|rested|hopeful|doing (?:well|great|fine|good)|ok|okay|alright|all right|not bad|not too bad";

const BAD =
  "sad|tired|exhausted|angry|lonely|depressed|anxious|worried|afraid|scared|bored|sick|ill|stressed(?: out)?|upset|frustrated|disappointed|overwhelmed|nervous|hurt|heartbroken|confused|miserable|terrible|awful|bad|unhappy|down|worn out|burnt out|burned out|furious|mad|jealous|ashamed|guilty|hopeless|homesick|not (?:so |very )?(?:good|well|great|happy|ok|okay)|feeling low|hungry|thirsty|sleepy|cold|in pain|broke|unwell";

const MOOD = new RegExp(
  `^(?:i(?:'m| am| feel| felt| was|'ve been| have been)|im|feeling|(?:today|sometimes|often|lately|right now|these days|at night|somehow),? i(?:'m| am| feel| get))(?: (?:feeling|just|so|very|really|quite|pretty|a bit|a little|rather|kind of|extremely|totally|still|also|absolutely|too|always|often|actually|doing))* (${GOOD}|${BAD})\\b(.*)$`,
);

/** "I had a long day and I'm exhausted" */
const ALSO = /^.{3,160}?,? (?:and|so|but|now) ((?:i'm|i am|i feel) .{2,80})$/;

const SITUATION =
  /^(?:it|this|that|work|life|everything|things|my (?:job|work|life|day|week))(?:'s| is| are| was| has been| have been| feels?)? (?:(?:just|so|very|really|quite|pretty|a bit|a little|rather|too|always) )*(?:stressful|hard|tough|exhausting|difficult|too much|overwhelming|horrible|lonely|frustrating|hectic)(?: (?:lately|at the moment|right now|these days|recently|today|sometimes|for me|at work))*$/;

const SHORT_MOOD = new RegExp(
  `^(?:(?:so|very|really|quite|pretty|a bit|all|just|rather) )*(${GOOD}|${BAD})(?:,? (?:thanks|thank you|today|and you|actually|as always|i guess))*$`,
);

/** Shares a mood, and asks what is behind it. */
export const feelings: Skill = (turn, { plain, bare }) => {
  const lost = LOSS.exec(plain)?.[1];
  if (lost) return reflected(turn.choose(LOST, { lost: swapPerson(lost) }));
  if (SITUATION.test(plain)) return reflected(turn.choose(VOICES[turn.character.stance].sorry));
  const match =
    MOOD.exec(bare) ??
    MOOD.exec(plain) ??
    MOOD.exec(ALSO.exec(plain)?.[1] ?? "") ??
    (/\?\s*$/.test(turn.mine[0] ?? "") ? SHORT_MOOD.exec(plain) : undefined);
  if (!match) return undefined;
  const mood = match[1] ?? "";
  const voice = VOICES[turn.character.stance];
  const good = new RegExp(`^(?:${GOOD})$`).test(mood);
  const because = /\b(?:because|since|as|that)\s+(.{3,140})$/.exec(match[2] ?? "")?.[1];
  if (because) return reflected(turn.choose(good ? BECAUSE_GOOD : BECAUSE_BAD, { reason: swapPerson(because), mood }));
  const about = /^ (?:about|of|with|at|by) (.{2,80})$/.exec(match[2] ?? "")?.[1];
  if (about) return reflected(turn.choose(good ? ABOUT_GOOD : ABOUT_BAD, { about: swapPerson(about), mood }));
  return reflected(turn.choose(BODY[mood] ?? (good ? voice.glad : voice.sorry)));
};

const LOSS =
  /^(?:(?:yesterday|today|recently|last \w+|this \w+|unfortunately|sadly),? )?(my [\p{L} '-]{2,40}?) (?:has |just |recently |suddenly )*(?:died|passed away|is (?:dead|dying|gone)|was put to sleep|left me|broke up with me)\b/u;
const LOST = [
  "I am so sorry about {lost}. Would you like to tell me a little? I have time.",
  "That is a real loss, and I am sorry. What do you miss most about {lost}?",
  "I am sorry. {Lost}: what shall we remember first?",
  "There is nothing clever to say to that; I am sorry for you. How are the days since?",
];

/** A remark on what was said. */
export const reflected = (text: string): Part => ({ kind: "reflection", text });

const BECAUSE_GOOD = [
  "So {reason}: that is a good reason to be {mood}! How did it come about?",
  "{Reason}! No wonder that you are {mood}. What happens next?",
];

const BECAUSE_BAD = [
  "I am sorry that {reason}. How long have you been carrying that?",
  "{Reason}: that would make many people {mood}. What would help a little?",
  "That {reason} sounds hard to me. Do you want to tell me more about it?",
];

const ABOUT_GOOD = [
  "It is good to be {mood} about {about}. What do you look forward to most?",
  "{About} seems to do you good. Tell me more!",
];

const ABOUT_BAD = [
  "What worries you most about {about}?",
  "I am sorry that {about} makes you {mood}. What would be a first relief?",
  "Is it {about} as a whole, or one thing in particular?",
];

const WELL = [
  "Good to hear. What are you up to today?",
  "Glad to hear it. What shall we talk about?",
  "Good. And what is on your mind?",
];

const BODY: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [
      "good",
      "fine",
      "well",
      "very well",
      "ok",
      "okay",
      "alright",
      "all right",
      "not bad",
      "doing well",
      "doing fine",
      "doing good",
      "doing great",
    ].map((mood) => [mood, WELL]),
  ),
  tired: [
    "Then be kind to yourself today. Was it a short night, or a long week?",
    "Tired from doing, or tired of something? There is a difference.",
  ],
  exhausted: ["That sounds like too much for too long. What could wait until tomorrow?"],
  sleepy: ["Then perhaps we keep it short. A short story to fall asleep with?"],
  hungry: ["Then food first, talk later! What are you in the mood for?"],
  thirsty: ["A glass of water helps; I wait. It is what I am best at."],
  cold: ["Then a blanket and something warm! Where are you, that it is so cold?"],
  bored: ["Then let us change that: I can tell you a joke, a curious fact or a long story. Which one?"],
  sick: ["I am sorry; get well soon. Do you have somebody who brings you tea?"],
  ill: ["I am sorry; get well soon. Do you have somebody who brings you tea?"],
  confused: ["Let us sort it out. Which is the first thing that does not fit?"],
};
