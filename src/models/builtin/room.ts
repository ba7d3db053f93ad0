import { MODERATION, rejoinders } from "./debate.ts";
import { answer, type Part } from "./skill.ts";
import { clip, listOf, plainOf, quoted, sentencesOf, stopped, swapPerson } from "./text.ts";
import { subjectOf, subjectOfClause, topicOf } from "./topics.ts";
import type { Line, Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

/** What is said in a room that concerns the others in it: a debate, a question to pass on, a word from another character. */
export function inRoom(turn: Turn): Part | undefined {
  const { others, name } = turn.character;
  if (others.length === 0 || name === undefined) return undefined;
  const speaker = turn.line.speaker;
  if (speaker && isOther(turn, speaker)) return toOther(turn, speaker);
  if (WHO_IS_HERE.test(turn.line.read))
    return answer(`Besides me, ${name}, I know of ${listOf(others)} here. Address us with @, and we answer.`);
  return passedOn(turn) ?? debateOpened(turn);
}

const WHO_IS_HERE =
  /^\W*(?:who(?: else)?|which (?:agents?|others?|characters?)) (?:is|are|else is) (?:here|there|in (?:this|the) (?:room|world))\b/i;

const same = (one: string, other: string | undefined): boolean => one.toLowerCase() === other?.toLowerCase();
const isOther = ({ character }: Turn, name: string): boolean => character.others.some((other) => same(other, name));

const DEBATE =
  /\b(?:discuss|debate|argue|(?:talk|speak|chat) (?:to|with) (?:each other|one another|him|her|them|@?\w+)|talk (?:it|this|that) over|talk among|exchange (?:views|arguments)|(?:convince|persuade) (?:each other|one another|him|her|them|@?\w+)|disagree|fight it out|have a (?:debate|discussion|conversation)|(?:ask|answer|challenge) each other|(?:respond|reply) to each other)\b/i;

const isDebate = ({ read }: Line): boolean => read.length <= 600 && DEBATE.test(read);

/** The line of a person by which the present exchange was set going. */
const request = (turn: Turn): Line | undefined =>
  [...turn.before, turn.line].findLast((line) => line.role === "user" && !isOther(turn, line.speaker ?? ""));

/** The first who was named opens and calls the next; the others say where they stand, and wait to be called. */
function debateOpened(turn: Turn): Part | undefined {
  if (!isDebate(turn.line)) return undefined;
  const order = debaters(turn, turn.line);
  const { name = "", stance } = turn.character;
  const topic = debateTopic(turn.line.read);
  const next = order.find((one) => !same(one, name));
  if (stance === "host" && next) return answer(turn.choose(MODERATION.open, { topic, next }));
  const opens = same(order[0] ?? name, name) || !order.some((one) => same(one, name));
  if (!opens || !next) return answer(turn.choose(VOICES[stance].opinion, { topic }));
  return answer(turn.choose(VOICES[stance].open, { topic, other: next }));
}

/** Those who are to debate, in the order in which they were named; where nobody was, all of the room by their names. */
function debaters({ character }: Turn, { text }: Line): string[] {
  const { name = "", others } = character;
  const words = text.slice(0, 600).toLowerCase();
  const at = (one: string) => words.search(new RegExp(`\\b${one.toLowerCase().replace(/[^\w]/g, "\\$&")}\\b`));
  const named = [name, ...others].filter((one) => at(one) >= 0).sort((one, other) => at(one) - at(other));
  const fallback = [name, ...others].sort();
  return named.filter((one) => !same(one, name)).length ? named : fallback;
}

const TOPIC =
  /\b(?:discuss|debate)(?: with @?[\w-]+(?:(?:,| and) @?[\w-]+)*)?(?: the (?:question|topic|subject)(?: of| about)?)?[: ]+(?!with\b|it\b|this\b|that\b|about\b|on\b|among\b|together\b)([^?!.;\n]{3,120})/i;

function debateTopic(text: string): string {
  const plain = withoutMentions(text);
  const clause =
    /\b(?:whether|that) (?:or not )?([^?!.;\n]{3,120})/i.exec(plain)?.[1] ??
    /[:,] ((?:is|are|should|do|does|can|will) [^?!.;\n]{3,120})\?/i.exec(plain)?.[1];
  if (clause) return subjectOfClause(clause) ?? `the question whether ${clause.trim()}`;
  const direct = TOPIC.exec(plain)?.[1]
    ?.replace(/\s+(?:with|among|between) (?:each other|one another|yourselves|you|me|us)$/i, "")
    .replace(/,? please$/i, "")
    .trim();
  const topic =
    direct &&
    direct.split(" ").length <= 5 &&
    !/^(?:is|are|should|do|does|can|will|would|what|which|who|how|why|if)\b/i.test(direct)
      ? direct
      : direct && subjectOfClause(direct);
  return clip(swapPerson(topic || subjectOf(plain) || "this"), 90);
}

/** Without the names that were called, and without the commas around them. */
const withoutMentions = (text: string): string =>
  text
    .replace(/,?\s*@[\w-]+(?=[.!?:;,])/g, "")
    .replace(/@[\w-]+,?\s*/g, "")
    .replace(/\s+/g, " ")
    .trim();

const ASK =
  /^(?:@?[\w-]{1,64}[,:] )?(?:please |and |now |so )*(?:can you |could you |would you )?(?:please )?(ask|tell|invite|call|greet|question|challenge|answer|reply to|respond to|address|say (?:hello|hi) to|hand (?:it |this )?over to|pass (?:it |this )?(?:on )?to|over to|give the floor to|turn to)\s+@?([\w-]{1,64})[,:]?\s*(.{0,400})$/i;
const THINKS =
  /\bwhat (?:does|would|did|is) @?([\w-]{1,64})(?:'s)? (?:think|say|opinion|view|take)\b(?: (?:about|of|on|to) ([^?]{2,120}))?/i;

/** "Ask Otto what he thinks of tea": whoever is asked to calls Otto; Otto himself, if he heard it, answers. */
function passedOn(turn: Turn): Part | undefined {
  const { name = "", others } = turn.character;
  for (const { text } of turn.sentences.slice(0, 6)) {
    const [, verb = "", to = "", rest = ""] = ASK.exec(text) ?? [];
    const [, thinker = "", of = ""] = THINKS.exec(text) ?? [];
    const wanted = to || thinker;
    if (same(name, wanted))
      return answer(turn.choose(VOICES[turn.character.stance].opinion, { topic: asked(to ? rest : of) }));
    const other = others.find((one) => same(one, wanted));
    if (!other) continue;
    if (!called(turn))
      return answer(`That is for ${other} to say. ${turn.choose(VOICES[turn.character.stance].welcome)}`);
    if (to) return answer(handed(turn, other, verb, rest.trim().replace(/[?.!]+$/, "")));
    return answer(
      `Let us ask directly. @${other}, what do you think${of ? ` of ${swapPerson(of.trim())}` : " of that"}?`,
    );
  }
  return undefined;
}

const asked = (rest: string): string => subjectOf(rest.replace(/^about /i, "")) ?? "that";

/** Was this character spoken to by name? A host is, whoever is meant. */
const called = ({ character, line }: Turn): boolean => character.stance === "host" || line.addressed;

function handed(turn: Turn, other: string, verb: string, words: string): string {
  const who = turn.line.speaker && turn.line.speaker !== "HUMAN" ? turn.line.speaker : "Our guest";
  if (/^(?:say|greet)/i.test(verb)) return `Hello @${other}! ${who} asked me to greet you, and I do so gladly.`;
  if (/^tell/i.test(verb)) return told(other, who, words);
  const about = /^(?:about|on|for)\s+(.+)$/i.exec(words)?.[1];
  if (about)
    return `@${other}, ${turn.choose(["what can you tell us about {about}?", "we would like to hear you on {about}. What is your view?"], { about: swapPerson(about) })}`;
  if (/^(?:what|who|why|how|when|where|which|whether|if)\b/i.test(words))
    return `@${other}, ${who} would like to know ${words.replace(/\b(?:he|she|they) (think|like|want|mean|feel|say|know|do|believe)s?\b/gi, "you $1")}.`;
  const to = /^(?:to|for)\s+(.+)$/i.exec(words)?.[1];
  if (to) return `@${other}, would you ${to}?`;
  return `@${other}, over to you: what do you say about ${words ? asked(words) : lastSubject(turn)}?`;
}

function told(other: string, who: string, words: string): string {
  if (!words) return `@${other}, you are asked to speak.`;
  return `@${other}, ${who} would like you to know ${/^(?:that|about|how|what|why)\b/i.test(words) ? stopped(words) : `this: ${stopped(words)}`}`;
}

const lastSubject = (turn: Turn): string => {
  const topics = turn.asked.map(({ read }) => topicOf(read.slice(0, 200)));
  return topics.findLast((topic) => topic !== undefined) ?? "what was said so far";
};

/** An answer to another character, from this one's side; while a debate is on, the word goes back by a mention. */
function toOther(turn: Turn, speaker: string): Part {
  const { stance } = turn.character;
  const theirs = withoutMentions(turn.line.read);
  const asking = request(turn);
  if (asking && isDebate(asking)) return answer(inDebate(turn, asking, speaker, theirs));
  if (/^(?:hello|hi|hey|ahoy|welcome|good (?:morning|afternoon|evening))\b/i.test(theirs) && theirs.length < 160)
    return answer(`Hello, ${speaker}! ${turn.choose(VOICES[stance].welcome)}`);
  const topic = subjectOf(theirs) ?? "that";
  const wants = /\?|\b(?:would like to know|we would like to hear|over to you)\b/.test(theirs);
  return answer(turn.choose(wants ? VOICES[stance].opinion : VOICES[stance].reflect, { topic }));
}

function inDebate(turn: Turn, asking: Line, speaker: string, theirs: string): string {
  const { stance } = turn.character;
  const topic = debateTopic(asking.read);
  const values = { topic, other: speaker, quote: pointOf(theirs, topic) };
  if (stance === "host") return moderated(turn, asking, speaker, values);
  const banks = rejoinders(stance, theirs);
  const fresh = banks
    .map((bank) => bank.filter((phrase) => !wasSaid(since(turn, asking), phrase, topic)))
    .find((bank) => bank.length > 0);
  return turn.choose(fresh ?? VOICES[stance].rebut, values);
}

/** What this character has said since a line. */
const since = (turn: Turn, line: Line): string[] =>
  turn.before.slice(turn.before.indexOf(line) + 1).flatMap(({ role, text }) => (role === "assistant" ? [text] : []));

/** Is a phrase among what was said? Its longest fixed part tells. */
function wasSaid(said: readonly string[], phrase: string, topic: string): boolean {
  const parts = phrase.replaceAll("{topic}", topic).split(/\{\w+\}/);
  const fixed = parts.reduce((longest, part) => (part.length > longest.length ? part : longest), "").trim();
  return said.some((text) => text.includes(fixed));
}

/** Twice round the table, a last round, and the host closes. */
function moderated(turn: Turn, asking: Line, speaker: string, values: Record<string, string>): string {
  const times = since(turn, asking).length;
  const guests = debaters(turn, asking).filter((one) => !same(one, turn.character.name));
  const next = guests.find((one) => !same(one, speaker));
  if (!next || times > MODERATION.next.length) return turn.choose(MODERATION.close, values);
  const phrase = MODERATION.next[Math.max(times - 1, 0)];
  return phrase ? turn.choose([phrase], { ...values, next }) : turn.choose(MODERATION.close, values);
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
  return quoted(first.replace(/[.,;:!]+$/, ""), 90);
}
