import { anyCase } from "./cases.ts";
import { hearsay } from "./hearsay.ts";
import { withoutMentions, withoutNames } from "./matter.ts";
import { viewOnLast } from "./opinions.ts";
import { forAnother, otherCalled, passedOn, same } from "./passing.ts";
import { debateOpened, inDebate, isDebate } from "./round.ts";
import { answer, type Part } from "./skill.ts";
import { aboutTheRoom } from "./table-talk.ts";
import { plainOf } from "./text.ts";
import { caseIn, themeOf } from "./themes.ts";
import type { Line, Turn } from "./turn.ts";
import { viewOn } from "./views.ts";
import { VOICES } from "./voices.ts";

/** What is said in a room that concerns the others in it: a debate, a question to pass on, a word from another character. */
export function inRoom(turn: Turn): Part | undefined {
  const { others, handle } = turn.character;
  if (others.length === 0 || handle === undefined) return undefined;
  const speaker = turn.line.speaker;
  if (speaker && otherCalled(turn, speaker)) return toOther(turn, speaker);
  return (
    aboutTheRoom(turn) ?? hearsay(turn) ?? debateOpened(turn) ?? followedUp(turn) ?? passedOn(turn) ?? forAnother(turn)
  );
}

const FOLLOW_UP =
  /^(?:and |so |but |what about |how about |interesting,? |okay,? |ok,? |hm+,? )*(?:why do you (?:say|think|believe) (?:that|so|this|it)|(?:do|would|don't) you (?:dis)?agree(?: with .{1,30})?|you|yourself|your (?:opinion|view|take)|what (?:do|would) you (?:say|think)(?: (?:to|of|about) (?:that|this|it))?|why(?: not)?|how so|what's your (?:view|take|opinion)(?: on (?:that|this|it))?)$/;

/** Only called by name, or asked "and you?": it is about what was asked before. */
function followedUp(turn: Turn): Part | undefined {
  const { handle = "", front } = turn.character;
  const plain = plainOf(turn.line.read).replace(new RegExp(`,? ${handle.toLowerCase()}$`), "");
  if (plain === "" && turn.mentioned) return viewOnLast(turn) ?? answer(turn.choose(CALLED));
  if (TRUE.test(plain) && turn.mentioned) return answer(turn.choose(WHETHER[turn.character.stance] ?? ANY_WHETHER));
  const meant = turn.line.addressed || front || same(plain, plainOf(turn.line.read)) === false;
  return FOLLOW_UP.test(plain) && meant ? viewOnLast(turn) : undefined;
}

const TRUE = /^(?:and |so |but )?is (?:that|this|it) (?:really |actually )?(?:so|true|right|correct)$/;
const WHETHER: Readonly<Record<string, readonly string[]>> = {
  sceptic: [
    "I would look it up before I repeat it. What speaks for it, to your mind?",
    "It may be. How could one find out?",
  ],
  optimist: ["I would like it to be, and that is no proof, I admit. What do you think?"],
};
const ANY_WHETHER = ["I would not swear to it. What do you think yourself?"];

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
  const asked = withoutNames(turn, withoutMentions(asking?.read ?? ""));
  const topic = [theirs, asked].map(themeOf).find((theme) => theme && !isName(turn, theme));
  if (!topic) return answer(turn.choose(VOICES[stance].welcome));
  const found = caseIn(theirs) ?? caseIn(asked) ?? anyCase(topic);
  const view = found && viewOn(turn, found);
  if (view) return view;
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
