import { arguingOf } from "./arguing.ts";
import { anyCase, sideOf, unsaid } from "./cases.ts";
import { nameOf } from "./facts.ts";
import { isOpenQuestion, themeBefore } from "./matters-now.ts";
import { answer, type Part, type Skill } from "./skill.ts";
import { listOf, quoted, stopped, swapPerson } from "./text.ts";
import { caseIn, themeOf } from "./themes.ts";
import type { Turn } from "./turn.ts";
import { notAGame, viewOn } from "./views.ts";
import { VOICES } from "./voices.ts";

/** Handing the word on: a person asks to have others asked, or says something that others should answer. */

export const same = (one: string, other: string | undefined): boolean => one.toLowerCase() === other?.toLowerCase();

/** The name as the others are called, if it is one of theirs. */
export const otherCalled = ({ character }: Turn, name: string): string | undefined =>
  character.others.find((other) => same(other, name));

/** More than a few at once would only talk over each other. */
const MOST_CALLED = 3;

/** "@Otto and @Vera". */
const called = (names: readonly string[]): string => listOf(names.map((name) => `@${name}`));

/** A host calls others where nobody but it was woken by what a person said. */
export const mayCall = ({ character, mentioned }: Turn): boolean =>
  character.stance === "host" && character.others.length > 0 && (character.front || mentioned);

const GUESTS = [
  "On {topic} you should hear more than one voice. {guests}, what do you say?",
  "{Topic}: there my guests will not agree. {guests}, the floor is yours.",
  "I take no side on {topic}, but I know who does. What do you think, {guests}?",
];

/** The question goes to the others, who hear what was asked. */
export const toGuests = (turn: Turn, topic: string): Part =>
  answer(turn.choose(GUESTS, { topic, guests: called(turn.character.others.slice(0, MOST_CALLED)) }));

/** The question is for each of the others to answer alone. */
export const askGuests = (turn: Turn): Part =>
  answer(
    turn.choose(["A host likes what the guests like. {guests}, what would you say?", "I will ask round. {guests}?"], {
      guests: called(turn.character.others.slice(0, MOST_CALLED)),
    }),
  );

/** The person who speaks, by the name that is known. */
export const personIn = (turn: Turn): string => {
  const { speaker } = turn.line;
  return nameOf(turn.facts()) ?? (speaker && speaker !== "HUMAN" ? speaker : "our guest");
};

const WHOM = "(@?[\\w-]{1,64}(?:(?:,? and |, )@?[\\w-]{1,64}){0,3})";
const ASK = new RegExp(
  `^(?:@[\\w-]{1,64}[,:]? |[\\w-]{1,64}[,:] )?(?:please |and |now |so )*(?:can you |could you |would you )?(?:please )?(ask|tell|invite|call|greet|question|challenge|answer|reply to|respond to|address|say (?:hello|hi) to|hand (?:it |this )?over to|pass (?:it |this )?(?:on )?to|over to|give the floor to|turn to)\\s+${WHOM}[,:]?(?:\\s+(.{0,400}))?$`,
  "i",
);
const THINKS = new RegExp(
  `\\bwhat (?:do|does|would|did|is|are) (the others?|they|the rest|everyone(?: else)?|everybody(?: else)?|both|${WHOM.slice(1, -1)})(?:'s)? (?:think|say|opinion|view|take)\\b(?: (?:about|of|on|to) ([^?]{2,120}))?`,
  "i",
);
/** What somebody said is a question for the memory. */
const REPORTED = /\bwhat did [\w@-]+ (?:just )?(?:say|tell|answer|write)\b/i;
const ALL = /^(?:the others?|they|the rest|everyone(?: else)?|everybody(?: else)?|both)$/i;

