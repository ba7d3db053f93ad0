import { isGreeting } from "./greetings.ts";
import { plainOf, sentencesOf, unwrap } from "./text.ts";
import { themeOf } from "./themes.ts";
import type { Line, Turn } from "./turn.ts";

/** What is talked about at present: what "it" stands for, and a question that names nothing. */

const OPEN =
  /^(?:(?:so|and|but|well|hey) )*(?:what(?:'s| is| do| does| would| did| are)?|how do|do|does|any|and|your|who)? ?(?:you|y'all|your|everyone|everybody|the others|others|of you|thoughts|ideas)?(?: (?:all|both|two|three|guys|here))* ?(?:think|say|feel|mean|opinions?|views?|take|thoughts|agree|reckon)?(?: (?:about|of|on|to))?(?: (?:it|that|this|them))?$/;

/** Does a sentence ask for a view and name nothing that it is on? */
export const isOpenQuestion = (text: string): boolean => OPEN.test(unwrap(plainOf(text)));

/** How many lines that name nothing one looks past. */
const LOOKS_PAST = 2;

/** The theme of this line, else of what its speaker and other people said before it, the latest first. */
export function themeNow(turn: Turn): { theme: string; text: string } | undefined {
  const here = substance(turn, turn.line);
  if (here.length > 0) return themeIn(turn, here);
  return themeBefore(turn, turn.before);
}

/** The theme of earlier lines; agents' lines do not set one. */
export function themeBefore(turn: Turn, before: readonly Line[]): { theme: string; text: string } | undefined {
  let past = 0;
  for (const line of before
    .slice(-60)
    .filter((one) => isOfPerson(turn, one))
    .reverse()) {
    const sentences = substance(turn, line);
    const found = themeIn(turn, sentences);
    if (found) return found;
    if (sentences.length > 0 && past++ >= LOOKS_PAST) return undefined;
  }
  return undefined;
}

/** The theme of the last of some sentences that has one; those in the room are none. */
function themeIn({ character: { handle = "", others } }: Turn, sentences: readonly string[]) {
  const names = [handle, ...others].map((name) => name.toLowerCase());
  for (const text of [...sentences].reverse()) {
    const theme = themeOf(text);
    if (theme && !names.includes(theme.toLowerCase())) return { theme, text };
  }
  return undefined;
}

const isOfPerson = ({ character }: Turn, { role, speaker = "" }: Line): boolean =>
  role === "user" && !character.others.some((other) => other.toLowerCase() === speaker.toLowerCase());

/** The sentences that say something, and do not only greet or ask for a view. */
function substance(turn: Turn, { read }: Line): string[] {
  const own = new RegExp(`@[\\w-]+[,:]?\\s*|^(?:${turn.character.handle ?? "@"})[,:]\\s*`, "gi");
  return sentencesOf(read.slice(0, 600))
    .flatMap((sentence) => sentence.split(/,? and (?=what\b)|, (?=what do\b)/i))
    .map((sentence) => sentence.replace(own, "").trim())
    .filter((text) => {
      const plain = plainOf(text);
      return (
        plain !== "" && !OPEN.test(unwrap(plain)) && !isGreeting({ plain, bare: unwrap(plain) }) && !CHAT.test(plain)
      );
    });
}

const CHAT =
  /^(?:thanks?(?: you)?.{0,30}|ok(?:ay)?|yes|no|great|nice|good|interesting|i see|and|so|why(?: not)?|really|(?:please )?(?:discuss|debate) (?:it|this|that)\b.{0,40}|who is (?:right|here).{0,20})$/;
