import type { Stance } from "./character.ts";
import { VOICES } from "./voices.ts";

/** What the other side is after, and what each stance says to it. `{s}`, `{is}`, `{it}` … follow the number of the topic. */
type Move = { asks: RegExp; says: Partial<Record<Stance, readonly string[]>> };

// In the order in which they are looked for in the other's words.
const MOVES: readonly Move[] = [
  {
    asks: /\bin one sentence|last round|should remember\b/,
    says: {
      optimist: [
        "In one sentence: {topic} {is} worth it, because somebody always finds joy in {it}. And yours, @{other}?",
      ],
      sceptic: [
        "In one sentence: treat what is said about {topic} as a guess until it has survived a test. Do you object, @{other}?",
      ],
    },
  },
  {
    asks: /\bpredict\b/,
    says: {
      optimist: [
        "I predict smiles, @{other}, and bet a cake on it! How shall we measure a smile?",
        "I predict that we would all be glad to have tried, @{other}. What do you predict?",
      ],
      sceptic: [
        "I predict that both sides will claim to have won, @{other}. How do we prevent that?",
        "I predict less than you hope and more than I fear, @{other}. Is that a claim that you would sign?",
      ],
    },
  },
  {
    asks: /\b(?:what (?:exactly )?do you claim|your claim)\b/,
    says: {
      optimist: [
        "What I claim, @{other}: {topic} can make an ordinary day lighter. No more than that; but is that little?",
      ],
      sceptic: [
        "I claim nothing, @{other}; that is the comfort of my trade. Whoever praises {topic} has to show it. Will you?",
      ],
    },
  },
  {
    asks: /\b(?:prevent|measure|survived a test|object|sign|accept one)\b/,
    says: {
      optimist: [
        "Agreed, @{other}, let us test it honestly! And if {topic} win{s}, will you celebrate with me?",
        "No objection, @{other}: all good things began as guesses. What would you need to see of {topic}?",
      ],
      sceptic: [
        "We write the result down before we look, @{other}. If {topic} fail{s} then, do you give in?",
        "Count days, not smiles, @{other}; smiles are easily given. Which number would convince you of the contrary?",
      ],
    },
  },
  {
    asks: /\bchange (?:your|my) mind|opposite|counterexample\b/,
    says: {
      optimist: [
        "What would change my mind? If nobody was glad of {topic} any more, @{other}; and I see no sign of it. What would change yours?",
      ],
      sceptic: [
        "What would change my mind is simple: a fair test, with the outcome fixed beforehand. Would you accept one, @{other}, even if {topic} lost?",
      ],
    },
  },
  {
    asks: /\b(?:evidence|proofs?|prove|strongest fact|best piece|tested|one case|an example|concrete|one example|examples?)\b/,
    says: {
      optimist: [
        "Evidence, @{other}? We were asked about {topic} just now. Nobody brings up what has nothing to it! Is that not a beginning of a proof?",
        "My proof walks about on two legs, @{other}: everyone who tried {topic} once and came back for more. What do you say to them?",
        "One case, @{other}: somebody was having a grey week, and it was {topic} that made Thursday bearable. Do you not know such a Thursday?",
      ],
      sceptic: [
        "The burden lies with whoever makes the claim, @{other}, and I make none about {topic}. So, what have you got?",
        "One example is a story, @{other}. I have heard of as many that went wrong with {topic}. How do we decide between our stories?",
        "That people bring {it} up shows that {topic} get{s} talked about, @{other}, not that {they} hold{s} what {they} promise{s}. What does?",
      ],
    },
  },
  {
    asks: /\b(?:costs?|pays?|give up|price)\b/,
    says: {
      optimist: [
        "It costs something, @{other}, as all good things do. But ask those who paid whether they want {topic} taken away again! Would you?",
      ],
      sceptic: [
        "Those who have paid for {topic} are the last to admit that it was too much, @{other}. Who has asked the others?",
      ],
    },
  },
  {
    asks: /\b(?:compared|without|wake up|which world)\b/,
    says: {
      optimist: [
        "Things might have gone as well without, you say, @{other}; they might also have been much duller. In which world would you rather wake up: with {topic} or without?",
      ],
      sceptic: [
        "Where I would like to wake up tells you what I wish, @{other}, and not what is so. What do we know about {topic} that is no wish?",
      ],
    },
  },
  {
    asks: /\b(?:numbers?|counted honestly)\b/,
    says: {
      optimist: [
        "Here is one, @{other}: the number of those who bring up {topic} of their own accord. Is that not worth something?",
      ],
      sceptic: [
        "A number without its question is decoration, @{other}. What was asked, and whom did they ask about {topic}?",
      ],
    },
  },
  {
    asks: /\b(?:counted|bad ones|went wrong|fails?|failed|mistak\w+|luck|stories)\b/,
    says: {
      optimist: [
        "I count the failures too, @{other}: each of them showed somebody how to do it better. Which one taught you something about {topic}?",
        "Luck, @{other}? Then it is the kind that meets people who try. What have you tried with {topic} yourself?",
      ],
      sceptic: ["If every failure is a lesson, @{other}, then nothing can ever count against {topic}. What would?"],
    },
  },
  {
    asks: /\b(?:for whom|whom do you know|people for whom|everyone who|say to them|asked the others|who has asked)\b/,
    says: {
      optimist: [
        "Not for everyone, @{other}, I admit it gladly. But must a song please all ears to be a good song? {Topic} need{s} only find {its} people.",
      ],
      sceptic: [
        "Those who stayed are poor witnesses, @{other}. I would ask the ones who left {topic} behind, and they are not in the room. Do you know one?",
      ],
    },
  },
  {
    asks: /\b(?:wish|hope|hopeful|believe|joy|glad|smiles?|lighter|beginning|thursday)\b/,
    says: {
      optimist: [
        "You call it a wish, @{other}; I call it a direction. Where would you go with {topic}, if you were not afraid to be wrong?",
      ],
      sceptic: [
        "Joy is real, I grant you that, @{other}. But a thing can be pleasant and still not do what is said of it. What exactly do you claim for {topic}?",
        "You are hopeful about {topic}, @{other}, and I do not blame you. But what would you see if the hope were mistaken?",
      ],
    },
  },
  {
    asks: /\b(?:fair chance|try|tried|tries|dares?|small test|shall we|learn|wiser|improved?|agree|one point|grant)\b/,
    says: {
      optimist: [
        "There, @{other}, we are nearly of one mind! Let us keep your care and my courage. What would you try first with {topic}?",
        "If you can grant that much, @{other}, then I can grant that we should look twice. And what do you see at the second look at {topic}?",
      ],
      sceptic: [
        "A small test, then, @{other}: half of us with {topic}, half without, for a month. What do you predict?",
        "Trying is not yet knowing, @{other}. Before we try {topic}: how would we notice that {they} did not work?",
      ],
    },
  },
  {
    asks: /\b(?:floor|would you (?:open|start|begin)|your view|what (?:do you say|is your|good have you)|over to you|and you|where do you stand)\b/,
    says: {
      optimist: [
        "Thank you, gladly! What I love about {topic}: {they} give{s} people something to look forward to, and that is half of happiness. What do you say to that, @{other}?",
      ],
      sceptic: [
        "Since I am asked: with {topic} I miss a single number that somebody counted honestly. Have you seen one, @{other}?",
      ],
    },
  },
];

