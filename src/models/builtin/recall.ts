import { inOrder, likesOf, nameOf, statements } from "./facts.ts";
import { same } from "./passing.ts";
import { answer, exactly, type Part, type Skill } from "./skill.ts";
import { capital, countWord, listOf, plainOf, plural, quoted, sentencesOf, stopped } from "./text.ts";
import type { Line, Turn } from "./turn.ts";

/** What the whole line asks to have said again; "pardon?" is a line of its own. */
export function again(turn: Turn): Part | undefined {
  const plain = plainOf(turn.line.read).replace(/[,]? please$/, "");
  if (!AGAIN.test(plain)) return undefined;
  const last = turn.before.findLast(({ role }) => role === "assistant");
  return last ? exactly(last.text.trim()) : answer("I have not said anything yet that I could repeat.");
}

const AGAIN =
  /^(?:(?:please |(?:can|could|would) you (?:please )?)?(?:repeat|say) (?:that|it|this|yourself|your (?:last |previous )?(?:answer|message|reply|words|sentence)|what you (?:just )?said|the last (?:answer|message|one))(?: again| once more)?|pardon(?: me)?|come again|say again|once more|what did you (?:just )?(?:say|answer|write)(?: just now| last| again)?|what was your (?:last|previous) (?:answer|message|reply)|i beg your pardon|repeat)$/;

type Question = { pattern: RegExp; tell(turn: Turn, match: readonly string[]): string | undefined };

/** Answers questions on the conversation itself. */
export const recall: Skill = (turn, { bare }) => {
  for (const { pattern, tell } of QUESTIONS) {
    const match = pattern.exec(bare);
    const told =
      match &&
      tell(
        turn,
        [...match].map((part) => part ?? ""),
      );
    if (told) return answer(told);
  }
  return undefined;
};

const FIRST_EVER = "This is the first message that I have of you. I only know what is sent along as `context`.";
const ORDINALS: Record<string, number> = {
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  fifth: 5,
  sixth: 6,
  seventh: 7,
  eighth: 8,
  ninth: 9,
  tenth: 10,
};
const SAID = "(?:say|said|ask|asked|write|wrote|type|typed|send|sent|tell you|told you)";
const THING = "(?:message|question|sentence|text|words?|line|thing|request|prompt)";

