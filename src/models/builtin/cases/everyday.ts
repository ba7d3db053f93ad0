import type { Case } from "./case.ts";

export const EVERYDAY: readonly Case[] = [
  {
    about: /\bcats?\b.{0,40}\bdogs?\b|\bdogs?\b.{0,40}\bcats?\b/,
    topic: "dogs",
    question: "cats or dogs",
    pro: [
      "a dog is glad to see you every single time, and means it",
      "with a dog one knows all the neighbours by June",
      "somebody has to go out in the rain, and comes back happier",
    ],
    con: [
      "a cat leaves you in peace, which is more than most company does",
      "a dog loves whoever holds the lead, and a cat has at least compared",
      "nobody has ever stood in the park at six in the morning for a cat",
    ],
  },
  {
    about: /\bcats?\b|\bkittens?\b/,
    topic: "cats",
    pro: [
      "there is no better cure for hurry than something asleep on your knees",
      "a cat that comes to you has chosen to, and that is worth something",
      "they make a box more interesting than whatever came in it",
    ],
    con: [
      "nobody has yet shown that they like us, and not merely the heating",
      "the birds of the garden were never asked",
      "what they bring home at night is a gift by their own account only",
    ],
  },
  {
    about: /\b(?:dogs?|pupp(?:y|ies))\b/,
    topic: "dogs",
    pro: [
      "a dog is glad to see you every single time, and means it",
      "with a dog one knows all the neighbours by June",
      "they believe the best of us, and some of us grow into it",
    ],
    con: [
      "somebody loves the dog, and somebody else walks it at six in the rain",
      "every owner says that this one does not bite",
      "a creature that never doubts you is pleasant, and no proof of anything",
    ],
  },
  {
    about: /\b(?:early (?:ris(?:ing|er)|bird)|get(?:ting)? up early|morning person|mornings?|sleep(?:ing)? in)\b/,
    topic: "getting up early",
    pro: [
      "at six the world is quiet and nobody wants anything",
      "the day has an hour in it that belongs to you alone",
      "whoever has seen the sun come up has had one good thing already",
    ],
    con: [
      "what one gains at six one pays for at nine in the evening",
      "the early ones talk of discipline, and many of them just cannot sleep",
      "some are made for the night, and no alarm has ever changed that",
    ],
  },
  {
    about: /\bgarden(?:s|ing|ers?)?\b|\bplants?\b|\bflowers?\b/,
    topic: "gardens",
    pro: [
      "one puts something in the ground in autumn because one believes in spring",
      "a tomato of one's own has never been compared with the price of it",
      "whoever weeds for an hour has thought of nothing for an hour",
    ],
    con: [
      "the snails get up earlier than you do",
      "each of those tomatoes costs more than a dinner, if one counts the hours",
      "it is called rest by those who do not have the back to go with it",
    ],
  },
  {
    about: /\b(?:sports?|exercise|running|jogging|the gym|marathons?|fitness|yoga|football|swimming)\b/,
    topic: "sport",
    pro: [
      "nobody has come back from a run and wished not to have gone",
      "a bad day weighs half as much after twenty minutes on foot",
      "one learns to lose on a Sunday, where it costs nothing",
    ],
    con: [
      "those who feel well can run, and so we think that running makes them well",
      "most memberships are paid for by people who do not come",
      "the knees have never been asked",
    ],
  },
  {
    about:
      /\b(?:cit(?:y|ies)|town|urban)\b.{0,60}\b(?:countryside|country|village|rural)\b|\b(?:countryside|country|village)\b.{0,60}\b(?:city|town)\b/,
    topic: "the city",
    question: "the city or the countryside",
    pro: [
      "whatever you love, in a city there are forty others who love it, too",
      "one can be somebody else on the other side of the river",
      "bread, music and a doctor are all within a walk",
    ],
    con: [
      "in a village somebody notices if your shutters stay closed",
      "the countryside costs an hour of driving, and gives back the stars",
      "one pays twice as much to live among people whom one does not greet",
    ],
  },
];
