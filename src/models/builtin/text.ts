/** Small, linear tools for English text. Everything here is pure; what can be long is cut before it is looked at. */

const READ = 2000;

/** The part of a text that is read for its meaning: all of a usual message, the beginning and the end of a long one. */
export function excerpt(text: string, most = READ): string {
  const head = Math.floor(most * 0.75);
  const cut = text.length <= most ? text : `${text.slice(0, head)}\n${text.slice(head - most)}`;
  return straighten(cut);
}

/** Straight quotes, plain spaces, and nothing invisible: what people type on phones reads like what they type on keyboards. */
export function straighten(text: string): string {
  return text
    .replace(/[‘’ʼ´`](?=\p{L}|\s|$)/gu, "'")
    .replace(/[“”„«»]/g, '"')
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, "")
    .replace(/[\t\u00a0\u202f]/g, " ");
}

/** Sentences of a text, with their punctuation; a decimal point, a version or an abbreviation ends none. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?…]["')]?)(?<!\b(?:e\.g|i\.e|etc|mr|mrs|ms|dr|st|vs)\.)[ \r\t]+(?=\S)|[\r\n]+|;[ ]/i)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

/** What people leave out while typing. */
const TYPED: Readonly<Record<string, string>> = {
  im: "i'm",
  ive: "i've",
  dont: "don't",
  cant: "can't",
  didnt: "didn't",
  doesnt: "doesn't",
  isnt: "isn't",
  wont: "won't",
  havent: "haven't",
  whats: "what's",
  wheres: "where's",
  hows: "how's",
  whos: "who's",
  thats: "that's",
  youre: "you're",
  u: "you",
  ur: "your",
  r: "are",
};
const UNTYPED =
  /\b(?:im|ive|dont|cant|didnt|doesnt|isnt|wont|havent|whats|wheres|hows|whos|thats|youre|u|ur|r)\b(?!['.])/g;

/** Lower case, single spaces, and neither quotes nor punctuation around it. */
export function plainOf(text: string): string {
  const start = /[\p{L}\p{N}(+\-√@.]/u.exec(text)?.index ?? text.length;
  let end = text.length;
  while (end > start && /[\s.!?,;:…"'~*]/.test(text.charAt(end - 1))) end--;
  const plain = text.slice(start, end).toLowerCase().replace(/\s+/g, " ");
  return plain.replace(UNTYPED, (word) => TYPED[word] ?? word);
}

const FILLER =
  /^(?:hey|hi|hello|ok|okay|okey|so|well|and|but|please|pls|oh|ah|um|hm+|now|then|also|actually|alright|right|yes|no|sorry|listen|look|again|anyway|by the way|btw|just|quick question|one more thing|in fact|honestly|to be honest|i said)(?:\s*[,:!.\u2013\u2014-]+\s*|\s+)(?=\S)|^(?:great|cool|nice|good|thanks|thank you|wonderful|perfect|super)\s*[,:!.\u2013\u2014-]+\s*(?=\S)/;

const WRAPPER =
  /^(?:(?:please )?(?:answer|reply|respond|say|tell me)(?: me)? (?:in|with|using|only|briefly|shortly)\b[^:,.]{0,40}[:,] (?=\S)|(?:can|could|would|will) you (?:please |kindly |maybe |perhaps |just )?(?:(?:tell|remind|show|give) me (?:again )?(?=what|who|where|when|how|why|which|if|whether|my)|(?=\S))|(?:do|did) you (?:still )?(?:happen to )?(?:know|remember|recall) (?=what|who|where|when|how|why|which|if|my)|(?:please |kindly )?(?:tell|remind) me (?:again )?(?=what|who|where|when|how|why|which|if|my)|i(?:'d| would) like (?:you )?to (?:know )?(?=\S)|i (?:want|wanted|need) (?:you )?to (?:know |ask )?(?=what|who|where|when|how|why|which|tell|say|repeat|write|count)|i(?:'m| am) (?:curious|wondering) (?:about )?(?=what|who|where|when|how|why|which|if)|i (?:sometimes |often |do |just )?wonder (?=what|who|where|when|how|why|which|if|whether)|(?:may|can|could) i ask (?:you )?(?=what|who|where|when|how|why|which|if))/;

/** Takes polite beginnings off a plain sentence: "hey, could you tell me what my name is" becomes "what my name is". */
export function unwrap(plain: string): string {
  let rest = plain;
  for (let round = 0; round < 6; round++) {
    const shorter = rest.replace(FILLER, "").replace(WRAPPER, "");
    if (shorter === rest || shorter === "") break;
    rest = shorter;
  }
  return (
    rest.replace(/[ ,]+(?:please|pls|again please|then|by the way|btw|if you can|for me|now then)$/, "").trim() || plain
  );
}

const SWAPS: Record<string, string> = {
  i: "you",
  me: "you",
  my: "your",
  mine: "yours",
  myself: "yourself",
  "i'm": "you're",
  "i've": "you've",
  "i'll": "you'll",
  "i'd": "you'd",
  am: "are",
  we: "you",
  us: "you",
  our: "your",
  ours: "yours",
  "we're": "you're",
  "we've": "you've",
  your: "my",
  yours: "mine",
  yourself: "myself",
  "you're": "I'm",
  "you've": "I've",
  "you'll": "I'll",
};
const BEFORE_I =
  /^(?:|that|if|when|because|and|but|what|how|why|whether|do|did|are|can|could|will|would|should|think|hope|know)$/;

/** Turns the words of one speaker into those of the other: "I lost my keys" becomes "you lost your keys". */
export function swapPerson(text: string): string {
  const words = text.split(/(\s+)/);
  let before = "";
  return words
    .map((token, index) => {
      const match = /^([^\p{L}]*)(.*?)([^\p{L}]*)$/su.exec(token);
      const word = match?.[2]?.toLowerCase() ?? "";
      if (word === "") return token;
      const last = index >= words.length - 1;
      const swapped = swapWord(word, before, last);
      before = word;
      return swapped === undefined ? token : `${match?.[1] ?? ""}${swapped}${match?.[3] ?? ""}`;
    })
    .join("");
}

function swapWord(word: string, before: string, last: boolean): string | undefined {
  if (word === "you") return !last && BEFORE_I.test(before) ? "I" : "me";
  if (word === "are" && before === "you") return "am";
  if (word === "was" && before === "i") return "were";
  if (word === "were" && before === "you") return "was";
  return Object.hasOwn(SWAPS, word) ? SWAPS[word] : undefined;
}

/** The first letter large. */
export const capital = (text: string): string => {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 32);
  return text === "" ? "" : first.toUpperCase() + text.slice(first.length);
};

/** With a full stop at its end, unless it has one of its own. */
export const stopped = (text: string): string => (/[.!?…:]["')*]*$/.test(text) ? text : `${text}.`);

/** "a", "a and b", "a, b and c". */
export function listOf(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** At most `length` UTF-16 units, cut between words where there are any, never inside a surrogate pair. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  const space = cut.lastIndexOf(" ");
  const end = space > length / 2 ? space : /[\ud800-\udbff]$/.test(cut) ? length - 1 : length;
  return `${cut.slice(0, end).replace(/[\s,.;:]+$/, "")}…`;
}

/** One line of what somebody said, short enough to be quoted; a mention in it calls nobody. */
export const quoted = (text: string, length = 120): string =>
  `"${clip(
    straighten(text.slice(0, 2 * length))
      .replace(/\s+/g, " ")
      .replace(/"/g, "'")
      .replace(/@(?=\w)/g, "")
      .trim(),
    length,
  )}"`;

/** FNV-1a: the same text gives the same number, 0 to 2^32 - 1. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}

/** Puts values into the `{name}` places of a template; a `{Name}` gets its value with a capital letter. */
export function fill(template: string, values: Readonly<Record<string, string | undefined>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? values[name.toLowerCase()] ?? "";
    return /^[A-Z]/.test(name) ? capital(value) : value;
  });
}

const NUMBER_WORDS =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty";

/** A count in words up to twenty, in digits beyond. */
export const countWord = (count: number): string => NUMBER_WORDS.split(" ")[count] ?? String(count);

/** "1 message", "2 messages". */
export const plural = (count: number, noun: string): string => `${countWord(count)} ${noun}${count === 1 ? "" : "s"}`;