const QUESTIONS: readonly Question[] = [
  {
    pattern: new RegExp(
      `^(?:what|tell|repeat|quote|show|do you (?:know|remember)|which|my)\\b.{0,30}\\bmy (?:very )?(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth) ${THING}s?\\b`,
    ),
    tell: ({ asked }, [, which = ""]) => nth(asked, which),
  },
  {
    pattern: new RegExp(
      `^what(?:'s| is| was| were)? (?:the )?(?:very )?(first|second|third) ${THING}s? (?:that )?i (?:ever )?${SAID}`,
    ),
    tell: ({ asked }, [, which = ""]) => nth(asked, which),
  },
  {
    pattern: new RegExp(
      `^what did i ${SAID} (?:at )?(?:first|the (?:very )?(?:beginning|start)|to begin with|in the beginning)|^how did (?:i|we|this) (?:start|begin)`,
    ),
    tell: ({ asked }) => nth(asked, "first"),
  },
  {
    pattern: new RegExp(
      `^(?:what|tell|repeat|quote|show|do you (?:know|remember)|my)\\b.{0,30}\\bmy (?:last|previous|latest|most recent) ${THING}s?\\b|^what(?:'s| is| was)? (?:the )?(?:last|previous) ${THING} (?:that )?i ${SAID}|^what did i (?:just |last )?${SAID}(?: just now| last| before(?: that| this)?| right before| a moment ago| earlier)?$|^(?:repeat |quote )?what i (?:just )?said(?: before)?$`,
    ),
    tell: ({ asked }) => lastOf(asked),
  },
  {
    pattern:
      /^what(?:'s| was) (?:the )?(?:very )?first (?:thing|message|sentence) (?:that )?you (?:said|wrote|sent)|^what did you say first|^what was your first (?:message|answer|reply|sentence)/,
    tell: ({ before }) => firstOfMine(before),
  },
  {
    pattern:
      /^how many (?:messages|questions|things|times|lines)\b.{0,40}(?:\bi\b|\bwe\b|so far|conversation|are there|context|sent|asked)|^count (?:my|our|the) messages/,
    tell: counted,
  },
  {
    pattern:
      /^(?:repeat|list|quote|write down|(?:show|tell)(?: me)?(?= .*\b(?:said|wrote|written|conversation|chat)\b)) (?:again )?(?:everything|all|all of what|every message|our (?:whole |entire )?(?:conversation|chat|dialogue))(?: (?:that )?(?:(we|i|you)(?: both| have|'ve)? (?:just )?(?:said|wrote|written|talked about|discussed|told me|told you)))?(?: so far| again| to each other| until now)*$/,
    tell: (turn, [, who = ""]) => transcript(turn, who),
  },
  {
    pattern:
      /^(?:summari[sz]e|recap|sum up|wrap up|give (?:me )?(?:an? )?(?:short |brief |quick )?(?:summary|recap)|what (?:have|did) we (?:talk(?:ed)?|discuss(?:ed)?|say|said|speak|spoken|chat(?:ted)?|cover(?:ed)?)|what (?:was|is|were) (?:this|our) (?:conversation|chat|discussion|talk) about|where were we|tl;?dr|(?:a |the )?(?:summary|recap))\b(?! of (?!(?:our|this|the|what|it|everything)\b))/,
    tell: summary,
  },
  {
    pattern:
      /^what (?:did|have) (\w[\w-]{0,40}) (?:just )?(?:say|said|tell|told|think|thought)(?: (?:us|you|me))?(?: about (.{1,60}))?$/,
    tell: (turn, [, who = "", about = ""]) => saidBy(turn, who, about),
  },
  {
    pattern:
      /^(?:do you remember|can you remember|remember) (?:our|my|the) (?:last|previous|earlier) (?:conversation|chat|talk|session)|^do you (?:still )?(?:remember|know) me\b|^(?:do|will|can) you remember (?:this|me|everything|that|things|our conversation|what i (?:say|said|told you))(?: later| tomorrow| next time)?$|^remember (?:me|this|that|everything) (?:later|tomorrow|next time)$|^do you have (?:a )?memory$/,
    tell: memory,
  },
];

const nth = (asked: readonly Line[], which: string): string => {
  const number = ORDINALS[which] ?? 1;
  const line = asked[number - 1];
  if (line) return `Your ${which} message here was: ${quoted(line.text, 300)}`;
  return number === 1 ? FIRST_EVER : `I have only ${plural(asked.length, "earlier message")} of yours.`;
};

const lastOf = (asked: readonly Line[]): string => {
  const last = asked.at(-1);
  return last ? `Before this you said: ${quoted(last.text, 300)}` : FIRST_EVER;
};

const firstOfMine = (before: readonly Line[]): string => {
  const first = before.find(({ role }) => role === "assistant");
  return first
    ? `The first thing that I said was: ${quoted(first.text, 300)}`
    : "I have not said anything before this.";
};

function counted({ asked, mine, before }: Turn): string {
  const answers = before.filter(({ role }) => role === "assistant").length;
  const sent = `You have sent ${plural(asked.length + 1, "message")} so far, this one included`;
  return mine.length
    ? `${sent}; I have answered ${answers === 1 ? "once" : `${countWord(answers)} times`} before.`
    : `${sent}.`;
}

function memory({ facts, asked, character }: Turn): string {
  const name = nameOf(facts());
  const now = asked.length
    ? `Right now I have ${plural(asked.length, "earlier message")} of yours${name ? `, and I know that you are ${name}` : ""}.`
    : "This message came without any.";
  if (character.room)
    return `I remember what was said in this room of late: at most fifty messages, until an hour after the last one. ${asked.length ? now : "From you this is the first."}`;
  return `I remember exactly what is sent along with each message as its \`context\`, and nothing beyond: no earlier conversation is kept on this server. ${now}`;
}

function saidBy(turn: Turn, who: string, about: string): string | undefined {
  const lines = linesBy(turn, who);
  if (!lines) return undefined;
  const words = about.replace(/^(?:the|my|a|an|your|his|her|their|its) /, "").toLowerCase();
  const found = lines
    .flatMap(({ read }) => sentencesOf(read))
    .filter((sentence) => words === "" || sentence.toLowerCase().includes(words));
  const told = lines[0]?.speaker;
  const subject = who === "i" ? "You" : who === "you" ? "I" : told && same(told, who) ? told : capital(who);
  const last = found.at(-1);
  if (!last)
    return words
      ? `I find nothing about ${about} in what ${subject === "I" ? "I" : subject.toLowerCase() === "you" ? "you" : subject} said here.`
      : undefined;
  return `${subject} said: ${found
    .slice(-3)
    .map((sentence) => quoted(sentence, 200))
    .join(" and ")}`;
}

function linesBy({ asked, before, facts }: Turn, who: string): readonly Line[] | undefined {
  if (who === "i") return asked;
  if (who === "you")
    return before
      .filter(({ role }) => role === "assistant")
      .map((line) => ({ ...line, read: line.text.slice(0, 10_000) }));
  const speakers = [...new Set(before.flatMap(({ speaker }) => speaker ?? []))];
  // By the name that stands there, else by the one that was told.
  const meant = speakers.find((one) => same(one, who)) ?? speakers.find((one) => same(who, nameOf(facts(one))));
  const lines = before.filter(({ speaker }) => meant !== undefined && speaker === meant);
  return lines.length ? lines : undefined;
}

const MOST = 5;

function summary(turn: Turn): string {
  const { asked, before, facts } = turn;
  if (before.length === 0) return `There is nothing to sum up yet. ${FIRST_EVER}`;
  const others = [
    ...new Set(before.flatMap(({ speaker }) => (speaker && speaker !== turn.line.speaker ? [speaker] : []))),
  ];
  const known = facts();
  const told = inOrder(known).filter(({ topic }) => topic !== "note");
  const questions = asked.filter(({ read }) => /\?\s*$/.test(read)).map(({ text }) => quoted(text, 60));
  const remarks = asked.filter(({ read }) => !/\?\s*$/.test(read)).map(({ text }) => quoted(text, 60));
  const sentences = [
    `So far you have written ${plural(asked.length, "message")}${others.length ? `, and ${listOf(others)} took part` : ""}.`,
  ];
  if (told.length) sentences.push(`I learned that ${stopped(statements(told.slice(0, 10)))}`);
  if (questions.length) sentences.push(`You asked ${listOf(few(questions))}.`);
  if (remarks.length && !told.length) sentences.push(`You also said ${listOf(few(remarks))}.`);
  for (const other of others.slice(0, 4)) sentences.push(lastWord(before, other));
  if (likesOf(known).length === 0 && told.length === 0)
    sentences.push("About yourself you have told me little so far.");
  return sentences.map(capital).join(" ");
}

const MOST_LINES = 40;

/** What was said word for word, as far as it is short; the middle of a long conversation is left out. */
function transcript({ before, line }: Turn, who: string): string {
  const wanted = before
    .filter(({ role }) => who !== "i" || role === "user")
    .filter(({ role }) => who !== "you" || role === "assistant");
  if (wanted.length === 0) return FIRST_EVER;
  const name = ({ role, speaker }: Line) =>
    role === "assistant" ? "I" : speaker && speaker !== line.speaker ? speaker : "You";
  const lines = wanted.map((one) => `- ${name(one)}: ${quoted(one.text, 200)}`);
  const left = lines.length - MOST_LINES;
  const kept =
    left > 0 ? [...lines.slice(0, 10), `- … ${plural(left, "message")} more …`, ...lines.slice(10 + left)] : lines;
  return ["This is what was said:", ...kept].join("\n");
}

const few = (items: readonly string[]): string[] =>
  items.length <= MOST ? [...items] : [...items.slice(0, 2), ...items.slice(-(MOST - 2))];

function lastWord(before: readonly Line[], who: string): string {
  const last = before.findLast(({ speaker }) => speaker === who);
  return `${who}'s last word was ${quoted(last?.text ?? "", 80)}`.replace(/(?<![.!?…])"$/, '".');
}