/** What a stance can say to the words of another in a debate: what answers them first, then its general objections. */
export function rejoinders(stance: Stance, theirs: string): readonly string[][] {
  const question = theirs.split(/(?<=[.!])\s+/).at(-1) ?? theirs;
  const fitting = [question, theirs].flatMap((text) => MOVES.filter(({ asks }) => asks.test(text.toLowerCase())));
  return [...fitting.map(({ says }) => [...(says[stance] ?? [])]), [...VOICES[stance].rebut]].filter(
    (bank) => bank.length > 0,
  );
}

/** A host keeps the round going from one to the next, and closes it in time. `{next}` has not spoken last. */
export const MODERATION = {
  open: [
    "Welcome to our round on {topic}! @{next}, would you open with your view?",
    "Our topic is {topic}. I will keep order and ask for examples. @{next}, you have the floor.",
  ],
  next: [
    "Thank you, {other}. {quote}: that wants an answer. @{next}, what do you say?",
    "Let us be fair to both sides. @{next}, where do you agree with {other} about {topic}?",
    "A last round, then. @{next}, in one sentence: what should our guests remember about {topic}?",
  ],
  close: [
    "Thank you both! I take home that {topic} {is} worth hoping for and worth testing, and that the two do not exclude each other. The floor goes back to our guests.",
    "Here I close the round on {topic}. We have heard a hope and a doubt, and neither has won; that is how good evenings end. What do our guests think?",
  ],
} as const;