/** "Ask Otto what he thinks of tea": whoever is asked to calls Otto; Otto himself, if he heard it, answers. */
export function passedOn(turn: Turn): Part | undefined {
  const { handle, stance } = turn.character;
  for (const { text } of turn.sentences.slice(0, 6)) {
    const sentence = text.replace(/[?.!]+$/, "");
    const [, verb = "", to = "", rest = ""] = ASK.exec(sentence) ?? [];
    const [, thinkers = "", of = ""] = (REPORTED.test(text) ? null : THINKS.exec(text)) ?? [];
    const wanted = to || thinkers;
    if (!wanted) continue;
    const words = ALL.test(wanted) ? [] : wanted.split(/,? and |, /i).map((one) => one.replace(/^@/, ""));
    // Whoever is to ask will call this one.
    if (to && turn.mentioned && !turn.line.addressedFirst && words.some((one) => same(one, handle)))
      return answer(turn.choose(LISTENING[stance] ?? ANY_LISTENING));
    if (words.some((one) => same(one, handle))) return view(turn, text, asked(turn, to ? rest : of));
    const names = ALL.test(wanted) ? turn.character.others : words.flatMap((one) => otherCalled(turn, one) ?? []);
    const [first] = names;
    if (!first) continue;
    // Where all the others are asked, this is one of them.
    if (stance !== "host" && ALL.test(wanted)) return view(turn, text, asked(turn, of));
    if (stance !== "host" && !turn.line.addressed)
      return answer(`That is for ${listOf(names)} to say. ${turn.choose(VOICES[stance].welcome)}`);
    return answer(to ? handed(turn, names, verb, uncalling(rest)) : askedDirectly(turn, names, uncalling(of)));
  }
  return undefined;
}

function view(turn: Turn, text: string, topic: string): Part {
  const found = caseIn(text);
  const { stance } = turn.character;
  const unnamed = topic === UNNAMED ? answer(turn.choose(VOICES[stance].welcome)) : undefined;
  return (found && viewOn(turn, found)) ?? unnamed ?? answer(turn.choose(VOICES[stance].opinion, { topic }));
}

/** Words of a person, said on: they call nobody. */
const uncalling = (words: string): string => words.trim().replace(/@(?=\w)/g, "");

const askedDirectly = (turn: Turn, names: readonly string[], of: string): string =>
  `Let us ask directly. ${called(names.slice(0, MOST_CALLED))}, what do you think of ${of ? swapPerson(of) : lastSubject(turn)}?`;

const asked = (turn: Turn, rest: string): string => aboutIn(rest) ?? lastSubject(turn);

/** "about freedom", "what he thinks of tea": short words are the subject as they stand. */
function aboutIn(rest: string): string | undefined {
  const words = uncalling(rest)
    .replace(/^(?:about|of|on) /i, "")
    .trim();
  const short =
    words !== "" && words.split(" ").length <= 4 && !/\b(?:is|are|he|she|they|it|that|this|you|i)\b/i.test(words);
  return themeOf(rest) ?? (short ? swapPerson(words) : undefined);
}

function handed(turn: Turn, names: readonly string[], verb: string, words: string): string {
  const to = called(names.slice(0, MOST_CALLED));
  const who = personIn(turn).replace(/^o/, "O");
  if (/^(?:say|greet)/i.test(verb)) return `Hello ${to}! ${who} asked me to greet you, and I do so gladly.`;
  const why =
    /^tell/i.test(verb) && /^(?:why|how|that|about) /i.test(words) && names[0]
      ? argued(turn, names[0], words)
      : undefined;
  if (why) return why;
  if (/^tell/i.test(verb) && !/^(?:us|me)\b/i.test(words)) return told(to, who, words);
  const about = /^(?:(?:us |me )?about|on|for)\s+(.+)$/i.exec(words)?.[1];
  if (about)
    return `${to}, ${turn.choose(["what can you tell us about {about}?", "we would like to hear you on {about}. What is your view?"], { about: swapPerson(about) })}`;
  const opinion = /^(?:what|how) (?:he|she|they) (?:thinks?|feels?|says?)(?: (?:of|about|on) (.+))?$/i.exec(words);
  if (opinion) return `${to}, what do you think of ${opinion[1] ? swapPerson(opinion[1]) : lastSubject(turn)}?`;
  if (/^(?:what|who|why|how|when|where|which|whether|if)\b/i.test(words))
    return `${to}, ${who} would like to know ${words.replace(/\b(?:he|she|they) (think|like|want|mean|feel|say|know|do|believe)s?\b/gi, "you $1")}.`;
  const wish = /^(?:to|for)\s+(.+)$/i.exec(words)?.[1];
  if (wish) return `${to}, would you ${wish}?`;
  return `${to}, over to you: what do you say about ${words ? asked(turn, words) : lastSubject(turn)}?`;
}

/** Who is to tell another why argues for it, or against it, as the character would. */
function argued(turn: Turn, other: string, words: string): string | undefined {
  const theme = themeOf(words);
  const found = caseIn(words) ?? (theme === undefined ? undefined : anyCase(theme));
  const side = sideOf(turn.character.stance);
  const said = turn.before.map(({ text }) => text);
  const argument = found && side && !notAGame(turn, words) ? unsaid(found[side], said, theme ?? "") : undefined;
  return argument && turn.choose(arguingOf(turn.character.stance).open, { topic: found?.topic, argument, other });
}

