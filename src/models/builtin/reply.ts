import { apiHelp } from "./api-help.ts";
import { formatNumber } from "./arithmetic.ts";
import { calendar } from "./calendar.ts";
import { ordersIn } from "./character.ts";
import { dress } from "./dress.ts";
import { factAnswers } from "./fact-answers.ts";
import { feelings } from "./feelings.ts";
import { greeting, hello, welcomed } from "./greetings.ts";
import { identity } from "./identity.ts";
import { languageNote, languages } from "./languages.ts";
import { notes } from "./notes.ts";
import { acceptedOffer, yesOrNo } from "./offers.ts";
import { arguable, opinions } from "./opinions.ts";
import { claimed, otherCalled } from "./passing.ts";
import { again, recall } from "./recall.ts";
import { reflection } from "./reflection.ts";
import { handedOn, inRoom } from "./room.ts";
import { answer, type Part, type Skill } from "./skill.ts";
import { smallTalk } from "./small-talk.ts";
import { stories } from "./story.ts";
import { sumIn, sums } from "./sums.ts";
import { company, roomQuestion, selfIn } from "./table-talk.ts";
import { clip, plural, quoted, sentencesOf, stopped } from "./text.ts";
import { type Request, type Sentence, type Turn, turnOf } from "./turn.ts";
import { cannot, unanswered } from "./unknown.ts";
import { why } from "./why.ts";
import { echoed, wordplay } from "./wordplay.ts";

/**
 * What `builtin:chat` says: a pure function, without a clock, without chance, and linear in the text. The conversation is
 * in the messages; the last one of a user is answered, a `[Ada]: ` before its text names the speaker of a room.
 */
export function reply(request: Request): string {
  const first = turnOf(request);
  if (!first) return "Hello! What would you like to talk about?";
  const turn = handedOn(first) ?? first;
  const parts = answered(turn);
  const exact = parts.some((part) => part.exact);
  const note = languageNote(turn);
  const text = parts.map((part) => part.text).join(parts.some(({ text }) => text.includes("\n")) ? "\n\n" : " ");
  // Only a person gives orders.
  const own = exact || otherCalled(turn, turn.line.speaker ?? "") ? {} : ordersIn(turn.line.read.slice(0, 300));
  const orders = { ...turn.character.orders, ...own };
  const told = exact ? text : unrepeated(turn, text);
  return dress(note ? `${note} ${told}` : told, orders, exact);
}

/** Without the sentences that another has just said in answer to the same, unless nothing were left. */
function unrepeated(turn: Turn, text: string): string {
  const { before, character } = turn;
  if (character.others.length === 0) return text;
  const since = before.findLastIndex(({ role, speaker = "" }) => role === "user" && !otherCalled(turn, speaker));
  const said = before.slice(since + 1).flatMap(({ role, read }) => (role === "user" ? sentencesOf(read) : []));
  const repeated = sentencesOf(text).filter((sentence) => sentence.length > 20 && said.includes(sentence));
  const left = repeated
    .reduce((rest, sentence) => rest.replace(sentence, ""), text)
    .replace(/ {2,}/g, " ")
    .trim();
  return left === "" ? text : left;
}

/** What the line asks for as a whole, before it is looked at sentence by sentence. */
const WHOLE: readonly ((turn: Turn) => Part | undefined)[] = [
  again,
  echoed,
  sums,
  inRoom,
  languages,
  accepted,
  lengthy,
];

/** In the order in which they are tried on a sentence: what is sure comes before what only sounds like it. */
const SKILLS: readonly Skill[] = [
  greeting,
  roomQuestion,
  factAnswers,
  recall,
  identity,
  (turn, { text }) => sumIn(turn, text),
  calendar,
  stories,
  wordplay,
  smallTalk,
  yesOrNo,
  apiHelp,
  why,
  feelings,
  claimed,
  notes,
  ordered,
  named,
  cannot,
  opinions,
  arguable,
  unanswered,
];

function answered(turn: Turn): Part[] {
  for (const skill of WHOLE) {
    const part = skill(turn);
    if (part) return [part];
  }
  const found: Part[] = [];
  let remark: Sentence | undefined;
  for (const sentence of read(turn.sentences)) {
    const part = firstOf(turn, sentence);
    if (part) found.push(part);
    else remark = remark && remark.plain.length > sentence.plain.length ? remark : sentence;
  }
  return composed(turn, found, remark);
}

function firstOf(turn: Turn, sentence: Sentence): Part | undefined {
  for (const skill of SKILLS) {
    const part = skill(turn, sentence);
    if (part) return part;
  }
  return undefined;
}

const MOST_SENTENCES = 8;
const read = (sentences: readonly Sentence[]): readonly Sentence[] =>
  sentences.length <= MOST_SENTENCES
    ? sentences
    : [...sentences.slice(0, MOST_SENTENCES / 2), ...sentences.slice(-MOST_SENTENCES / 2)];

