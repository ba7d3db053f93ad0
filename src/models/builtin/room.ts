import { caseOf } from "./cases.ts";
import { introduction } from "./identity.ts";
import { viewOnLast } from "./opinions.ts";
import { forAnother, mayCall, otherCalled, passedOn, personIn, same } from "./passing.ts";
import { debateOpened, inDebate, isDebate, withoutMentions } from "./round.ts";
import { answer, type Part } from "./skill.ts";
import { listOf, plainOf, stopped } from "./text.ts";
import { subjectOf } from "./topics.ts";
import type { Line, Turn } from "./turn.ts";
import { viewOn } from "./views.ts";
import { VOICES } from "./voices.ts";

/** What is said in a room that concerns the others in it: a debate, a question to pass on, a word from another character. */
export function inRoom(turn: Turn): Part | undefined {
  const { others, handle } = turn.character;
  if (others.length === 0 || handle === undefined) return undefined;
  const speaker = turn.line.speaker;
  if (speaker && otherCalled(turn, speaker)) return toOther(turn, speaker);
  return aboutTheRoom(turn) ?? debateOpened(turn) ?? followedUp(turn) ?? passedOn(turn) ?? forAnother(turn);
}

const FOLLOW_UP =
  /^(?:and |so |what about |how about )*(?:(?:do|would|don't) you (?:dis)?agree(?: with .{1,30})?|you|yourself|your (?:opinion|view|take)|what (?:do|would) you (?:say|think)(?: (?:to|of|about) (?:that|this|it))?|why(?: not)?|how so|is that (?:so|true|right)|what's your (?:view|take|opinion)(?: on (?:that|this|it))?)$/;

/** Only called by name, or asked "and you?": it is about what was asked before. */
function followedUp(turn: Turn): Part | undefined {
  const { handle = "", front } = turn.character;
  const plain = plainOf(turn.line.read).replace(new RegExp(`,? ${handle.toLowerCase()}$`), "");
  if (plain === "" && turn.mentioned) return viewOnLast(turn) ?? answer(turn.choose(CALLED));
  const meant = turn.line.addressed || front || same(plain, plainOf(turn.line.read)) === false;
  return FOLLOW_UP.test(plain) && meant ? viewOnLast(turn) : undefined;
}

const CALLED = ["Yes? I am listening.", "I am here. What is it?"];

/**
 * The turn to answer where another hands a person's question on: that of the person. A greeting, a message to deliver and a
 * debate are the other's own words.
 */
export function handedOn(turn: Turn): Turn | undefined {
  const speaker = turn.line.speaker;
  if (!speaker || !turn.mentioned || !otherCalled(turn, speaker)) return undefined;
  if (/^hello @|\bwould like you to know\b|\byou are asked to speak\b/i.test(turn.line.raw)) return undefined;
  const asking = request(turn);
  const answered = turn.before.slice(asking ? turn.before.indexOf(asking) : 0).some(({ role }) => role === "assistant");
  return asking && !answered && !isDebate(asking) ? turn.instead(asking) : undefined;
}

/** The line of a person by which the present exchange was set going. */
const request = (turn: Turn): Line | undefined =>
  turn.before.findLast((line) => line.role === "user" && !otherCalled(turn, line.speaker ?? ""));

/** An answer to another character, from this one's side; while a debate is on, the word goes back by a mention. */
function toOther(turn: Turn, speaker: string): Part {
  const { stance } = turn.character;
  const theirs = withoutMentions(turn.line.read);
  const asking = request(turn);
  if (asking && isDebate(asking)) return answer(inDebate(turn, asking, speaker));
  if (/^(?:hello|hi|hey|ahoy|welcome|good (?:morning|afternoon|evening))\b/i.test(theirs) && theirs.length < 160)
    return answer(`Hello, ${speaker}! ${turn.choose(VOICES[stance].welcome)}`);
  if (/\bwould like you to know\b/.test(theirs))
    return answer(turn.choose(DELIVERED[stance] ?? DELIVERED_ANY, { other: speaker }));
  const found = caseOf(theirs);
  const view = found && viewOn(turn, found);
  if (view) return view;
  const subject = subjectOf(theirs.replace(/\bover to you:?/i, "")) ?? "that";
  const topic = isName(turn, subject) ? "that" : subject;
  const wants = /\?|\b(?:would like to know|we would like to hear|over to you)\b/.test(theirs);
  return answer(turn.choose(wants ? VOICES[stance].opinion : VOICES[stance].reflect, { topic }));
}

const DELIVERED: Readonly<Record<string, readonly string[]>> = {
  optimist: ["Is that so? Then I take it with me, and look for the good in it. Thank you, {other}."],
  sceptic: ["I hear it, {other}, and I note who said it. How do they know?"],
};
const DELIVERED_ANY = ["Thank you for passing that on, {other}."];

const isName = ({ before, line, character }: Turn, word: string): boolean =>
  [character.handle, ...character.others, line.speaker, ...before.map(({ speaker }) => speaker)].some((one) =>
    same(word, one),
  );

type Question = { pattern: RegExp; tell(turn: Turn, match: RegExpExecArray): string | undefined };

/** Questions on the room and those in it, and who answers them: a host for all, others for themselves. */
const QUESTIONS: readonly Question[] = [
  {
    pattern:
      /^(?:who(?: else)?|which (?:agents?|others?|characters?|people)) (?:is|are|else is) (?:here|there|around|in (?:this|the) (?:room|world))\b|^who (?:are|is) (?:everyone|everybody|you all|you (?:guys|people)|all of you|who)\b|^who(?:m)? (?:can|could|should) i (?:talk|speak) (?:to|with)\b|^am i alone\b/,
    tell: (turn) => `${selfIn(turn)} ${company(turn)} ${howToCall(turn)}`,
  },
  {
    pattern:
      /^(?:and )?(?:who|what)(?:'s| is| are) @?([\w-]+)(?: like)?$|^(?:tell (?:me|us) (?:something )?about|introduce) @?([\w-]+)$/,
    tell: (turn, [, one = "", other = ""]) => whoIs(turn, one || other),
  },
  {
    pattern:
      /^(?:(?:can|could) (?:you all|everyone|everybody|all of you) )?(?:please )?introduce (?:yourselves|everyone|everybody|the others)\b|^(?:can|could) you all introduce yourselves/,
    tell: (turn) => (speaksForAll(turn) ? `${introduction(turn)} ${company(turn)}` : introduction(turn)),
  },
  {
    pattern:
      /^(?:what(?:'s| is)|where am i|tell me about|describe) ?(?:this|the|in this)? ?(?:place|room|world|here|table)?$|^what (?:is )?(?:going on|happening|happens|do you (?:all )?do) here$|^where (?:am i|are we)$/,
    tell: (turn) => (speaksForAll(turn) ? `${placeOf(turn)} ${company(turn)} ${howToCall(turn)}` : placeOf(turn)),
  },
  {
    pattern:
      /^(?:help|help me|menu|commands|options|how does (?:this|it) work(?: here)?|what can (?:you(?: all)?|i|we|one) (?:do|ask|talk about|say)(?: here| with you| for me| you)?|how can (?:you help|i use you)(?: me)?|what (?:should|could|shall) (?:i|we) (?:ask|say|try|talk about)(?: you| here| now)?|(?:what are )?your (?:skills|abilities))$/,
    tell: (turn) => (speaksForAll(turn) ? helpIn(turn) : ownHelp(turn)),
  },
  {
    pattern:
      /^(?:i (?:want|would like|'d like|need) to|i'd like to|can i|may i|could i|let me) (?:talk|speak|chat) (?:to|with) @?([\w-]+)$/,
    tell: (turn, [, name = ""]) => wishedFor(turn, name),
  },
  {
    pattern: /^i (?:(?:totally |really )?disagree|(?:do not|don't) agree) with @?([\w-]+)/,
    tell: (turn, [, name = ""]) => disagreed(turn, name),
  },
  {
    pattern:
      /^(?:so |and )?who (?:do you think )?(?:has )?(?:won|wins|is (?:right|winning)|was right|(?:had|has) the better (?:arguments?|points?)|convinced you)\b/,
    tell: (turn) => turn.choose(WINNERS[turn.character.stance] ?? ANY_WINNER),
  },
];

function aboutTheRoom(turn: Turn): Part | undefined {
  const only = turn.sentences.length === 1 ? turn.sentences[0] : undefined;
  for (const { pattern, tell } of only ? QUESTIONS : []) {
    const match = pattern.exec(only?.bare ?? "") ?? pattern.exec(only?.plain ?? "");
    const told = match && tell(turn, match);
    if (told) return answer(told);
  }
  return undefined;
}

const speaksForAll = ({ character, mentioned }: Turn): boolean => character.stance === "host" || mentioned;

/** "With me are Otto (an optimist) and Vera (a sceptic)." */
export function company({ character: { others, roles } }: Turn): string {
  const each = others.map((one) => {
    const role = roles[one.toLowerCase()];
    return role ? `${one} (${role})` : one;
  });
  return `With me ${others.length === 1 ? "is" : "are"} ${listOf(each)}.`;
}

/** "I am Hanna, the host." */
export const selfIn = (turn: Turn): string => introduction(turn).split(" I am played")[0] ?? "";

const howToCall = ({ character: { others } }: Turn): string =>
  `Begin a message with \`@${others[0]}\` to hear ${others[0]}${others[1] ? `, or have them talk: \`@${others[0]}, @${others[1]}: discuss remote work\`` : ""}.`;

function whoIs(turn: Turn, name: string): string | undefined {
  const other = otherCalled(turn, name);
  if (same(name, turn.character.handle)) return introduction(turn);
  if (!other) return undefined;
  const role = turn.character.roles[other.toLowerCase()];
  return `${other} ${role ? `is ${role}` : "is here with us"}. Begin a message with \`@${other}\`, and you will hear it from ${other} in person.`;
}

function placeOf({ character: { room } }: Turn): string {
  const called = room?.title
    ? `This is ${/^the /i.test(room.title) ? room.title.replace(/^T/, "t") : room.title}`
    : "This is a room for conversation";
  return `${stopped(called)}${room?.about ? ` ${stopped(room.about)}` : ""}`;
}

function helpIn(turn: Turn): string {
  const [first = "", second] = turn.character.others;
  const debate = second ? `\n- **A debate**: \`@${first}, @${second}: discuss whether cats are better than dogs\`` : "";
  return `${selfIn(turn)} ${company(turn)} This is what you can try:

- **A question for everybody**: "What do you think of the four-day week?"
- **One of us by name**: \`@${second ?? first}, what do you think of that?\`${debate}
- **Something about yourself**: "My name is Ada and I like tea", and later "What do I like?"
- **Small things**: a joke, a poem about the sea, "What is 15% of 80?", "How many days until Christmas?"

We are played by rules in the server itself; with a real model behind us we would know the world, too.`;
}

const ownHelp = (turn: Turn): string =>
  `From me you can have my view: ask me what I think of something. I also remember what you tell us. ${turn.choose(VOICES[turn.character.stance].welcome)}`;

function wishedFor(turn: Turn, name: string): string | undefined {
  if (same(name, turn.character.handle)) return `Here I am. ${turn.choose(VOICES[turn.character.stance].welcome)}`;
  const other = otherCalled(turn, name);
  if (!other) return undefined;
  return mayCall(turn) ? `@${other}, ${personIn(turn)} would like to talk to you.` : `I leave you to ${other}.`;
}

function disagreed(turn: Turn, name: string): string | undefined {
  const { handle, stance } = turn.character;
  if (same(name, handle) || (name === "you" && turn.line.addressed))
    return turn.choose(DISAGREED[stance] ?? DISAGREED_ANY);
  const other = otherCalled(turn, name);
  return other && mayCall(turn)
    ? `@${other}, ${personIn(turn)} does not agree with you. What do you say to that?`
    : undefined;
}

const DISAGREED: Readonly<Record<string, readonly string[]>> = {
  optimist: ["Good! One learns little from those who nod. Where exactly do I lose you?"],
  sceptic: ["Excellent. Tell me which part, and how one could find out who of us is right."],
};
const DISAGREED_ANY = ["Then tell me where you see it otherwise."];

const WINNERS: Readonly<Record<string, readonly string[]>> = {
  host: [
    "I keep no score, and that is why they come back. Who convinced you?",
    "If I named a winner, I would have to eat alone tomorrow. Which argument stays with you?",
  ],
  optimist: ["We both did, I would say: each of us has one thought more than before. Which one do you take home?"],
  sceptic: ["Nobody has, as far as I can see: no claim was tested. Which argument would you test first?"],
};
const ANY_WINNER = ["That is for you to say. Who convinced you?"];
