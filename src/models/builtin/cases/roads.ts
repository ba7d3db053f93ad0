import type { Case } from "./case.ts";

export const ROADS: readonly Case[] = [
  {
    about: /\b(?:electric (?:cars?|vehicles?)|e-?cars?|evs?|tesla)\b/,
    topic: "electric cars",
    pro: [
      "a street on which one hears the birds again is worth something",
      "the sun on the roof drives the children to school",
      "they get better each year, and petrol has had a century",
    ],
    con: [
      "a traffic jam of them is still a traffic jam",
      "the current has to come from somewhere, and so has what is in the battery",
      "whoever lives on the fifth floor has no socket in the street",
    ],
  },
  {
    about: /\b(?:self[- ]driving|driverless|autonomous) (?:cars?|vehicles?)\b/,
    topic: "self-driving cars",
    pro: [
      "somebody who may no longer drive could visit a sister again",
      "a machine is never drunk, tired or late for something",
      "what one of them learns from a mistake, all of them know the next day",
    ],
    con: [
      "they drive best where the sun shines and nobody crosses",
      "when it goes wrong, everybody who could be asked was not driving",
      "we would trust them most just when we have stopped paying attention",
    ],
  },
  {
    about: /\b(?:bicycles?|bikes?|cycling)\b/,
    topic: "cycling",
    pro: [
      "one arrives awake, and has paid with nothing but breakfast",
      "it is the one machine that makes its engine stronger",
      "a town that is good for it is good for children and old people, too",
    ],
    con: [
      "it is praised in May, and in November one sees who meant it",
      "a coat of paint on the road protects nobody",
      "one arrives early, and in need of a shower",
    ],
  },
  {
    about: /\b(?:trains|(?:the|a|by|night) train|railways?|public transport|buses)\b/,
    topic: "trains",
    pro: [
      "one may read, sleep and look out of the window, and still gets there",
      "three hundred people travel on the width of two cars",
      "it ends in the middle of the town, where one wanted to be",
    ],
    con: [
      "the timetable is a hope, and the connection a wager",
      "where two people live at the end of a lane, there will never be a station",
      "the whole carriage hears about the divorce",
    ],
  },
  {
    about: /\b(?:space (?:travel|flight|exploration)|mars|the moon|rockets?|astronauts?)\b/,
    topic: "space travel",
    pro: [
      "we had to go as far as the moon to see what we live on",
      "every child who looks up asks better questions the next day",
      "what was made for a rocket is found in hospitals thirty years later",
    ],
    con: [
      "the worst day on earth is milder than the best one on Mars",
      "it is always twenty years away, and has been for sixty",
      "one does not learn to keep a house by moving out of it",
    ],
  },
];
