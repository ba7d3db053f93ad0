import { answer, exactly, type Part, type Skill } from "./skill.ts";
import { figuresOf } from "./sums.ts";
import { hashOf, listOf } from "./text.ts";
import type { Turn } from "./turn.ts";

/** Counting further than this only fills the log. */
const MOST_NUMBERS = 2000;

const SAY =
  /^(?:please |hey |now |ok |okay |and )*(?:(?:can|could|would|will) you (?:please )?)?(?:please )?(?:just )?(?:repeat after me|say after me|repeat the following|repeat this|echo|say(?: the (?:words?|following|sentence|phrase))?|repeat|write down|type)(?: exactly)?(?:\s*[:,]\s*|\s+)(?=\S)/i;
const NOT_SAID =
  /^(?:that|it|this|something|anything|hello to|hi to|my name|what|who|how|why|when|where|more|again|goodbye to|yourself|your|the (?:alphabet|last|first|story|joke)|me|no more|nothing|please|a (?:poem|joke|story)|you|about|i said|if|everything(?: (?:that )?(?:we|i|you)|[.!?]*$)|all(?: (?:of it|that|we|i|you)|[.!?]*$)|our)\b/i;

/** "Say …", "repeat after me: …": back come the words themselves, however many. */
export function echoed({ line }: Turn): Part | undefined {
  const head = line.text.slice(0, 200).replace(/[‘’]/g, "'").replace(/[“”]/g, '"');
  const lead = SAY.exec(head)?.[0];
  if (!lead) return undefined;
  const words = line.text.slice(lead.length).trim();
  const times = /:\s*$/.test(lead) ? undefined : repeated(words);
  if (times) return times;
  const quote = /^["“](.*)["”][.!]?$/s.exec(words)?.[1];
  if (quote === undefined && NOT_SAID.test(words) && !/:\s*$/.test(lead)) return undefined;
  return exactly(quote ?? words);
}

/** Saying the same more often than this only fills the log. */
const MOST_TIMES = 100;
const MOST_REPEATED = 10_000;

