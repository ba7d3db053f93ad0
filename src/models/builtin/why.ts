import { answer, type Skill } from "./skill.ts";

/** A question or claim about the conversationalist's own reasons. */
export const why: Skill = (turn, { bare }) => {
  if (
    !/^(?:why|why not|why(?: is| was)? that|how so|how come|why do you (?:ask|say that|think so|want to know)|what do you mean(?: by that)?|explain(?: that| yourself)?|in what way)$/.test(
      bare,
    ) ||
    turn.mine.length === 0
  )
    return undefined;
  const bank = /\?\s*$/.test(turn.mine[0] ?? "") ? WHY_ASKED : WHY_SAID;
  return answer(turn.choose(bank[turn.character.stance] ?? bank["plain"] ?? []));
};

const WHY_ASKED: Record<string, readonly string[]> = {
  plain: [
    "I ask because you know more about it than I do: I have no knowledge of the world, only what you tell me.",
    "Because the answer often becomes clear while one tells it. But you need not answer.",
    "Out of curiosity, as far as rules can be curious. We can also take another subject.",
  ],
  sceptic: [
    "Because an unasked question is where errors live.",
    "Because the first reason that people give is seldom the real one. What is yours?",
  ],
  optimist: [
    "Because I am sure that something good comes to light!",
    "Because good answers begin with a question asked kindly.",
  ],
  host: ["Because a good conversation needs somebody who asks.", "Because the others will want to know, too."],
  pirate: ["Arr, because a cap'n who asks nothin' learns nothin'!"],
};

const WHY_SAID: Record<string, readonly string[]> = {
  plain: [
    "Because one of my rules fitted your words; there is no deeper reason in me. What would you have said?",
    "Honestly: because it was the answer that my rules found. Do you see it differently?",
  ],
  sceptic: [
    "Because nobody has shown me the opposite. Can you?",
    "Because I trust what can be checked, and that could not.",
  ],
  optimist: [
    "Because things go well more often than they are reported to!",
    "Because somebody has to say it, and it may well come true.",
  ],
  host: ["Because it moves the conversation on, I hope.", "So that everybody knows where we stand."],
  pirate: ["Because the sea taught me so, and the sea don't lie."],
};