const LISTENING: Readonly<Record<string, readonly string[]>> = {
  host: ["I am listening, as a host should.", "The floor is free; I am listening."],
  optimist: ["I am all ears!", "Go ahead, I am looking forward to it!"],
  sceptic: ["I am listening, and I shall ask questions.", "Let us hear it; I promise nothing."],
  pirate: ["Speak up, matey, me ears be open!"],
};
const ANY_LISTENING = ["I am listening.", "Please, go ahead."];

function told(to: string, who: string, words: string): string {
  if (!words) return `${to}, you are asked to speak.`;
  return `${to}, ${who} would like you to know ${/^(?:that|about|how|what|why)\b/i.test(words) ? stopped(words) : `this: ${stopped(words)}`}`;
}

/** What was talked about last, by whoever is asking. */
export const lastSubject = (turn: Turn): string => themeBefore(turn, turn.before)?.theme ?? UNNAMED;
const UNNAMED = "what was said so far";

/** "Vera, what would change your mind?" reached somebody else: a host calls Vera, another leaves it to her. */
export function forAnother(turn: Turn): Part | undefined {
  const atBegin = /^\s*([A-Za-z0-9][\w-]{0,63})\s*[,:]\s+(\S.{1,600})$/s.exec(turn.line.text);
  const begun = atBegin && otherCalled(turn, atBegin[1] ?? "") !== undefined;
  const [, name = "", words = ""] = begun ? atBegin : calledAtEnd(turn.line.text);
  const other = otherCalled(turn, name);
  if (!other || turn.mentioned) return undefined;
  if (!mayCall(turn)) return turn.character.front ? undefined : answer(turn.choose(LEFT, { other }));
  return answer(
    `@${other}, that goes to you: ${stopped(
      words
        .trim()
        .replace(/\s+/g, " ")
        .replace(/@(?=\w)/g, "")
        .slice(0, 300),
    )}`,
  );
}

/** "Why do you say that, Vera?" */
function calledAtEnd(text: string): readonly [string, string, string] | readonly [] {
  const [, words = "", comma, name = ""] =
    /^(.{3,400}?)(,)? ([A-Za-z0-9][\w-]{0,63})\s*[?.!]*$/s.exec(text.trim()) ?? [];
  return comma || /\b(?:do|are|would|can|have|did) you\b/i.test(words) ? ["", name, `${words}?`] : [];
}

const LEFT = [
  "I leave that to {other}.",
  "{Other} can say that better than I can.",
  "Not my question, but I would like to hear the answer, {other}.",
];

const CLAIM =
  /^(?:(?:i (?:really |still |also |firmly )?(?:think|believe|find|feel|would say|am (?:sure|convinced))(?: that)?|in my (?:opinion|view),?) (?!i\b|i'm\b|you\b|so$)|.{2,60} (?:is|are) (?:(?:so|much|really|just|far|very|totally|simply|an?|the) )*(?:better|worse|over-?rated|under-?rated|great|terrible|awful|best|worst|useless|dangerous|wonderful|bad|good|stupid|necessary|important|waste|scam|blessing)\b)(.{0,200})$/;

/** Somebody says what they think: a host wants to hear one of the others on it; who has a view of it gives that. */
export const claimed: Skill = (turn, { bare, text, question }) => {
  if (question || turn.character.others.length === 0 || !CLAIM.test(bare)) return undefined;
  // "What do you think?" beside it asks for the same.
  if (turn.sentences.some((sentence) => sentence.question && isOpenQuestion(sentence.text))) return undefined;
  const refused = notAGame(turn, text);
  if (refused) return refused;
  const { others } = turn.character;
  const other = others[turn.asked.length % others.length];
  if (mayCall(turn)) return answer(turn.choose(SECOND_VOICE, { quote: quoted(text, 100), other }));
  const { stance } = turn.character;
  if (!sideOf(stance)) return undefined;
  const found = caseIn(text);
  const topic = themeOf(text);
  return (found && viewOn(turn, found)) ?? (topic ? answer(turn.choose(VOICES[stance].reflect, { topic })) : undefined);
};

const SECOND_VOICE = [
  "I would like to hear a second voice on that. @{other}, what do you say to {quote}?",
  "{quote}: that will not go unanswered here. @{other}?",
];
