import type { Stance } from "./character.ts";
import { otherCalled, same } from "./passing.ts";
import { answer, type Part } from "./skill.ts";
import { clip, quoted } from "./text.ts";
import { caseIn, doing, themeOf } from "./themes.ts";
import type { Turn } from "./turn.ts";
import { notAGame, viewOn } from "./views.ts";

/** What a character says of the words of another in the room, and to somebody who wants to be convinced. */

type Bank = Readonly<Partial<Record<Stance, readonly string[]>>> & { plain: readonly string[] };

const of = (turn: Turn, bank: Bank): readonly string[] => bank[turn.character.stance] ?? bank.plain;

const SAYS =
  /^(?:but |so |and |well,? )?@?([\w-]{1,64}) (?:(?:just |also |always )?(?:says|said|thinks|claims|told (?:me|us)|believes|finds|complains|argues|writes)|is (?:sure|convinced))(?: that)? (.{2,200})$/i;
const AGREES =
  /^(?:so |and |but )?(?:do|would|can|don't) you (?:really |also |ever )?(?:dis)?agree with (?:what )?@?([\w-]{1,64})(?: (?:says|said|thinks))?(?: (?:about|on|there|here) .{1,60})?$|^(?:so |and )?what do you (?:think|say|make) (?:of|about|to) (?:what )?@?([\w-]{1,64})(?:'s (?:answer|view|opinion|point|idea|argument|words|reply)| (?:just )?(?:says|said|thinks))$|^(?:is|was) @?([\w-]{1,64}) (?:right|wrong)(?: (?:about|on|there) .{1,60})?$/i;
const CONVINCE =
  /^(?:please |so |now |and )*(?:can you |could you |would you |try to )?(?:please )?(?:convince|persuade|talk) me (?:(to|into|out of|of|that|why) )?(.{2,120})$/i;

/** "Otto says you are too strict", "Do you agree with Vera?", "Convince me to stop smoking". */
export function hearsay(turn: Turn): Part | undefined {
  for (const { text, bare } of turn.sentences.slice(0, 6)) {
    const words = text.replace(/[?.!\s]+$/, "");
    const part = reported(turn, words) ?? agreed(turn, bare) ?? convincing(turn, bare, text);
    if (part) return part;
  }
  return undefined;
}

function reported(turn: Turn, words: string): Part | undefined {
  const [, name = "", what = ""] = SAYS.exec(words) ?? [];
  const other = otherCalled(turn, name);
  if (!other) return undefined;
  const refused = notAGame(turn, what);
  if (refused) return refused;
  if (/\b(?:you|you're|your)\b/i.test(what)) return answer(turn.choose(of(turn, OF_ME), { other }));
  return side(turn, what) ?? answer(turn.choose(of(turn, OF_WORDS), { other, quote: quoted(what, 80) }));
}

/** Whether this one agrees with another: with what that one said last. */
function agreed(turn: Turn, bare: string): Part | undefined {
  const match = AGREES.exec(bare);
  const other = otherCalled(turn, match?.[1] ?? match?.[2] ?? match?.[3] ?? "");
  if (!other) return undefined;
  const last = turn.before.findLast(({ speaker }) => same(other, speaker));
  const view = last && side(turn, last.read);
  const lead = turn.choose(of(turn, AGREEING), { other });
  return answer(view ? `${lead} ${view.text}` : `${lead} ${turn.choose(of(turn, ASKING), { other })}`);
}

/** This character's own side of what a text is about, where people argue about it. */
function side(turn: Turn, text: string): Part | undefined {
  const found = caseIn(text);
  return found && viewOn(turn, found);
}

function convincing(turn: Turn, bare: string, text: string): Part | undefined {
  const [, way = "", what = ""] = CONVINCE.exec(bare) ?? [];
  if (!what) return undefined;
  const refused = notAGame(turn, text);
  if (refused) return refused;
  const topic = way === "to" ? doing(what) : /^(?:into|of|out of)$/.test(way) ? clip(what, 60) : themeOf(text);
  const view = way === "to" ? undefined : side(turn, what);
  if (view) return view;
  return answer(topic ? turn.choose(of(turn, CONVINCING), { topic }) : turn.choose(of(turn, ASKING)));
}

/** A word that is spoken of this character by another. */
const OF_ME: Bank = {
  plain: [
    "{Other} may be right about that. How do you see it?",
    "That {other} says so gives me something to think about.",
  ],
  host: [
    "{Other} says what the others only think, and so I listen. Do you see it, too?",
    "I take that from {other} as I take it from every guest: with thanks, and with a second cup.",
  ],
  optimist: [
    "If {other} says so, there is something in it, and I can only get better! What would you say?",
    "Ha, that sounds like {other}! I take it as a compliment. How do I seem to you?",
  ],
  sceptic: [
    "{Other} may well be right; I would want an example before I believe it, even of myself. Do you have one?",
    "That is one witness. What have you seen of it yourself?",
  ],
};
const OF_WORDS: Bank = {
  plain: ["{Other} says {quote}, and I have nothing better to set against it. What do you think?"],
  host: ["{quote}: that sounds like {other}. I would like to hear how you see it."],
  optimist: [
    "{quote}, says {other}? I would always look for what is good in it first. What do you hear in it?",
    "There is more to it than that, I am sure; but {other} did not say it without a reason. How do you see it?",
  ],
  sceptic: [
    "{quote}: I would ask {other} how that is known. What do you think?",
    "That {other} says it makes it no truer, and no less true. What speaks for it?",
  ],
};
const AGREEING: Bank = {
  plain: ["Not in everything."],
  host: ["I agree with all my guests by turns.", "A host agrees with {other} until the next one speaks."],
  optimist: ["With the care, yes; with the worries, seldom.", "More often than {other} would admit!"],
  sceptic: ["In part, which is much for me.", "I would like to, and then I look twice."],
};
/** Where nothing is known that one could speak to: true of anything, and a question back. */
const ASKING: Bank = {
  plain: ["What do you think about it yourself?", "What would be the best reason for it, as you see it?"],
  host: ["What is it that you would like to hear more about?", "Whom do you find more convincing so far?"],
  optimist: ["What would you like it to be?", "Tell me which part you mean, and I will find the good in it!"],
  sceptic: [
    "Which claim do you mean? I would look at one at a time.",
    "What is the best reason that you have heard so far?",
  ],
};
const CONVINCING: Bank = {
  plain: ["I can only help you to ask: what would {topic} give you that you do not have now, and what would it cost?"],
  host: [
    "Nobody is talked into anything at my table. But tell us: what draws you to {topic}, and what holds you back?",
  ],
  optimist: [
    "Gladly! Picture yourself a year from now, with {topic} behind you. What does that morning look like? And what would be the first small step?",
    "You have asked, and so half of you wants it already. What would be the first good day after {topic}?",
  ],
  sceptic: [
    "I am a poor salesman, but I can ask. What would have to happen so that you regret {topic}? And what if you do not try?",
    "I convince nobody, but I like a test: give {topic} a month, and write down beforehand what you expect. What do you expect?",
  ],
};
