import type { Stance } from "./character.ts";

/**
 * What is said around an argument in a debate. `{argument}` is a clause, `{other}` a name to be mentioned, `{rival}` the one
 * who holds the other side and is not called.
 */
export type Arguing = {
  /** To begin with, if one is to begin. */
  open: readonly string[];
  /** Against what the other side just said. */
  counter: readonly string[];
  /** To a host: asked for a view, for common ground, for a last word. */
  say: readonly string[];
  agree: readonly string[];
  last: readonly string[];
};

const optimist: Arguing = {
  open: [
    "I will gladly begin! {Argument}. What do you set against that, @{other}?",
    "For me it is simple: {argument}. Do you see it, too, @{other}?",
  ],
  counter: [
    "That may be so, @{other}, and yet {argument}. Does that count for nothing?",
    "I see what you mean, @{other}, and I raise you this: {argument}. Well?",
    "Granted, @{other}! But there is another side to it. {Argument}. What of that?",
    "You would make a good brake, @{other}, and every train needs one. Still: {argument}. Shall we never leave the station?",
    "My turn, @{other}: {argument}. Now tell me that this is no reason!",
  ],
  say: [
    "Thank you, @{other}. {Argument}.",
    "With pleasure, @{other}: {argument}.",
    "{Rival} may frown, @{other}, but {argument}.",
  ],
  agree: ["{Rival} is right that one should look twice, @{other}. I did, and I still find that {argument}."],
  last: ["In one sentence, @{other}: {argument}, and I would not want to be without that."],
};

const sceptic: Arguing = {
  open: [
    "Let me begin with a doubt. {Argument}. What do you say to that, @{other}?",
    "Before anybody praises {topic}, one thing: {argument}. Can you answer that, @{other}?",
  ],
  counter: [
    "That is a pleasant picture, @{other}. But {argument}. What do you say to that?",
    "It happens, @{other}; the question is how often. And meanwhile: {argument}. Has anybody looked?",
    "One can see it so, @{other}. One can also see that {argument}. Which of the two is the rule?",
    "You tell me of the good days, @{other}. And on the others? {Argument}.",
    "I would believe you sooner, @{other}, if it were not for this: {argument}. Is there an answer?",
  ],
  say: [
    "Since I am asked, @{other}: {argument}.",
    "{Rival} makes it sound easy, @{other}. But {argument}.",
    "I listen gladly to {rival}, @{other}, and then I remember that {argument}.",
  ],
  agree: ["That it can go well I do not doubt, @{other}; {rival} did not make that up. But {argument}."],
  last: ["In one sentence, @{other}: {argument}, and nobody has shown me yet that it is otherwise."],
};

const anybody: Arguing = {
  open: ["I would begin with this: {argument}. What do you say, @{other}?"],
  counter: [
    "To that I would answer, @{other}, that {argument}. Well?",
    "And what of this, @{other}: {argument}?",
    "One thing you left out, @{other}: {argument}. How does that fit?",
  ],
  say: ["If I may, @{other}: {argument}.", "I would say, @{other}, that {argument}."],
  agree: ["In much of it {rival} is right, @{other}. And yet {argument}."],
  last: ["In one sentence, @{other}: {argument}."],
};

/** How a character argues. */
export const arguingOf = (stance: Stance): Arguing =>
  ({ optimist, sceptic })[stance as "optimist" | "sceptic"] ?? anybody;
