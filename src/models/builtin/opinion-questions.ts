/** How people ask for a view, for advice or for a taste. */

/** Where the answer comes from. */
export type Bank = "opinion" | "advice" | "liking" | "favourite";
type OpinionQuestion = { pattern: RegExp; bank: Bank; subject(match: readonly (string | undefined)[]): string };

const first = (match: readonly (string | undefined)[]): string => match[1] ?? "";
const either = (match: readonly (string | undefined)[]): string =>
  `${match[1]?.replace(/^(?:which is |what is |what's )?(?:better|worse|best|nicer|healthier)[:,]? /, "")} or ${match[2]}`;
/** "tea better than coffee" is about "tea or coffee", "the moon beautiful" about "the moon". */
function judged(match: readonly (string | undefined)[]): string {
  const clause = first(match).replace(/^(?:it (?:true )?that |the (?=(?:best|worst|right)\b))/, "");
  const compared =
    /^(.{1,60}?)(?: is| are)? (?:really |much |also )?(?:better|worse|nicer|\w+er|more \w+|less \w+) than (.{1,60})$/.exec(
      clause,
    );
  if (compared) return `${compared[1]} or ${compared[2]}`;
  return clause
    .replace(/ (?:really )?(?:matters?|works?|helps?|exists?)$/, "")
    .replace(
      / (?:is |are |was |will be )?(?:really |very |a |an |so |too |still |just )*(?:good|bad|healthy|worth|overrated|fair|dangerous|useful|important|beautiful|fun|moral|ethical|right|wrong|the best|better|worse)\b.*$/,
      "",
    );
}

export const EITHER = /^(.{2,60}) or (.{2,60})$/;

// In the order in which they are tried.
export const OPINION_QUESTIONS: readonly OpinionQuestion[] = [
  {
    pattern:
      /^(?:so )?(?:what (?:do|would|did|does) (?:you|everyone|everybody|the others|y'all|you all|you both) (?:think|say|make|feel|reckon|believe)|what(?:'s| is| are) your (?:opinions?|views?|take|thoughts|stance|position|idea)|how do you (?:feel|think)|what are your (?:thoughts|views)|give me your (?:opinion|view|take)|share your (?:opinion|view|thoughts)|your (?:opinion|view|thoughts|take)|thoughts|any thoughts)(?: (?:about|of|on|regarding|to|towards?))? ?(.{0,160})$/,
    bank: "opinion",
    subject: first,
  },
  {
    pattern:
      /^do you (?:really |also |even )?(?:like|love|enjoy|prefer|hate|believe in|agree with|trust|support|want|approve of|care about) (.{2,160})$/,
    bank: "liking",
    subject: first,
  },
  { pattern: /^what(?:'s| is) your (?:favou?rite) (.{2,80})$/, bank: "favourite", subject: first },
  {
    pattern:
      /^(?:(?:whether |if )(?:i|we) should|should (?:i|we|one|people)|would you advise(?: me)? to|shall i|is it (?:wise|smart|a good idea) (?:for me )?to|do you think (?:i|we) should|ought i to|may i|how (?:should|can|could|do) i (?:decide|choose)) (.{2,160})$/,
    bank: "advice",
    subject: first,
  },
  {
    pattern: /^(?:do you (?:think|believe|agree)|would you (?:say|agree))(?: that)? (.{2,160})$/,
    bank: "opinion",
    subject: judged,
  },
  { pattern: EITHER, bank: "opinion", subject: either },
  {
    pattern:
      /^(?:which is|what is|what's|who is|who's|is|are) (?!(?:the )?(?:best|worst|right|wrong)\b)(.{2,100}\b(?:better|\w+er than|more \w+ than|less \w+ than|worse|best|good|bad|healthy|worth|overrated|fair|dangerous|useful|important|beautiful|fun|moral|ethical|right|wrong)\b.{0,100})$/,
    bank: "opinion",
    subject: judged,
  },
  {
    pattern:
      /^(?:what (?:should|can|could|would|shall) (?:i|you|we) (?:do|say|try|choose|cook|wear|eat|buy|read|watch|learn)|(?:can|could) you (?:advise|recommend|suggest)|do you have (?:any |some )?(?:advice|tips?|recommendations?|suggestions?)|give me (?:some |your )?(?:advice|tips?)|any (?:advice|tips?|ideas?|suggestions?)|(?:what|how) (?:would|do|should) you (?:advise|recommend|suggest|decide)|recommend|suggest|i need (?:some |your )?(?:advice|help))(?: (?:me|for|on|about|to|with|if|when))? ?(.{0,160})$/,
    bank: "advice",
    subject: first,
  },
];