const MOST_ANSWERS = 3;

/** Greetings first, then answers; what was only remarked is taken up where nothing was asked. */
function composed(turn: Turn, found: readonly Part[], remark: Sentence | undefined): Part[] {
  const unique = found.filter((part, index) => found.findIndex(({ text }) => text === part.text) === index);
  const of = (...kinds: Part["kind"][]) => unique.filter(({ kind }) => kinds.includes(kind));
  const answers = of("answer");
  const greetings = of("greeting").slice(0, 1);
  const unknown = of("unknown").slice(0, 1);
  if (answers.length || unknown.length) {
    const noted = of("note").slice(0, 1).map(brief);
    const rest =
      answers.length && unknown.length
        ? [answer("The rest I cannot answer: I have no knowledge of the world.")]
        : unknown;
    return [...greetings, ...noted, ...answers.slice(0, MOST_ANSWERS), ...rest];
  }
  const feeling = of("reflection").slice(0, 1);
  const told = of("note").slice(-1);
  const closing = of("closing").slice(-1);
  if (told.length || feeling.length)
    return [
      ...greetings,
      ...(feeling.length ? told.map(brief) : told),
      ...(feeling.length ? feeling : presented(turn, told)),
    ];
  if (closing.length) return closing;
  if (remark) return [...greetings, reflection(turn, remark.text)];
  if (greetings.length) return [...greetings, { kind: "greeting", text: met(turn) }];
  return [reflection(turn, turn.line.read)];
}

/** Only what was noted, without the question after it. */
const brief = (part: Part): Part => ({ ...part, text: part.text.replace(/(?<=[.!]) [^.!?]*\?$/, "") });

/** Who comes in and tells a name, and was asked nothing yet, is told who else is there. */
const presented = (turn: Turn, told: readonly Part[]): Part[] =>
  turn.mine.length === 0 && turn.character.front && !told.some(({ text }) => text.endsWith("?"))
    ? [{ kind: "note", text: `${company(turn)} ${welcomed(turn)}` }]
    : [];

/** After a first greeting a character says who it is. */
const met = (turn: Turn): string =>
  turn.mine.length === 0 && turn.character.name
    ? `${selfIn(turn)} ${turn.character.front ? `${company(turn)} ` : ""}${welcomed(turn)}`
    : welcomed(turn);

function accepted(turn: Turn): Part | undefined {
  const only = turn.sentences.length === 1 ? turn.sentences[0] : undefined;
  const wish = only && acceptedOffer(turn, only.plain);
  if (!wish) return undefined;
  return (
    stories(turn, { text: wish, plain: wish, bare: wish, question: false }) ??
    smallTalk(turn, { text: wish, plain: wish, bare: wish, question: false })
  );
}

const LONG = 2000;

/** A text that is too long to be understood by rules is at least described. */
function lengthy(turn: Turn): Part | undefined {
  const { text } = turn.line;
  if (text.length <= LONG) return undefined;
  const last = turn.sentences.at(-1);
  const asked = last?.question ? firstOf(turn, last) : undefined;
  if (asked?.kind === "answer") return asked;
  const words = text.split(/\s+/).filter((word) => word !== "").length;
  return answer(
    `That is a long text: ${formatNumber(text.length)} characters, ${words === 1 ? "in a single word" : plural(words, "word")}. It begins with ${quoted(clip(text.slice(0, 200).trim(), 80))} I am too small to understand a text of that size; a real model could. Tell me in a sentence or two what it is about?`,
  );
}

/** An order about manner or form that holds from now on. */
function ordered(turn: Turn, { bare, text }: Sentence): Part | undefined {
  if (
    !/^(?:from now on|please (?:always )?(?:answer|reply|respond)|always|(?:answer|reply|respond|speak|talk|act|behave|be|pretend)\b)/.test(
      bare,
    ) ||
    /\?$/.test(text)
  )
    return undefined;
  if (Object.keys(ordersIn(text)).length > 0) return answer("Very well, I will keep to that.");
  return /\b(?:like|as|more|normal|normally)\b/.test(bare) && bare.length < 60
    ? answer(`As you wish. ${welcomed(turn)}`)
    : undefined;
}

function named(turn: Turn, { bare }: Sentence): Part | undefined {
  if (
    !/^(?:your name is|you are (?:now )?called|i(?:'ll| will) call you|call yourself)\b/.test(bare) ||
    !turn.character.name
  )
    return undefined;
  return answer(
    `${stopped(`Then I am ${turn.character.name} from here on`)} ${hello(turn).endsWith("again!") ? "" : welcomed(turn)}`.trim(),
  );
}
