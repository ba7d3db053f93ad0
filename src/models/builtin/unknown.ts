import { answer, type Part, type Skill } from "./skill.ts";
import { capital, clip, stopped, swapPerson } from "./text.ts";
import type { Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

const CONNECT =
  'I have no knowledge of the world, and I would rather say so than make something up. For such questions connect a real model, for example: `CHATWAIT_MODEL=ollama:llama3.2 npm start` (or ask me "How do I use a real model?").';
const SHORTER = [
  "As I said, I know nothing of the world beyond this conversation; a real model would.",
  "That takes knowledge of the world, which I do not have. A model connected by `CHATWAIT_MODEL` does.",
  "I only know what you tell me, the calendar and numbers. What do you know about it yourself?",
  "That is a question for a real model, or for a library.",
];

/** Says honestly that it does not know; how to have it known the first time only. */
export function unknown(turn: Turn): Part {
  const lead = turn.choose(VOICES[turn.character.stance].unknown);
  const explained = turn.mine.some((text) => text.includes("CHATWAIT_MODEL"));
  return answer(`${lead} ${explained ? turn.choose(SHORTER) : CONNECT}`);
}

const CANNOT: readonly [RegExp, string][] = [
  [
    /\btranslat|\bhow do (?:you|i|we) say\b|\bin (?:french|german|spanish|italian|japanese|chinese|latin)\b/,
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
    /\b(?:weather|temperature|forecast)\b/,
    "I have no window and no network, so I do not know the weather. What is it like where you are?",
  ],
  [
    /\b(?:news|stock|price|bitcoin|exchange rate|score|election|president|prime minister)\b/,
    "I have no network and no news. Whatever happened out there, I have not heard of it.",
  ],
  [
    /\b(?:order|book|buy|call|email|e-mail|send|set (?:an? )?(?:alarm|timer|reminder)|remind me|play (?:a |some )?(?:song|music)|turn (?:on|off))\b/,
    "I cannot do anything outside this conversation: I can only answer.",
  ],
  [
    /\b(?:solve|integrate|derivative|equation|prove|theorem)\b/,
    "I can calculate with numbers, powers, roots and percent, but I cannot solve equations or prove anything.",
  ],
  [/\b(?:see|hear|look at|listen to)\b/, "I can neither see nor hear; I read text, that is all."],
];

/** Wishes that are beyond a set of rules: each is declined by name. */
export const cannot: Skill = (turn, { bare, question }) => {
  if (
    !question &&
    !/^(?:please )?(?:translate|write|generate|fix|debug|review|create|make|show|draw|paint|search|google|browse|look|open|visit|read|order|book|buy|call|email|send|set|remind|play|turn|solve|prove|give|find|what|i need|i want)\b/.test(
      bare,
    )
  )
    return undefined;
  const found = CANNOT.find(([pattern]) => pattern.test(bare));
  return (
    found &&
    answer(
      found[1] +
        (turn.mine.length === 0 && /network|write|translate/.test(found[1])
          ? " A real model can do more: ask me how to connect one."
          : ""),
    )
  );
};

const ABILITY = /^(?:can|could|will|would) you (?:please |also |even )?(.{2,100})$|^are you able to (.{2,100})$/;
const IMPERATIVE =
  /^(?:please )?(?:explain|describe|define|compare|list|name|give me|tell me (?:about|more|how|why|what|something about)|teach me|find|show me|write|make|create|analy[sz]e|help me|solve|plan|design|discuss|prove|let me know|imagine|pretend|act)\b/;

/** The last resort for a question or a wish: an honest no. */
export function unanswered(turn: Turn, bare: string, question: boolean): Part | undefined {
  const able = ABILITY.exec(bare);
  const wish = able?.[1] ?? able?.[2];
  if (wish)
    return answer(
      `${capital(`I am afraid that I cannot ${stopped(clip(swapPerson(wish), 60))}`)} Say "help" to see what I can do.`,
    );
  if (/^(?:do|did|have|are|were|will|would|should|could|might) (?:you|we)\b/.test(bare))
    return answer(turn.choose(ABOUT_ME));
  return question || IMPERATIVE.test(bare) ? unknown(turn) : undefined;
}

const ABOUT_ME = [
  "I am only a set of rules, so there is little to say about me. How is it with you?",
  "Not that I know; I begin anew with every message. And you?",
  "That would take somebody with a life of their own. What makes you ask?",
  "I have no experience to answer from. I would rather hear yours.",
];
