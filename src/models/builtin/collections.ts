import type { Stance } from "./character.ts";
import { CURIOSITIES, JOKES } from "./jokes.ts";
import { hashOf } from "./text.ts";
import type { Turn } from "./turn.ts";

/** The next of a collection that nobody here has told yet; characters of one room begin at different places. */
function untold(turn: Turn, collection: readonly string[]): string | undefined {
  const start = turn.character.name ? hashOf(turn.character.name) % collection.length : 0;
  const order = [...collection.slice(start), ...collection.slice(0, start)];
  return order.find((one) => !turn.before.some(({ text }) => text.includes(one)));
}

/** The next joke. */
export const joke = (turn: Turn): string =>
  untold(turn, JOKES) ?? `I know ${JOKES.length} jokes, and you have heard them all. Your turn!`;

/** The next curious fact. */
export const curiosity = (turn: Turn): string =>
  untold(turn, CURIOSITIES) ?? "That was all that I have in my small collection. Do you know one for me?";

/** "Another one" means another of what came last. */
export function another(turn: Turn): string | undefined {
  for (const text of turn.mine.slice(0, 3)) {
    if (JOKES.some((one) => text.includes(one))) return joke(turn);
    if (CURIOSITIES.some((one) => text.includes(one))) return curiosity(turn);
  }
  return undefined;
}

/** A joke in the manner of the character. */
export const frameJoke = (turn: Turn, text: string): string => {
  const frames: Partial<Record<Stance, string>> = {
    sceptic: `${text} Whether it is funny remains to be shown.`,
    optimist: `Oh, with pleasure! ${text}`,
    pessimist: `${text} It will not help, but there you are.`,
    pirate: `Arr, here be one! ${text}`,
    host: `To loosen up the round: ${text}`,
    formal: `If you insist. ${text}`,
  };
  return frames[turn.character.stance] ?? text;
};
