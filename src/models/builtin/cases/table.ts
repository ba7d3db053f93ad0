import type { Case } from "./case.ts";

export const TABLE: readonly Case[] = [
  {
    about: /\btea\b.{0,40}\bcoffee\b|\bcoffee\b.{0,40}\btea\b/,
    topic: "tea",
    question: "tea or coffee",
    pro: [
      "tea can be drunk all afternoon, and one still sleeps at night",
      "the kettle gives one four minutes in which nobody may ask for anything",
      "there is a kind for each mood, and one for having none",
    ],
    con: [
      "nobody has ever been woken by chamomile, and coffee has built half of the world before nine",
      "with coffee one knows after the first sip what one has got",
      "what is called the calm of tea may be nothing but the wait for it",
    ],
  },
  {
    about: /\btea\b/,
    topic: "tea",
    pro: [
      "the kettle gives one four minutes in which nobody may ask for anything",
      "there is a kind for each mood, and one for having none",
      "offering a cup is the shortest way of saying that somebody may stay",
    ],
    con: [
      "most of what it is said to cure goes away by itself",
      "the ceremony is praised by those who do not wash up",
      "warm water would do much of it, and nobody has tried the comparison",
    ],
  },
  {
    about: /\b(?:coffee|espresso|cappuccino)\b/,
    topic: "coffee",
    pro: [
      "the smell alone has got more people out of bed than any alarm",
      "half of all good ideas were had beside the machine",
      "it is the one appointment of the day that nobody cancels",
    ],
    con: [
      "it lends you the afternoon's strength in the morning, and wants it back at three",
      "whoever needs it to be friendly should ask what is missing without it",
      "the price of a cup a day is a holiday a year, and few have counted it",
    ],
  },
  {
    about: /\bpineapple\b/,
    topic: "pineapple on pizza",
    pro: [
      "sweet and salty have been friends for longer than there have been pizzas",
      "it makes a grey Tuesday look like a holiday",
      "whoever shares a pizza with it in the middle finds out quickly who their friends are",
    ],
    con: [
      "warm fruit drips, and the dough pays for it",
      "it is ordered for the argument more often than for the taste",
      "if it were any good, it would be on the cheese board by now",
    ],
  },
  {
    about: /\bcook(?:ing)?\b|\bkitchen\b|\bbaking\b/,
    topic: "cooking",
    pro: [
      "it is the one art in which the audience is hungry",
      "an onion in butter has made many a flat into a home",
      "one thing gets finished that day, and people thank you for it",
    ],
    con: [
      "an hour of work is eaten in nine minutes",
      "recipes never count the washing-up",
      "most people cook seven dishes, and call it variety",
    ],
  },
];
