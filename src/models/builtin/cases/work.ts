import type { Case } from "./case.ts";

export const WORK: readonly Case[] = [
  {
    about: /\b(?:remote(?:ly)?(?: work(?:ing)?)?|work(?:ing)? (?:from|at) home|home ?office|office or home)\b/,
    topic: "remote work",
    pro: [
      "an hour on the train each way is an hour that nobody pays for and nobody gets back",
      "a parent can be there when the child comes home from school",
      "people can live where they like, and not where an office happens to stand",
      "nobody taps you on the shoulder in the middle of a thought",
    ],
    con: [
      "half of what newcomers learn they overhear, and nobody overhears a video call",
      "where the kitchen table is the office, the working day has no end",
      "those who praise it loudest have a spare room and a quiet street",
      "a colleague whom you have never met stays a stranger for a year",
    ],
  },
  {
    about: /\b(?:four|4)[- ]day (?:work(?:ing)? )?week\b|\bfewer hours\b|\bshorter (?:working )?week\b/,
    topic: "the four-day week",
    pro: [
      "a rested person does in four days what a tired one spreads over five",
      "on the fifth day people see a dentist, a school play or a forest, and come back on Monday glad of it",
      "the free Saturday was once called impossible, too",
    ],
    con: [
      "whoever cares for the sick or drives a bus cannot do on Thursday what falls due on Friday",
      "the firms that report how well it goes are those that wanted it to go well",
      "five days of meetings fit into four only if somebody gives up lunch",
    ],
  },
  {
    about: /\bmeetings?\b/,
    topic: "meetings",
    pro: [
      "ten minutes in one room can end a quarrel that forty messages have kept alive",
      "one hears from a voice what no report will say",
      "it is hard to think badly for long of somebody with whom one has laughed about the biscuits",
    ],
    con: [
      "an hour with eight people costs a day, and nobody would sign that bill",
      "most of what is decided there was decided before, by two people in a corridor",
      "the one who has thought about it longest is seldom the one who talks longest",
    ],
  },
  {
    about: /\b(?:money|(?:being |getting )?rich|wealth|salary|salaries)\b/,
    topic: "money",
    pro: [
      "a broken washing machine is a nuisance with it and a catastrophe without",
      "it buys time, and time is what one cannot make",
      "whoever has enough can afford to say no",
    ],
    con: [
      "enough is always a little more than what one has",
      "what can be counted gets counted, and the rest is forgotten",
      "ask those who have plenty what keeps them awake",
    ],
  },
  {
    about: /\b(?:school|homework|exams?|grades)\b/,
    topic: "school",
    pro: [
      "nearly everybody can name one teacher who changed something",
      "there one meets people whom one would never have chosen, and learns to live with them",
      "in no other place is somebody paid to be glad that you have understood",
    ],
    con: [
      "whoever asks the most at four asks the least at fourteen, and something happens in between",
      "what is easy to mark is taught, and what matters is hard to mark",
      "ask a grown-up about last year's exams, and then ask what they were for",
    ],
  },
  {
    about: /\b(?:universit(?:y|ies)|studying|college|degrees?|(?:go(?:ing)? back to|to) study(?:ing)?)\b/,
    topic: "studying",
    pro: [
      "when else is one asked to read for three years and to doubt what one has read",
      "the people in the kitchen at two in the morning are half of the education",
      "some doors open only from that side",
    ],
    con: [
      "one learns for four years what one needs for four weeks",
      "the debt is certain, and the better job is not",
      "many who teach it have never had to do it",
    ],
  },
];