/** "'hello world' 3 times"; without quotes only a few words are taken for what is to be said. */
function repeated(words: string): Part | undefined {
  const tail = / (\d{1,9}|twice|[a-z]{3,9}) ?(times)?[.!?]?$/i.exec(words.slice(-30));
  if (!tail || (tail[2] === undefined) !== (tail[1]?.toLowerCase() === "twice")) return undefined;
  const said = words.slice(0, -tail[0].length).trim();
  const quote = /^["“'‘](.*)["”'’]$/s.exec(said)?.[1];
  const count = tail[2] ? integer(tail[1]?.toLowerCase() ?? "") : 2;
  if (
    !Number.isSafeInteger(count) ||
    (quote === undefined &&
      (said.split(/\s+/).length > 3 || /^(?:i|we|he|she|it|they)\b/i.test(said) || NOT_SAID.test(said)))
  )
    return undefined;
  const one = quote ?? said;
  const kept = Math.min(count, MOST_TIMES, Math.max(Math.floor(MOST_REPEATED / (one.length + 1)), 1));
  const text = Array(kept).fill(one).join(" ");
  if (one === "" || kept === 0) return undefined;
  return exactly(kept < count ? `${text}\n\nI stop here: that is as often as I say it in one go.` : text);
}

type Game = { pattern: RegExp; play(turn: Turn, match: readonly string[], text: string): Part | undefined };

/** Games with words and numbers. */
export const wordplay: Skill = (turn, { bare, text }) => {
  for (const { pattern, play } of GAMES) {
    const match = pattern.exec(bare);
    const part =
      match &&
      play(
        turn,
        [...match].map((entry) => entry ?? ""),
        text,
      );
    if (part) return part;
  }
  return undefined;
};

function counted(from: number, to: number, step: number): Part {
  const size = Math.floor(Math.abs(to - from) / step) + 1;
  const kept = Math.min(size, MOST_NUMBERS);
  const direction = to < from ? -step : step;
  const numbers = Array.from({ length: kept }, (_, index) => String(from + index * direction)).join(", ");
  return exactly(
    kept < size ? `${numbers}\n\nI stop here: ${MOST_NUMBERS} numbers is as far as I count in one go.` : `${numbers}.`,
  );
}

function countedDown(first: number | undefined, last: number | undefined, step: number): Part {
  if (first === undefined)
    return last === undefined || last < 2 ? counted(10, last ?? 0, step) : counted(last, 1, step);
  if (last !== undefined && last > first) return counted(last, first, step);
  return counted(first, last ?? Math.min(first, 0), step);
}

function countedUp(first: number | undefined, last: number | undefined, step: number): Part | undefined {
  if (first === undefined && last === undefined) return undefined;
  if (first === undefined && last === 0) return exactly("0. That was quick: I was there before I had begun.");
  const begin = first ?? ((last ?? 1) < 1 ? 0 : step > 1 ? step : 1);
  return counted(begin, last ?? Math.max(begin, 100), step);
}

/** The words as the person typed them: after the last quote mark or the end of the command. */
const original = (text: string, lower: string): string => {
  const at = text.toLowerCase().lastIndexOf(lower);
  const found = at < 0 ? lower : text.slice(at, at + lower.length);
  return found.replace(/^["']|["']$/g, "");
};

const letters = (word: string): string[] =>
  [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(word)].map(({ segment }) => segment);
const WHAT = "(?:the )?(?:words?|phrase|sentence|text|letters (?:of|in)(?: the word)?|name|string)?(?: of| in)? ?:? ?";

const integer = (text: string): number => Number(figuresOf(text).replaceAll(",", ""));
const NUMBER = "-?\\d[\\d,]*|[a-z][a-z -]{1,30}?";
const TO = "(?:up to|down to|backwards? to|to|till|until)";
const COUNTING = new RegExp(
  `^(?:count|counting|countdown|numbers)\\b(?: (?:me|for me|out))?(?: backwards?| down)?(?: from (${NUMBER})(?: ${TO} (${NUMBER}))?| (?:${TO} )?(${NUMBER}))?(?: (?:by|in steps of|in) (\\w+))?(?: (backwards?|down))?$`,
);

const GAMES: readonly Game[] = [
  {
    pattern: COUNTING,
    play: (_, [whole = "", from = "", until = "", only = "", by = ""]) => {
      const given = (text: string) => (text === "" ? undefined : integer(text.replace(/ (?:backwards?|down|up)$/, "")));
      const step = by === "" ? 1 : integer(by.replace(/s$/, ""));
      const [first, last] = [given(from), given(until || only)];
      if ([first, last, step].some((value) => value !== undefined && !Number.isSafeInteger(value)) || step < 1)
        return undefined;
      return /\b(?:backwards?|down|countdown)\b/.test(whole)
        ? countedDown(first, last, step)
        : countedUp(first, last, step);
    },
  },
  {
    pattern:
      /^(?:list|say|recite|write|spell|give me|what(?:'s| is)|tell me|show me|sing|type)?(?: me)?(?: out)? ?(?:the |your )?(?:alphabet|abc)(?: backwards)?$/,
    play: (_, [whole = ""]) => alphabet(/backwards/.test(whole)),
  },
  {
    pattern: new RegExp(`^(?:reverse|spell backwards|write backwards|say backwards) ${WHAT}(.{1,2000})$`, "s"),
    play: (_, [, word = ""], text) =>
      exactly(
        letters(original(text, word.replace(/ backwards$/, "")))
          .reverse()
          .join(""),
      ),
  },
  {
    pattern:
      /^(?:spell|write|say|what is|what's) (?:the word )?["']?(.{1,2000}?)["']? (?:backwards|in reverse|reversed)$/s,
    play: (_, [, word = ""], text) => exactly(letters(original(text, word)).reverse().join("")),
  },
  {
    pattern: /^spell (?:out )?(?:the word )?["']?([^ ]{1,60}?)["']?$/,
    play: (_, [, word = ""], text) =>
      exactly(
        `${letters(original(text, word))
          .map((letter) => letter.toUpperCase())
          .join("-")}.`,
      ),
  },
  {
    pattern: new RegExp(
      `^(?:uppercase|upper case|capitali[sz]e|shout|convert to uppercase|write in (?:uppercase|capitals)):? ${WHAT}(.{1,2000})$`,
      "s",
    ),
    play: (_, [, word = ""], text) => exactly(original(text, word).toUpperCase()),
  },
  {
    pattern: new RegExp(`^(?:lowercase|lower case|convert to lowercase|write in lowercase):? ${WHAT}(.{1,2000})$`, "s"),
    play: (_, [, word = ""], text) => exactly(original(text, word).toLowerCase()),
  },
  {
    pattern:
      /^(?:write|say|put|convert|make) ["']?(.{1,500}?)["']? (?:in|to|into) (?:all )?(upper ?case|capitals|capital letters|lower ?case)$/s,
    play: (_, [, word = "", how = ""], text) =>
      exactly(how.startsWith("low") ? original(text, word).toLowerCase() : original(text, word).toUpperCase()),
  },
  {
    pattern:
      /^how many (?:times does the )?(?:letter )?["']?([a-z])["']?'?s? (?:are |is |does )?(?:there )?(?:appear |occur )?(?:in|does) (?:the word )?["']?(.{1,500}?)["']?(?: have| contain)?$/s,
    play: (_, [, letter = "", word = ""]) => occurrences(letter, word),
  },
  {
    pattern:
      /^(?:how many|count the|number of) (letters|characters|words|vowels)(?: are| has| does| do)?(?: there)?(?: in| of)?(?: the| my)?(?: word| phrase| sentence| text)? ?:? ?["']?(.{1,2000}?)["']?(?: have| has| contain)?$/s,
    play: (_, [, unit = "", word = ""]) => measured(unit, word),
  },
  {
    pattern:
      /^(?:let's )?(?:flip|toss|throw)(?: me)? (?:a|the|another) coin(?: again)?$|^heads or tails$|^coin (?:flip|toss)$/,
    play: (turn) => answer(`**${chance(turn, 2) === 0 ? "Heads" : "Tails"}.** ${HONEST_CHANCE}`),
  },
  {
    pattern:
      /^(?:let's )?(?:roll|throw|cast)(?: me)? (?:a|the|two|another|\d+|some) (?:d(?:ie|ice)|d(\d{1,4}))(?: again)?$|^dice$|^(?:roll )?d(\d{1,4})$/,
    play: (turn, [whole = "", sides = "", more = ""]) =>
      rolled(turn, /two|\b2\b/.test(whole) ? 2 : 1, Number(sides || more) || 6),
  },
  {
    pattern:
      /^(?:pick|choose|give me|tell me|think of|generate|say)(?: me)? (?:a |any )?(?:random )?number(?: (?:between|from) (\d{1,9}) (?:and|to) (\d{1,9}))?$|^random number(?: (?:between|from) (\d{1,9}) (?:and|to) (\d{1,9}))?$/,
    play: (turn, [, low = "", high = "", low2 = "", high2 = ""]) =>
      picked(turn, Number(low || low2) || 1, Number(high || high2) || 100),
  },
  {
    pattern: /^(?:pick|choose|decide)(?: one)?(?: between| from| for me)?:? (.{1,60}?) (?:or|and) ([^?]{1,60})$/,
    play: (turn, [, one = "", other = ""]) =>
      answer(
        `${chance(turn, 2) === 0 ? one : other}. If you feel a little regret now, take the other one.`.replace(
          /^./,
          (first) => first.toUpperCase(),
        ),
      ),
  },
];

const HONEST_CHANCE = "Nothing here is random, though: I derive it from the time at which this answer began.";

/** A number below `sides` that depends on the time of the answer and on how much was said. */
function chance(turn: Turn, sides: number, salt = 0): number {
  return hashOf(`${turn.createdAt.getTime()}/${turn.before.length}/${salt}`) % Math.max(sides, 1);
}

function rolled(turn: Turn, dice: number, sides: number): Part {
  const values = Array.from({ length: dice }, (_, index) => chance(turn, sides, index) + 1);
  const total = values.reduce((sum, value) => sum + value, 0);
  return answer(
    `You rolled **${listOf(values.map(String))}**${dice > 1 ? `, together ${total}` : ""}. ${HONEST_CHANCE}`,
  );
}

function picked(turn: Turn, low: number, high: number): Part {
  const [from, to] = low <= high ? [low, high] : [high, low];
  return answer(`**${from + chance(turn, to - from + 1)}**. ${HONEST_CHANCE}`);
}

function alphabet(backwards: boolean): Part {
  const all = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return exactly(`${(backwards ? all.reverse() : all).join(" ")}.`);
}

function occurrences(letter: string, word: string): Part {
  const count = [...word].filter((one) => one === letter).length;
  return answer(`The letter "${letter}" occurs **${count}** ${count === 1 ? "time" : "times"} in "${word}".`);
}

function measured(unit: string, text: string): Part {
  const word = text.replace(/["']/g, "");
  const counts: Record<string, number> = {
    letters: letters(word).filter((one) => /\p{L}/u.test(one)).length,
    characters: letters(word).length,
    words: word.split(/\s+/).filter((one) => one !== "").length,
    vowels: [...word].filter((one) => /[aeiou]/i.test(one)).length,
  };
  const count = counts[unit] ?? 0;
  return answer(`"${word}" has **${count}** ${count === 1 ? unit.slice(0, -1) : unit}.`);
}
