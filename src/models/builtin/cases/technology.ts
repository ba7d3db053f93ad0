import type { Case } from "./case.ts";

export const TECHNOLOGY: readonly Case[] = [
  {
    about: /\b(?:robots?|automation|automat(?:e|ing|ed))\b/,
    topic: "robots",
    pro: [
      "whoever has lifted boxes for thirty years will not miss it",
      "a machine that takes over what is dull and dangerous leaves people what is neither",
      "somebody who can no longer climb the stairs may stay at home for ten years longer",
    ],
    con: [
      "the work that is taken away is gone on Monday, and the work that is promised comes some day",
      "a machine does what it was told, which is not always what was meant",
      "the savings go to whoever owns the machine, and the trouble to whoever stood in its place",
    ],
  },
  {
    about: /\b(?:a\.?i\.?|artificial intelligence|machine learning|language models?|chat ?gpt|chatbots?)(?!\w)/,
    topic: "AI",
    pro: [
      "somebody who never found the words can now put a thought on paper and be understood",
      "two pairs of eyes on an X-ray miss less than one, even if one pair is made of numbers",
      "a patient teacher at any hour used to be a thing for kings",
      "the dull half of many a job is the half that nobody will miss",
    ],
    con: [
      "a thing that is never at a loss for words is not the same as a thing that knows",
      "whoever is judged by a machine should be told why, and nobody can tell them",
      "we stop practising what we hand over, and notice it on the day we need it",
      "the first to gain are those who own the machines, and the first to pay are those who did the work",
    ],
  },
  {
    about: /\brust\b.{0,40}\b(?:go|golang)\b|\b(?:go|golang)\b.{0,20}\brust\b/,
    topic: "Rust",
    question: "Rust or Go",
    pro: [
      "what the compiler refuses at your desk does not wake you at night",
      "whoever has understood ownership once writes better programs in any language",
      "fast and safe at once used to be a choice, and there it is none",
    ],
    con: [
      "Go is learned in a week, and a program that is finished beats one that is perfect",
      "in Go a newcomer reads somebody else's work on the second day",
      "most programs wait for a network, and no language makes that faster",
    ],
  },
  {
    about: /\b(?:typescript|javascript)\b/,
    topic: "TypeScript",
    pro: [
      "half of the mistakes are underlined before anybody runs them",
      "one language from the browser to the server means one thing less to be wrong about",
      "a type is a note to whoever comes after you, and this note is checked",
    ],
    con: [
      "types describe what one hoped for, and the data arrive as they please",
      "an afternoon that is spent on pleasing the compiler has pleased no user",
      "each year it takes one more tool to say hello",
    ],
  },
  {
    about: /\b(?:programming|coding|to code|python|rust|golang|software development)\b/,
    topic: "programming",
    pro: [
      "few things are so fine as a machine that does at last what you meant",
      "a few lines on a free evening can save somebody an hour each day",
      "one is allowed to be wrong a hundred times before lunch, and nobody is hurt",
    ],
    con: [
      "most programs are written twice because nobody asked first what they are for",
      "the last tenth takes as long as the nine before it, and it is the tenth that people use",
      "whatever runs today has to be kept running by somebody for ten years",
    ],
  },
  {
    about: /\bopen[- ]source\b|\bfree software\b/,
    topic: "open source",
    pro: [
      "somebody in another town has mended your mistake before you were awake",
      "one can look inside, and that is more than most things in the house allow",
      "a beginner can read how the best of them do it, for nothing",
    ],
    con: [
      "a thousand firms lean on it, and one tired person keeps it going",
      "that everybody could read it does not mean that anybody has",
      "free is the price, not the cost",
    ],
  },
  {
    about: /\b(?:social (?:media|networks?)|facebook|instagram|tiktok|twitter|influencers?)\b/,
    topic: "social media",
    pro: [
      "the only one in the village who loves a thing finds the other thousand there",
      "a grandmother sees the first steps on the day they are taken",
      "whoever was never asked can speak now, and be heard",
    ],
    con: [
      "what makes us angry is shown twice, because it makes us stay",
      "everybody compares a Tuesday of their own with somebody else's best Saturday",
      "one has four hundred friends there, and nobody to carry a sofa",
    ],
  },
  {
    about: /\b(?:smart ?phones?|mobile phones?|phones?|screens?|the internet)\b/,
    topic: "smartphones",
    pro: [
      "nobody who is lost in a strange town is lost for long",
      "a photograph of the lost key has saved many an evening",
      "a voice from the other side of the world fits into a coat",
    ],
    con: [
      "five people sit at one table, and each of them is elsewhere",
      "what was meant to save us time has found a use for it at once",
      "one looks at the clock on it, and twenty minutes later does not know what time it is",
    ],
  },
  {
    about: /\b(?:crypto(?:currenc(?:y|ies))?|bitcoin|blockchain|nfts?)\b/,
    topic: "cryptocurrencies",
    pro: [
      "somebody to whom no bank opens its door can send money home",
      "nobody has to be asked, and nobody can refuse",
      "even those who lost something have learned at last what money is",
    ],
    con: [
      "what doubles in a month is a ticket, and no money",
      "each who got rich from it was paid by somebody who came later",
      "after so many years one still cannot buy bread with it",
    ],
  },
];
