import { answer, type Skill } from "./skill.ts";
import type { Turn } from "./turn.ts";

/** The games that an earlier question of ours offered, and what a "yes" to it asks for. */
const OFFERS: readonly [RegExp, string][] = [
  [
    /[Aa]nother one\?$|Shall I go on\?$|"another one", (?:if you would like one more|and I will tell the next)\.$/,
    "another one",
  ],
  [/Would you like to hear a joke, or a curious fact\?$/, "tell me a joke"],
  [/Shall I tell you a (?:long )?story\b/, "tell me a short story"],
  [/I can tell you a joke, a curious fact or a long story/, "tell me a joke"],
];

/** What "yes, please" stands for after an offer. */
export function acceptedOffer(turn: Turn, bare: string): string | undefined {
  if (
    !/^(?:yes|yeah|yep|yup|sure|please(?: do)?|ok(?:ay)?|go (?:on|ahead)|do it|why not|of course|gladly|with pleasure|absolutely|definitely|continue|yes,? please|yes (?:do|go on|of course)|a (?:joke|fact|story))(?: please)?$/.test(
      bare,
    )
  )
    return undefined;
  const wish = /^a (joke|fact|story)/.exec(bare)?.[1];
  if (wish) return `tell me a ${wish}`;
  const last = turn.mine[0]?.trim() ?? "";
  return OFFERS.find(([pattern]) => pattern.test(last))?.[1];
}

const YES =
  /^(?:yes|yeah|yep|yup|sure|of course|absolutely|definitely|certainly|indeed|i (?:(?:do|did|am|was|have|think so|guess so|would|can|could|will)(?: too| indeed)?$|really do)|aye|very much(?: so)?|right|exactly|correct|true|(?:maybe|perhaps|possibly|probably|sometimes|a (?:bit|little))$)\b/;

const NO =
  /^(?:no|nope|nah|not (?:really|at all|yet|now|much|today)|never|i (?:don't|do not|didn't|am not|haven't|won't|can't)|not that i know)$/;

/** A bare yes or no after a question of ours. */
export const yesOrNo: Skill = (turn, { plain }) => {
  if (plain.split(" ").length > 4 || !/\?\s*$/.test(turn.mine[0] ?? "")) return undefined;
  const subject = turn.asked.at(-1)?.read.includes("?") === false ? "Tell me more, then." : "And why is that?";
  if (NO.test(plain))
    return answer(
      turn.choose([
        "I see. What is it instead?",
        "All right. Then tell me what you would rather talk about.",
        "No is an answer, too. What makes you say so?",
        "Understood. Is there more behind that?",
      ]),
    );
  if (!YES.test(plain)) return undefined;
  if (/^(?:maybe|perhaps|possibly|probably|sometimes|a (?:bit|little))/.test(plain))
    return answer(
      turn.choose([
        "What does it depend on?",
        "What speaks for it, and what against?",
        "When would it be a clear yes?",
      ]),
    );
  return answer(
    turn.choose([
      `Good. ${subject}`,
      "I thought so. What follows from it for you?",
      "Then we have a beginning. Would you give me an example?",
      "Yes is a good start. Please go on.",
    ]),
  );
};
