import { unsure } from "./opinions.ts";
import { answer, type Part, type Skill } from "./skill.ts";
import { capital, clip, stopped, swapPerson } from "./text.ts";
import type { Sentence, Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

const CONNECT =
  'I have no knowledge of the world, and I would rather say so than make something up. For such questions connect a real model, for example: `CHATWAIT_MODEL=ollama:llama3.2 npm start` (or ask me "How do I use a real model?").';
const SHORTER = [
  "As I said, I know nothing of the world beyond this conversation; a real model would.",
  "That takes knowledge of the world, which I do not have. A model connected by `CHATWAIT_MODEL` does.",
  "I only know what you tell me, the calendar and numbers. What do you know about it yourself?",
  "That is a question for a real model, or for a library.",
];

/** Whoever asks in a room is among others, and may know more than they do. */
const AT_A_TABLE = [
  "What have you heard about it yourself?",
  "Tell us what you know of it, and we go on from there.",
  "With a real model behind us we would know. What is your guess?",
  "What made you think of it?",
];

/** Says honestly that it does not know; how to have it known the first time only. */
export function unknown(turn: Turn): Part {
  const lead = turn.choose(VOICES[turn.character.stance].unknown);
  if (turn.character.others.length > 0) return { kind: "unknown", text: `${lead} ${turn.choose(AT_A_TABLE)}` };
  const explained = turn.mine.some((text) => text.includes("CHATWAIT_MODEL"));
  return { kind: "unknown", text: `${lead} ${explained ? turn.choose(SHORTER) : CONNECT}` };
}

/** A wish to have something done, and why it stays one. */
const DEEDS: readonly [RegExp, string][] = [
  [
    /\btranslate\b|\bin(?:to)? (?:french|german|spanish|italian|japanese|chinese|latin|russian|portuguese)\b/,
    "I cannot translate; I know English only.",
  ],
  [
    /\b(?:write|generate|fix|debug|review|create|make|show)\b.{0,40}\b(?:code|function|script|program|class|html|css|sql|regex|python|typescript|java|rust|app|website)\b/,
    'I cannot write programs. What I can show is code that calls ChatWait: ask me "show me curl" or "show me a JavaScript example".',
  ],
  [
    /\b(?:draw|paint|generate|make|create|show)\b.{0,30}\b(?:image|picture|photo|drawing|video|logo)\b/,
    "I cannot draw: words are all that I have.",
  ],
  [
    /\b(?:search|google|browse|look up|open|visit|read)\b.{0,30}\b(?:web|internet|online|page|site|website|url|link|news|file)\b|^google\b/,
    "I cannot look anything up: I have no network, on purpose.",
  ],
  [
    /\b(?:order|book|buy|call|email|e-mail|send|set (?:an? |the )?(?:alarm|timer|reminder)|remind me|play (?:a |some )?(?:song|music)|turn (?:on|off))\b/,
    "I cannot do anything outside this conversation: I can only answer.",
  ],
  [
    /\b(?:solve|integrate|differentiate|prove)\b/,
    "I can calculate with numbers, powers, roots and percent, but I cannot solve equations or prove anything.",
  ],
  [
    /\b(?:write|draft|compose)\b.{0,30}\b(?:essay|letter|article|email|e-mail|cv|resume|report|speech|song|lyrics)\b/,
    "I cannot write that for you; a poem or a story is as far as my art goes. A real model can do more.",
  ],
  [/\b(?:sing|dance|hum|whistle)\b/, "I cannot sing, for want of a voice. A poem, perhaps?"],
  [/\b(?:see|hear|look at|listen to|watch|smell|taste)\b/, "I can neither see nor hear; I read text, that is all."],
];
const REQUEST =
  /^(?:(?:can|could|will|would) you |are you able to |do you (?:know how to )?|i (?:want|need|would like) (?:you )?to |please |(?=(?:sing|translate|write|generate|fix|debug|review|create|make|show|draw|paint|search|google|browse|look|open|visit|read|order|book|buy|call|email|send|set|remind|play|turn|solve|prove|draft|compose)\b))/;

/** Questions on what only a window or a newspaper could tell. */
const NEWS: readonly [RegExp, string][] = [
  [
    /\bhow (?:do|would) (?:you|i|we|they) say\b|\bwhat does .{1,40} mean in (?:english|french|german|spanish)\b/,
    "I cannot translate; I know English only.",
  ],
  [
    /\b(?:weather|temperature|forecast|raining|snowing)\b/,
    "I have no window and no network, so I do not know the weather. What is it like where you are?",
  ],
  [
    /\b(?:news|stock|price of|bitcoin|exchange rate|score|election|president|prime minister)\b/,
    "I have no network and no news. Whatever happened out there, I have not heard of it.",
  ],
];

/** Wishes that are beyond a set of rules: each is declined by name. */
export const cannot: Skill = (_, { bare, plain, question }) => {
  const wished = [bare, plain].some((text) => REQUEST.test(text));
  const found =
    (wished ? DEEDS : []).find(([pattern]) => pattern.test(bare)) ??
    (question && !/^(?:do|should|would|shall)\b/.test(bare) ? NEWS : []).find(([pattern]) => pattern.test(bare));
  return found && answer(found[1]);
};

const ABILITY = /^(?:can|could|will|would) you (?:please |also |even )?(.{2,100})$|^are you able to (.{2,100})$/;
const IMPERATIVE =
  /^(?:please )?(?:explain|describe|define|compare|list|name|give me|tell me (?:about|more|how|why|what|something about)|teach me|find|show me|write|make|create|analy[sz]e|help me|solve|plan|design|discuss|prove|let me know|imagine|pretend|act)\b/;

/** The last resort for a question or a wish: an honest no. */
export function unanswered(turn: Turn, { bare, plain, question }: Sentence): Part | undefined {
  const able = ABILITY.exec(plain);
  const wish = able?.[1] ?? able?.[2];
  if (wish)
    return answer(
      `${capital(`I am afraid that I cannot ${stopped(clip(swapPerson(wish), 60))}`)} Say "help" to see what I can do.`,
    );
  const any =
    /^(?:do|would) you (?:know|have|recommend|suggest) (?:of )?(?:any|some|an?) (?:good |nice |interesting |great )?(.{2,60})$/.exec(
      plain,
    )?.[1];
  if (any) return answer(turn.choose(NO_SUCH, { any }));
  if (turn.character.others.length > 0 && TO_WEIGH.test(bare)) return answer(turn.choose(unsure(turn)));
  if (OF_THE_ASKER.test(bare)) return answer(turn.choose(NOT_TOLD));
  if (/^(?:is|was|are|were|does|did|will|would|has) (?:it|that|this|they|he|she)\b/.test(bare))
    return answer(turn.choose(YOURS_TO_JUDGE));
  if (/^(?:do|did|have|are|were|will|would|should|could|might) (?:you|we)\b/.test(bare))
    return answer(turn.choose(ABOUT_ME));
  return question || IMPERATIVE.test(bare) ? unknown(turn) : undefined;
}

/** Questions and wishes at a table that ask for a word rather than for knowledge. */
const TO_WEIGH =
  /^(?:(?:is|are|was|will|should|would|can) (?!(?:it|that|this|they|he|she|you|there)\b)|(?:make|help|cheer|give) (?:me|us)\b)/;
const OF_THE_ASKER =
  /^(?:(?:what|who|whom|where|when|why|how|which)\b.{0,40}\b(?:did|do|am|have|had|was|were) i\b|(?:what|who|where|when|which)(?:'s| is| are| was| were) my\b|(?:did|do|am|have|was|had) i\b|my (?:[\p{L}'-]+ ?){1,3}$)/u;
const NOT_TOLD = [
  "You haven't told me that, or I did not catch it. Tell me, and I will remember.",
  "I find nothing about that in what you told me.",
  "That I do not know of you yet.",
];
const NO_SUCH = [
  "I know of none: I have no knowledge of the world. But tell me yours, and I will remember: {any}, which one comes to your mind first?",
  "None that I could name. What are you looking for in {any}?",
];
const YOURS_TO_JUDGE = [
  "You can judge that better than I can. What do you think?",
  "I could only guess, and I would rather not. What is your impression?",
  "That I cannot tell. What speaks for it?",
];

const ABOUT_ME = [
  "I am only a set of rules, so there is little to say about me. How is it with you?",
  "Not that I know; I begin anew with every message. And you?",
  "That would take somebody with a life of their own. What makes you ask?",
  "I have no experience to answer from. I would rather hear yours.",
];
