import type { Case } from "./case.ts";

export const SOCIETY: readonly Case[] = [
  {
    about: /\b(?:vegetarian(?:s|ism)?|vegan(?:s|ism)?|(?:eat(?:ing)?|giv\w+ up) meat|meat)\b/,
    topic: "eating without meat",
    pro: [
      "a lentil asks for little, and gives a whole winter's worth of soups",
      "one begins to cook when one can no longer throw a steak into a pan",
      "whoever likes animals need not look away at dinner",
    ],
    con: [
      "a thing that is made to taste like sausage admits what is missing",
      "the avocado has travelled further than the cow",
      "it feels better on the first day, and so does every change",
    ],
  },
  {
    about: /\b(?:basic income|ubi|welfare)\b/,
    topic: "a basic income",
    pro: [
      "whoever need not fear the end of the month can afford to look further than that",
      "much of the work that holds a town together is done for nothing already",
      "one form in place of forty would free the people at both sides of the desk",
    ],
    con: [
      "a trial that ends in two years tells how people live who know that it ends",
      "the rent will have heard of it by the first of the month",
      "what is given to all is not there for those who need more",
    ],
  },
  {
    about: /\b(?:growing old(?:er)?|old age|ageing|aging|getting older|retire(?:ment)?)\b/,
    topic: "growing older",
    pro: [
      "each year there are fewer people whom one has to impress",
      "one has seen enough endings to be brave at beginnings",
      "the stories get better with every telling",
    ],
    con: [
      "wisdom is what we call it when we can no longer run",
      "whoever praises it has good knees",
      "one is told to rest, and finds that nobody rings any more",
    ],
  },
  {
    about:
      /(?<!\b(?:i|we|you|they|would|i'd|really|also|to) )\blove\b|\b(?:marriage|dating|relationships?|friendships?|friends)\b/,
    topic: "love and friendship",
    pro: [
      "joy that is shared is the one thing that is more when it is halved",
      "somebody knows how you take your tea, and that is no small matter",
      "most of what people are proud of at the end has a name and a face",
    ],
    con: [
      "we see in the first year what we wish to see",
      "half of the songs about it are complaints, and those are the good ones",
      "people promise for ever what they cannot promise for Thursday",
    ],
  },
  {
    about: /\b(?:happiness|being happy|success|luck|optimism|the future)\b/,
    topic: "happiness",
    pro: [
      "it is found beside the road more often than at the end of it",
      "whoever expects it notices it sooner",
      "a small one every day outweighs a great one every ten years",
    ],
    con: [
      "the more one asks whether one is happy, the less one is",
      "those who sell the way to it have seldom been there",
      "we remember the good days as better than they were, and that is how we lose the present ones",
    ],
  },
  {
    about: /\b(?:white lies|lying|lies|honesty|the truth|truth)\b/,
    topic: "honesty",
    pro: [
      "whoever tells the truth need not remember what they said",
      "a kind truth has rescued more friendships than a kind lie",
      "one hour of it is unpleasant, and then the air is clear",
    ],
    con: [
      "some who pride themselves on it only like to hurt",
      "nobody has asked the grandmother whether she wants to know about the sweater",
      "we demand it of others just where we spare ourselves",
    ],
  },
];
