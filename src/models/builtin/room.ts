import { answer, type Part } from "./skill.ts";
import { clip, plainOf, quoted, sentencesOf, stopped, swapPerson } from "./text.ts";
import { subjectOf, topicOf } from "./topics.ts";
import { gist, type Line, type Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

/** What is said in a room that concerns the others in it: a debate, a question to pass on, a word from another character. */
export function inRoom(turn: Turn): Part | undefined {
  const { others } = turn.character;
  if (others.length === 0) return undefined;
  const speaker = turn.line.speaker;
  if (speaker && isOther(turn, speaker)) return toOther(turn, speaker);
  return passedOn(turn) ?? debateOpened(turn);
}

const isOther = ({ character }: Turn, name: string): boolean =>
  character.others.some((other) => other.toLowerCase() === name.toLowerCase()) && character.name !== undefined;

const DEBATE =
  /\b(?:discuss|debate|argue|talk (?:to|with) (?:each other|one another|him|her|them|@?\w+)|talk (?:it|this|that) over|talk among|exchange (?:views|arguments)|convince (?:each other|him|her|them|@?\w+)|disagree|fight it out|have a (?:debate|discussion|conversation)|speak (?:to|with) (?:each other|one another)|ask each other|answer each other|respond to each other)\b/i;

/** The line by which a person set a debate going, if one of the latest did. */
const debateOf = (turn: Turn): Line | undefined =>
  [...turn.before, turn.line]
    .filter((line) => line.role === "user" && !isOther(turn, line.speaker ?? ""))
    .slice(-3)
    .findLast(({ read }) => DEBATE.test(read));

function debateOpened(turn: Turn): Part | undefined {
  if (!DEBATE.test(turn.line.read) || turn.line.read.length > 600) return undefined;
  const other = counterpart(turn);
  return answer(turn.choose(VOICES[turn.character.stance].open, { topic: debateTopic(turn.line.read), other }));
}

/** Whom to address: one who was named along with this character, else the next in the order of names. */
function counterpart(turn: Turn): string {
  const { others, name = "" } = turn.character;
  const text = turn.line.read.toLowerCase();
  const named = others.find((other) => new RegExp(`\\b${other.toLowerCase().replace(/[^\w]/g, "\\$&")}\\b`).test(text));
  const sorted = [...others].sort();
  return named ?? sorted.find((other) => other > name) ?? sorted[0] ?? "all";
}

function debateTopic(text: string): string {
  const plain = text
    .replace(/@[\w-]+,?/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  const whether = /\bwhether (?:or not )?([^?!.;\n]{3,120})/i.exec(plain)?.[1];
  if (whether) return compared(whether) ?? topicOf(whether) ?? `the question whether ${whether.trim()}`;
  const direct =
    /\b(?:discuss|debate)(?: with [\w ,]{1,40}?)?(?: the (?:question|topic|subject)(?: of| about)?)?[: ]+(?!with\b|with each|it\b|this\b|that\b|about\b|on\b|among\b|together\b)([^?!.;\n]{3,120})/i.exec(
      plain,
    )?.[1];
  const clause =
    direct &&
    (/^(?:is|are|should|do|does|can|will|would|what|which|who|how|why|if)\b/i.test(direct) ||
      direct.split(" ").length > 6);
  const topic =
    (clause ? (compared(direct.replace(/^(?:is|are) (\S+)/i, "$1 is")) ?? topicOf(direct)) : direct) ??
    subjectOf(plain) ??
    "this";
  return clip(
    swapPerson(
      topic
        .trim()
        .replace(/\s+(?:with|among|between) (?:each other|one another|yourselves|you)$/i, "")
        .replace(/,? please$/i, ""),
    ),
    90,
  );
}

/** "tea is better than coffee" is about "tea and coffee". */
function compared(clause: string): string | undefined {
  const match =
    /^([\p{L} -]{2,40}?) (?:is|are|tastes?|works?|makes?|was|were) .{0,30}?\b(?:\w+er|more \w+|less \w+|worse) (?:\w+ )?than ([\p{L} -]{2,40})$/iu.exec(
      clause.trim(),
    );
  return match ? `${match[1]} and ${match[2]}` : undefined;
}

const ASK =
  /^(?:please |and |now |so )*(?:can you |could you |would you )?(?:please )?(?:ask|tell|invite|call|greet|question|challenge|answer|reply to|respond to|address|say (?:hello|hi) to|hand (?:it |this )?over to|pass (?:it |this )?(?:on )?to|over to|give the floor to|turn to|introduce (?:me|us) to)\s+@?([\w-]{1,64})[,:]?\s*(.{0,400})$/i;

/** "Ask Otto what he thinks of tea": the word is handed over, by a mention. */
function passedOn(turn: Turn): Part | undefined {
  for (const { text } of turn.sentences.slice(0, 6)) {
    const match = ASK.exec(
      text.replace(/^@?[\w-]+[,:] /, (head) => (isOther(turn, head.replace(/[@,: ]/g, "")) ? head : "")),
    );
    const other = match && turn.character.others.find((one) => one.toLowerCase() === match[1]?.toLowerCase());
    if (other) return answer(handed(turn, other, text, (match[2] ?? "").trim()));
  }
  const thinks =
    /\bwhat (?:does|would|did|is) @?([\w-]{1,64})(?:'s)? (?:think|say|opinion|view|take)\b(?: (?:about|of|on|to) ([^?]{2,120}))?/i.exec(
      turn.line.read,
    );
  const asked = thinks && turn.character.others.find((one) => one.toLowerCase() === thinks[1]?.toLowerCase());
  if (!asked) return undefined;
  return answer(
    `Let us ask directly. @${asked}, what do you think${thinks[2] ? ` of ${swapPerson(thinks[2].trim())}` : " of that"}?`,
  );
}

function handed(turn: Turn, other: string, text: string, rest: string): string {
  const who = turn.line.speaker && turn.line.speaker !== "HUMAN" ? turn.line.speaker : "Our guest";
  const words = rest.replace(/[?.!]+$/, "");
  if (/\b(?:say (?:hello|hi)|greet)\b/i.test(text))
    return `Hello @${other}! ${who} asked me to greet you, and I do so gladly.`;
  if (/\btell\b/i.test(text))
    return words
      ? `@${other}, ${who} would like you to know ${/^(?:that|about|how|what|why)\b/i.test(words) ? stopped(words) : `this: ${stopped(words)}`} What do you say?`
      : `@${other}, you are asked to speak.`;
  const about = /^(?:about|on|for)\s+(.+)$/i.exec(words)?.[1];
  if (about)
    return `@${other}, ${turn.choose(["what can you tell us about {about}?", "we would like to hear you on {about}. What is your view?"], { about: swapPerson(about) })}`;
  const asked = /^(?:what|who|why|how|when|where|which|whether|if)\b/i.exec(words);
  if (asked)
    return `@${other}, ${who} would like to know ${words.replace(/\b(?:he|she|they) (?=think|like|want|mean|feel|say|know|do|believe)(\w+?)s?\b/gi, "you $1")}. What do you say?`;
  const to = /^(?:to|for)\s+(.+)$/i.exec(words)?.[1];
  if (to) return `@${other}, would you ${stopped(to)}`.replace(/\.$/, "?");
  const topic = words ? (topicOf(words) ?? "that") : lastSubject(turn);
  return `@${other}, over to you: what do you say about ${topic}?`;
}

const lastSubject = (turn: Turn): string => {
  const last = turn.asked.findLast(({ read }) => topicOf(read.slice(0, 200)) !== undefined);
  return last ? (topicOf(last.read.slice(0, 200)) ?? "that") : "what was said so far";
};

/** An answer to another character: to what it said, from this one's side; in a debate the word goes back to it. */
function toOther(turn: Turn, speaker: string): Part {
  const debate = debateOf(turn);
  const theirs = turn.line.read.replace(/@[\w-]+,?\s*/g, "").trim();
  const greeted = /^(?:hello|hi|hey|ahoy|welcome)\b/i.test(theirs) && theirs.length < 120;
  if (greeted && !debate) return answer(`Hello, ${speaker}! ${turn.choose(VOICES[turn.character.stance].welcome)}`);
  const topic = debate ? debateTopic(debate.read) : (subjectOf(theirs) ?? "that");
  const spoken = turn.choose(VOICES[turn.character.stance].rebut, {
    topic,
    other: speaker,
    quote: pointOf(theirs, topic),
  });
  return answer(spoken);
}

/** The sentence in which the other made a point: no question, and of some substance. */
function pointOf(text: string, topic: string): string {
  const sentences = sentencesOf(text).filter((sentence) => !/["“]/.test(sentence));
  const claims = sentences.filter(
    (sentence) =>
      !/\?$|^(?:that is|fair|thank|arr|you say|i hear you)\b/i.test(sentence) &&
      plainOf(sentence).split(" ").length >= 5,
  );
  const first =
    claims.find((sentence) => sentence.toLowerCase().includes(topic.toLowerCase())) ??
    claims[0] ??
    sentences[0] ??
    text;
  return quoted(first.replace(/[.,;:!]+$/, ""), 90).replace(
    /^"(.)/,
    (_, letter: string) => `"${letter.toLowerCase() === "i" ? letter : letter.toLowerCase()}`,
  );
}

/** For a character that is the last to have spoken: nobody has asked anything since. */
export const nothingNew = (line: Line): string =>
  `I have answered that already: ${quoted(gist(line))} What would you like to talk about next?`;
