import type { Case } from "./case.ts";

export const LEISURE: readonly Case[] = [
  {
    about: /(?<!time )\b(?:travel(?:ling|ing|s)?|holidays?|vacations?|tourism|abroad)\b/,
    topic: "travelling",
    pro: [
      "one comes home and sees one's own street for the first time",
      "a stranger who shares his bread with you corrects a lot of headlines",
      "the delays are forgotten, and the evening on the harbour wall is not",
    ],
    con: [
      "one takes oneself along, and that was often the trouble",
      "ten thousand people seek the quiet bay, and find each other",
      "many have seen eleven churches and cannot name one",
    ],
  },
  {
    about: /\bbooks?\b.{0,40}\b(?:films?|movies?|television|tv)\b|\b(?:films?|movies?)\b.{0,40}\bbooks?\b/,
    topic: "books",
    question: "books or films",
    pro: [
      "everybody who reads a book makes a film of their own, and it is never miscast",
      "one can stop at a sentence and stay there for a while",
      "a book waits for you, and no film does",
    ],
    con: [
      "a face on the screen says in a second what takes three pages",
      "a film is seen together, and one laughs louder in a row",
      "many a book would have been better at ninety minutes",
    ],
  },
  {
    about: /\b(?:books?|reading|novels?|literature|librar(?:y|ies))\b/,
    topic: "books",
    pro: [
      "for the price of a lunch one may sit beside the best mind of a century",
      "whoever reads has lived more than one life by forty",
      "a book waits for you, and asks nothing while it waits",
    ],
    con: [
      "more of them are bought than read, and more are praised than finished",
      "a clever sentence is not yet a true one, and it looks the same in print",
      "one can read about swimming for years and stay dry",
    ],
  },
  {
    about: /\b(?:music|songs?|concerts?|guitar|piano|singing|choirs?|vinyl|records)\b/,
    topic: "music",
    pro: [
      "three chords have said for people what they could not say themselves",
      "people who could not agree on the time of day will sing the same song",
      "an old tune gives you back a whole summer in four minutes",
    ],
    con: [
      "it makes weak words sound wise, as any anthem shows",
      "we call the best of it whatever was playing when we were sixteen",
      "it runs everywhere now, and so hardly anybody listens",
    ],
  },
  {
    about: /\b(?:video ?games?|computer games?|gaming|consoles?)\b/,
    topic: "video games",
    pro: [
      "one may fail thirty times and be told each time to try again",
      "friends who live in three countries meet there every Thursday",
      "no other art lets you open the door yourself",
    ],
    con: [
      "one more level has never been one",
      "some are built to be left by nobody, and that is not the same as being good",
      "the medals stay in the machine when the power goes",
    ],
  },
  {
    about: /\b(?:chess|board ?games?|card games?)\b/,
    topic: "chess",
    pro: [
      "two people who share no language can spend a whole evening in talk",
      "one learns to ask what the other wants before one moves",
      "every game is new after ten moves, and that since a thousand years",
    ],
    con: [
      "it makes people good at chess, and little else has been shown",
      "a world in which everybody sees everything is not the one that we decide in",
      "it takes ten years to find out that one will never be good",
    ],
  },
  {
    about: /\b(?:films?|movies?|cinema|television|tv|series|netflix|streaming services?)\b/,
    topic: "films",
    pro: [
      "for two hours one sees with the eyes of somebody whom one would never have met",
      "a whole row of strangers holds its breath at the same moment",
      "a good one is still being talked about on the way home",
    ],
    con: [
      "one looks for something to watch for as long as it would have lasted",
      "they have taught us that everything is settled in the last ten minutes",
      "what keeps one watching is not always what one is glad to have seen",
    ],
  },
  {
    about:
      /\b(?:buy(?:ing)?|own(?:ing)?)\b.{0,30}\b(?:house|home|flat|apartment)\b|\brent(?:ing)?\b|\b(?:house|home) of one's own\b/,
    topic: "a house of one's own",
    pro: [
      "one may knock a nail into any wall",
      "the payments end one day, and the rent never does",
      "one plants a tree only where one means to stay",
    ],
    con: [
      "the roof waits until there is no money, and then it leaks",
      "whoever owns a house also owns the neighbours",
      "all that one has stands in one place, and nobody would call that careful",
    ],
  },
  {
    about:
      /\b(?:mov(?:e|ing)|emigrat\w+|start(?:ing)? over|new (?:start|life|job)|quit(?:ting)?|chang(?:e|ing) (?:jobs?|careers?))\b/,
    topic: "a new start",
    deed: true,
    pro: [
      "nobody there knows what you have always been like",
      "the first month is hard, and one remembers every day of it, which cannot be said of the month before",
      "most people who dared it say that they waited too long",
    ],
    con: [
      "those who regretted it do not write about it",
      "some of what one runs from is in the luggage",
      "what one gives up is certain, and what one hopes for is a guess",
    ],
  },
  {
    about: /\b(?:winter|snow|summer|autumn|spring|seasons?)\b/,
    topic: "the seasons",
    pro: [
      "each of them comes just when one has had enough of the last",
      "the first warm evening is free, and nobody has ever been tired of it",
      "snow makes a playground of a car park in one night",
    ],
    con: [
      "we praise each of them most while it is away",
      "the postcard leaves out the heating, and the hay fever",
      "people call it weather when they mean their mood",
    ],
  },
  {
    about: /\b(?:christmas|celebrations?|birthdays?|part(?:y|ies)|presents?|gifts?|weddings?)\b/,
    topic: "celebrations",
    pro: [
      "once a year somebody makes a cake only because you are there",
      "people who never write to each other sit at one table and laugh at the same old story",
      "without a date one would put off being grateful for ever",
    ],
    con: [
      "two people do the work, and ten remember how lovely it was",
      "joy that is due on a certain day is seldom on time",
      "most of the presents are in a cupboard by March",
    ],
  },
];
