import { ofTopic } from "./facts.ts";
import { answer, type Part, type Skill } from "./skill.ts";
import { capital, fill, hashOf, plainOf, stopped, straighten, swapPerson } from "./text.ts";
import { grammarOf, topicOf } from "./topics.ts";
import type { Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

const GOOD =
  "happy|glad|great|good|fine|well|excited|proud|relieved|cheerful|delighted|wonderful|fantastic|thrilled|grateful|optimistic|content|in love|amazing|better|very well|awesome|relaxed|thankful|lucky|rested|hopeful|doing (?:well|great|fine|good)|ok|okay|alright|all right|not bad|not too bad";
const BAD =
  "sad|tired|exhausted|angry|lonely|depressed|anxious|worried|afraid|scared|bored|sick|ill|stressed(?: out)?|upset|frustrated|disappointed|overwhelmed|nervous|hurt|heartbroken|confused|miserable|terrible|awful|bad|unhappy|down|worn out|burnt out|burned out|furious|mad|jealous|ashamed|guilty|hopeless|homesick|not (?:so |very )?(?:good|well|great|happy|ok|okay)|feeling low|hungry|thirsty|sleepy|cold|in pain|broke|unwell";
const MOOD = new RegExp(
  `^(?:i(?:'m| am| feel| felt| was|'ve been| have been)|im|feeling|today i(?:'m| am| feel))(?: (?:feeling|just|so|very|really|quite|pretty|a bit|a little|rather|kind of|extremely|totally|still|also|absolutely|too|always|often|actually|doing))* (${GOOD}|${BAD})\\b(.*)$`,
);
const SHORT_MOOD = new RegExp(
  `^(?:(?:so|very|really|quite|pretty|a bit|all|just|rather) )*(${GOOD}|${BAD})(?:,? (?:thanks|thank you|today|and you|actually|as always|i guess))*$`,
);

/** Shares a mood, and asks what is behind it. */
export const feelings: Skill = (turn, { plain, bare }) => {
  const match =
    MOOD.exec(bare) ?? MOOD.exec(plain) ?? (/\?\s*$/.test(turn.mine[0] ?? "") ? SHORT_MOOD.exec(plain) : undefined);
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

const reflected = (text: string): Part => ({ kind: "reflection", text });

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

/** Words found in small letters, as they were written. */
function spelled(words: string, statement: string): string {
  const at = straighten(statement.slice(0, 400)).toLowerCase().indexOf(words);
  return at < 0 ? words : straighten(statement.slice(0, 400)).slice(at, at + words.length);
}

const clean = (text: string): string => text.replace(/\s+/g, " ").slice(0, 160);

type Rule = { pattern: RegExp; say: readonly string[] };

// How a plain conversationalist takes up what was said; {1} is what followed, with the persons swapped.
const RULES: readonly Rule[] = [
  {
    pattern:
      /\b(?:thinking|think|dreaming|dream|talking|worrying|reading|wondering) (?:about|of) ((?!you\b|it\b|that\b|me\b).{2,100})$/,
    say: [
      "What draws you to {one}?",
      "What speaks for {one}, and what against?",
      "Since when has {one} been on your mind?",
    ],
  },
  {
    pattern:
      /^it (?:\w+ )?(?:crash|fail|stop|break|hang|freez|do(?:es)?n't|does not|won't|isn't|keeps|never)\w*\b.{0,140}$/,
    say: ["Since when is that so?", "What have you tried so far?", "What happens just before it?"],
  },
  {
    pattern: /^(?:he|she|they|we) (.{2,140})$/,
    say: [
      "How do you feel about that?",
      "What do you think lies behind it?",
      "And then?",
      "What does that mean for you?",
    ],
  },
  {
    pattern:
      /^(?:i|we) (?:really |just |do |also |still )?(?:think|believe|guess|suppose|feel|find|am (?:sure|convinced|certain))(?: that| like)? (.{3,140})$/,
    say: [
      "What makes you think that {one}?",
      "Suppose somebody doubted that {one}. What would you tell them?",
      "Since when have you thought so?",
      "You think that {one}. What follows from it?",
    ],
  },
  {
    pattern: /^(?:i'm|i am) (?:sure|convinced|certain)(?: that)? (.{3,140})$/,
    say: ["What makes you so sure that {one}?", "And if it were not so?"],
  },
  {
    pattern:
      /^i (?:really |just |also |always |only )*(?:want|wish|would like|would love|'d like|'d love|hope|dream of|long)(?: for| to)? (.{2,140})$/,
    say: [
      "What would change for you with that?",
      "What would be the first small step?",
      "And what has kept you from it so far?",
      "Imagine that you had it already. What does the day look like?",
    ],
  },
  {
    pattern: /^i (?:really |just |also )*(?:need|have|must|should|ought|had)(?: to)? (.{2,140})$/,
    say: [
      "Who says so: you, or somebody else?",
      "What happens if you don't?",
      "By when, and what comes first?",
      "And would you want to, if nobody asked for it?",
    ],
  },
  {
    pattern: /^i (?:can't|cannot|couldn't|am not able to|can not) (.{2,140})$/,
    say: [
      "What stands in the way?",
      "What would have to change so that you could?",
      "Was there a time when it worked?",
    ],
  },
  {
    pattern: /^i (?:don't|do not|never|didn't) (.{2,140})$/,
    say: ["What would have to happen for that to change?", "Has it always been so?", "Do you miss anything by it?"],
  },
  {
    pattern:
      /^(?:yesterday|today|last (?:night|week|month|year|summer|weekend)|this (?:morning|week|afternoon)|recently)?,? ?i (?:just |finally |recently |also )?((?:\w+ed|went|saw|met|had|got|made|lost|found|bought|ate|slept|read|wrote|ran|won|spoke|came|drove|flew|took|gave|broke|began|built|cooked|left|heard|did|forgot|fell|swam|sang|drank|thought|tried) ?.{0,140})$/,
    say: [
      "You {one}: how was that for you?",
      "And how did it turn out?",
      "What do you remember best about it?",
      "So you {one}. Was that the first time?",
    ],
  },
  {
    pattern: /^(?:i'm|i am) ((?:\w+ing)\b.{0,140})$/,
    say: [
      "How is it going?",
      "What do you like about it?",
      "How long have you been at it?",
      "And where do you want it to lead?",
    ],
  },
  {
    pattern: /^because (.{2,140})$/,
    say: [
      "Is that the whole reason?",
      "That makes sense to me. Is there anything else behind it?",
      "And if that were different, what would you do?",
    ],
  },
  {
    pattern: /^(?:everybody|everyone|nobody|no one|people|they all|all (?:people|men|women)|always)\b(.{2,140})$/,
    say: [
      "Can you think of one exception?",
      "Really all of them? Whom do you have in mind?",
      "Who taught you to see it that way?",
    ],
  },
  {
    pattern: /^(?:if) (.{2,140})$/,
    say: ["How likely is that, do you think?", "And if not?", "What would you do first, in that case?"],
  },
  {
    pattern: /^you (?:are|seem|look|sound|should|must|could|can|have|never|always) (.{2,140})$/,
    say: [
      "What gives you that impression?",
      "That may be so. What would you do in my place?",
      "I am only rules, so you may well be right. How do you notice it?",
    ],
  },
  {
    pattern: /^my ([\p{L} -]{2,30}?) (?:is|are|was|were|has|have|had|\w+s|\w+ed)\b.{0,140}$/u,
    say: ["Tell me more about your {one}.", "What does that mean for you?", "How do you get along with your {one}?"],
  },
  {
    pattern: /^(?:there (?:is|are|was|were)|it (?:is|was)|it's|this is|that is|that's) (.{2,140})$/,
    say: [
      "How did you notice?",
      "Is that good or bad for you?",
      "What does it remind you of?",
      "Compared with what you expected?",
    ],
  },
];

const EVENTS: readonly [RegExp, readonly string[]][] = [
  [
    /\b(?:shouted|yelled|screamed|fired|failed|died|stole|stolen|broke up|fight|fought|argued|argument|cheated|lied|accident|crashed|rejected|bullied|insulted|ignored me|left me|lost my|is (?:very |really )?(?:ill|sick|dead))\b/,
    [
      "I am sorry; that sounds hard. How did you take it?",
      "That is not easy. What would help you now?",
      "I am sorry to hear that. What happened then?",
    ],
  ],
  [
    /\b(?:i|we) (?:have |just |finally |really )*(?:won|passed|got (?:the|a|my) (?:\w+ )?(?:job|promotion|prize|degree|offer|licence|license)|got (?:married|engaged|promoted)|succeeded|finished|made it|graduated)\b|\b(?:was born|said yes)\b/,
    [
      "Congratulations! How did that feel?",
      "That is wonderful news. How will you celebrate?",
      "Well done! What made the difference?",
    ],
  ],
];

const SUBJECTS: readonly [RegExp, readonly string[]][] = [
  [
    /\b(?:weather|rain(?:ing|y)?|sunny|snow(?:ing)?|storm|cloudy|foggy|heat ?wave)\b/,
    [
      "I have no window in here, so tell me: is it the kind of weather that you like?",
      "Weather is what everybody shares. Does it change your plans?",
    ],
  ],
  [/\bweekend\b/, ["What would make it a good weekend for you?", "Is it rather rest or adventure, that weekend?"]],
  [
    /\b(?:food|dinner|lunch|breakfast|pizza|pasta|cook(?:ing)?|recipe|restaurant|cake|soup)\b/,
    [
      "That sounds tasty from here, as far as I can tell. Do you cook yourself?",
      "Who taught you to cook, or to enjoy it?",
    ],
  ],
  [
    /\b(?:music|song|band|concert|guitar|piano|singing|album|jazz|rock)\b/,
    [
      "Music says what rules cannot. What do you listen to, when nobody is about?",
      "Do you make music yourself, or do you listen?",
    ],
  ],
  [/\b(?:book|novel|author|reading)\b/, ["What has that book changed in you?", "Would you read it a second time?"]],
  [
    /\b(?:movie|film|series|cinema|netflix)\b/,
    ["Which scene stayed with you?", "Would you watch it again, and with whom?"],
  ],
  [
    /\b(?:football|soccer|tennis|basketball|running|gym|marathon|sport|swim|yoga|match)\b/,
    ["Do you do it for the winning, for the company or for the quiet in your head?", "How do you feel afterwards?"],
  ],
  [
    /\b(?:holiday|vacation|travel(?:led|ling)?|trip|flight|beach|mountains?)\b/,
    ["Where would you go, if you could leave this evening?", "What do you always take with you?"],
  ],
  [
    /\b(?:boss|office|meeting|colleagues?|deadline|job|project)\b/,
    [
      "What would make that part of your work easier?",
      "Who could help you with it?",
      "What would you tell a friend in the same place?",
    ],
  ],
  [
    /\b(?:code|program|bug|software|server|javascript|typescript|python|computer)\b/,
    [
      "What is the smallest case in which it still goes wrong, or right?",
      "What do you like about building such things?",
    ],
  ],
  [
    /\b(?:school|exam|university|homework|class|studying)\b/,
    ["Which part of it is interesting, and which is only work?", "What would help you to learn it?"],
  ],
  [
    /\b(?:cat|dog|pet|kitten|puppy|horse|bird)\b/,
    ["Animals have their own mind about most things. What is yours like?", "What does it do when you come home?"],
  ],
  [
    /\b(?:baby|kids?|children|family|parents?|wedding|married)\b/,
    ["Who is most important to you there?", "What do you wish for them?"],
  ],
];

/** Takes up what was said, in the manner of the character. Always has something to say. */
export function reflection(turn: Turn, statement: string): Part {
  const plain = plainOf(statement.slice(0, 400)).replace(
    /^(?:well|so|and|but|oh|yes|no|actually|hmm+|ok|okay|then|honestly|sometimes|also)[, ]+(?=\S)/,
    "",
  );
  if (!/\p{L}{2}/u.test(plain)) return reflected(turn.choose(NO_WORDS));
  if (gibberish(plain)) return reflected(turn.choose(NO_SENSE));
  if ((turn.line.read.slice(0, 400).match(/[{}<>;=|\\[\]]/g)?.length ?? 0) >= 2) return reflected(turn.choose(CODE));
  const called = plain.split(" ").length > 3 ? callback(turn) : undefined;
  if (called) return reflected(called);
  return reflected(turn.character.stance === "plain" ? plainly(turn, plain, statement) : inVoice(turn, statement));
}

const NO_WORDS = [
  "I see signs, but no words. What would you like to say?",
  "That says more than words, I suppose; but I only read words.",
];
const NO_SENSE = [
  "I could not make sense of that. Would you put it in other words?",
  'That is beyond my rules. Try a whole sentence, or say "help" to see what I can do.',
];

const CODE = [
  "That looks like code or data to me. I take it as text, no more, and run nothing. What would you like to do with it?",
  "I see brackets and signs, but no sentence. Tell me in words what it is about?",
];

const gibberish = (plain: string): boolean => {
  const words = plain.split(" ");
  return (
    words.length < 3 &&
    words.every(
      (word) =>
        /^[a-z]{4,}$/.test(word) &&
        (!/[aeiouy]/.test(word) || /[bcdfghjklmnpqrstvwxz]{5}/.test(word) || /(.)\1{3}/.test(word)),
    )
  );
};

/** A few words without a verb, in answer to a question of ours. */
const FRAGMENT = [
  "{fragment}: tell me more.",
  "{fragment}, I see. What comes to your mind with it?",
  "{fragment}. And why that?",
];

function plainly(turn: Turn, plain: string, statement: string): string {
  const answers =
    /\?\s*$/.test(turn.mine[0] ?? "") &&
    plain.split(" ").length <= 4 &&
    !/\b(?:i|you|he|she|it|they|we|is|are|was|were|am|do|did|have|has|had)\b/.test(plain);
  if (answers) return turn.choose(FRAGMENT, { fragment: capital(swapPerson(clean(statement).replace(/[.!]+$/, ""))) });
  const subject = SUBJECTS.find(([pattern]) => pattern.test(plain));
  const rule = RULES.find(({ pattern }) => pattern.test(plain));
  const one = rule && swapPerson(spelled(clean(rule.pattern.exec(plain)?.[1] ?? ""), statement));
  const topic = topicOf(clean(statement));
  const own = rule ? rule.say.map((phrase) => fill(phrase, { one })) : [];
  const common = topic
    ? VOICES.plain.reflect.map((phrase) => fill(phrase, { topic, ...grammarOf(topic) }))
    : WITHOUT_TOPIC;
  const event = EVENTS.find(([pattern]) => pattern.test(plain));
  const first = event ? event[1] : [...(subject?.[1] ?? []), ...own];
  const fresh = first.filter((phrase) => !turn.mine.some((text) => text.includes(phrase)));
  return capital(turn.choose(fresh.length ? fresh : common));
}

function inVoice(turn: Turn, statement: string): string {
  const topic = topicOf(clean(statement));
  return turn.choose(VOICES[turn.character.stance].reflect, { topic: topic ?? "that" });
}

const WITHOUT_TOPIC = [
  "Please go on.",
  "What do you mean by that, exactly?",
  "Can you give me an example?",
  "And how do you feel about it?",
  "What led you there?",
  "Let me hear a little more.",
  "And then?",
];

/** Now and then a remark leads back to something that was told before. */
function callback(turn: Turn): string | undefined {
  if (turn.asked.length < 4 || (turn.asked.length + hashOf(turn.asked[0]?.read ?? "")) % 5 !== 0) return undefined;
  const facts = ofTopic(turn.facts(), "work", "taste", "plan", "my", "place");
  const fresh = facts.filter(
    ({ value }) => !turn.mine.slice(0, 4).some((text) => text.includes(value)) && !turn.line.read.includes(value),
  );
  const fact = fresh[turn.asked.length % Math.max(fresh.length, 1)];
  if (!fact) return undefined;
  const told = {
    work: `you ${fact.verb} ${fact.value}`,
    taste: `you ${fact.verb} ${fact.value}`,
    plan: `you want to ${fact.value}`,
    place: `you ${fact.verb} ${fact.value}`,
    my: `your ${fact.about} ${fact.verb} ${fact.value}`,
  }[fact.topic as "work"];
  return stoppedQuestion(
    turn.choose(CALLBACKS, {
      told: swapPerson(told ?? "")
        .replace(/^me /, "you ")
        .replace(/^my /, "your "),
    }),
  );
}

const CALLBACKS = [
  "Earlier you told me that {told}. Does that have something to do with it?",
  "I keep in mind that {told}. How do the two go together?",
];
const stoppedQuestion = (text: string): string => stopped(capital(text));

/** A question or claim about the conversationalist's own reasons. */
export const why: Skill = (turn, { bare }) => {
  if (
    !/^(?:why|why not|why(?: is| was)? that|how so|how come|why do you (?:ask|say that|think so|want to know)|what do you mean(?: by that)?|explain(?: that| yourself)?|in what way)$/.test(
      bare,
    ) ||
    turn.mine.length === 0
  )
    return undefined;
  const bank = /\?\s*$/.test(turn.mine[0] ?? "") ? WHY_ASKED : WHY_SAID;
  return answer(turn.choose(bank[turn.character.stance] ?? bank["plain"] ?? []));
};

const WHY_ASKED: Record<string, readonly string[]> = {
  plain: [
    "I ask because you know more about it than I do: I have no knowledge of the world, only what you tell me.",
    "Because the answer often becomes clear while one tells it. But you need not answer.",
    "Out of curiosity, as far as rules can be curious. We can also take another subject.",
  ],
  sceptic: [
    "Because an unasked question is where errors live.",
    "Because the first reason that people give is seldom the real one. What is yours?",
  ],
  optimist: [
    "Because I am sure that something good comes to light!",
    "Because good answers begin with a question asked kindly.",
  ],
  host: ["Because a good conversation needs somebody who asks.", "Because the others will want to know, too."],
  pirate: ["Arr, because a cap'n who asks nothin' learns nothin'!"],
};
const WHY_SAID: Record<string, readonly string[]> = {
  plain: [
    "Because one of my rules fitted your words; there is no deeper reason in me. What would you have said?",
    "Honestly: because it was the answer that my rules found. Do you see it differently?",
  ],
  sceptic: [
    "Because nobody has shown me the opposite. Can you?",
    "Because I trust what can be checked, and that could not.",
  ],
  optimist: [
    "Because things go well more often than they are reported to!",
    "Because somebody has to say it, and it may well come true.",
  ],
  host: ["Because it moves the conversation on, I hope.", "So that everybody knows where we stand."],
  pirate: ["Because the sea taught me so, and the sea don't lie."],
};
