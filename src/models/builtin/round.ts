import { type Arguing, arguingOf } from "./arguing.ts";
import { argumentIn, type Case, sideOf, unsaid } from "./cases.ts";
import { MODERATION, rejoinders } from "./debate.ts";
import { type Matter, matterOf, withoutMentions } from "./matter.ts";
import { same } from "./passing.ts";
import { answer, type Part } from "./skill.ts";
import { capital, plainOf, quoted, sentencesOf } from "./text.ts";
import type { Line, Turn } from "./turn.ts";
import { notAGame, viewOn } from "./views.ts";
import { VOICES } from "./voices.ts";

/** A debate: who begins, who answers whom, and how each goes on until it is over. */

const DEBATE =
  /\b(?:discuss|debate|argue|(?:talk|speak|chat) (?:to|with) (?:each other|one another|him|her|them|@[\w-]+)|talk (?:it|this|that) over|talk among|exchange (?:views|arguments)|(?:convince|persuade) (?:each other|one another|him|her|them|(?!me\b|us\b|you\b|myself\b|people\b|my\b|the\b|a\b)@?\w+)|fight it out|have a (?:debate|discussion|conversation)|(?:ask|answer|challenge) each other|(?:respond|reply) to each other|disagree with (?:each other|one another))\b/i;
const OWN_DOING =
  /\b(?:i|we|they|he|she|people|everyone|everybody|my \w+)(?: (?:often|always|never|also|really|just|still|don't|do not|did|have to|had to|used to))? $/i;

/** Is it a request to debate, and not an account of one? */
export function isDebate({ read }: Line): boolean {
  const match = read.length <= 600 ? DEBATE.exec(read) : null;
  return match !== null && !OWN_DOING.test(read.slice(0, match.index));
}

/** The first who was named opens and calls the next; the others say where they stand, and wait to be called. */
export function debateOpened(turn: Turn): Part | undefined {
  if (!isDebate(turn.line)) return undefined;
  const refused = notAGame(turn, turn.line.read);
  if (refused) return refused;
  const { handle = "", stance } = turn.character;
  const { topic, question, found } = matterOf(turn, turn.line);
  const order = debaters(turn, turn.line);
  const next = order.find((one) => !same(one, handle));
  if (stance === "host" && next) return answer(turn.choose(MODERATION.open, { topic: question, next }));
  const opens = next !== undefined && same(order[0] ?? handle, handle);
  if (!opens) return (found && viewOn(turn, found)) ?? answer(turn.choose(VOICES[stance].opinion, { topic }));
  const argument = found && fresh(turn, found, []);
  if (argument) return answer(turn.choose(arguingOf(stance).open, { topic, argument, other: next }));
  return answer(turn.choose(VOICES[stance].open, { topic, other: next }));
}

/** Those who are to debate, in the order in which they were named; where only one was or none, all of the room. */
function debaters({ character }: Turn, { raw }: Line): string[] {
  const { handle = "", others } = character;
  const words = raw.slice(0, 600).toLowerCase();
  const at = (one: string) =>
    words.search(new RegExp(`(?<![\\w-])${one.toLowerCase().replace(/[^\w]/g, "\\$&")}(?![\\w-])`));
  const named = [handle, ...others].filter((one) => at(one) >= 0).sort((one, other) => at(one) - at(other));
  const rest = [handle, ...others].filter((one) => !named.includes(one)).sort();
  return named.filter((one) => !same(one, handle)).length > 0 ? named : [...named, ...rest];
}

/** What this character says next to `speaker`, who called it in the debate that `asking` began. */
export function inDebate(turn: Turn, asking: Line, speaker: string): string {
  const { stance } = turn.character;
  const matter = matterOf(turn, asking);
  if (stance === "host") return moderated(turn, asking, speaker, matter);
  if (isModerator(turn, speaker)) return toModerator(turn, asking, speaker, matter);
  const theirs = withoutMentions(turn.line.read);
  const values = { topic: matter.topic, other: speaker, quote: pointOf(theirs, matter) };
  const said = since(turn, asking);
  const argument =
    (said.length === 0 || said.length % 2 === 1) && matter.found
      ? fresh(turn, matter.found, spoken(turn, asking))
      : undefined;
  const counter = unused(arguingOf(stance).counter, said, matter.topic);
  if (argument && counter.length > 0) return turn.choose(counter, { ...values, argument });
  const banks = rejoinders(stance, theirs).map((bank) => unused(bank, said, matter.topic));
  return turn.choose(banks.find((bank) => bank.length > 0) ?? VOICES[stance].rebut, values);
}

const isModerator = ({ character }: Turn, speaker: string): boolean =>
  /\b(?:host|hostess|moderator|facilitator|chair\w*)\b/i.test(character.roles[speaker.toLowerCase()] ?? "");

/** An argument for the side of this character that nobody has brought up. */
function fresh(turn: Turn, found: Case, said: readonly string[]): string | undefined {
  const { stance, name = "" } = turn.character;
  const side = sideOf(stance) ?? (name.length % 2 === 0 ? "pro" : "con");
  return unsaid(found[side], said, `${name}${found.topic}`);
}

/** To a host, who wants a view, common ground or a last word. */
function toModerator(turn: Turn, asking: Line, speaker: string, { topic, found }: Matter): string {
  const { stance, handle = "" } = turn.character;
  const theirs = withoutMentions(turn.line.read);
  const said = since(turn, asking);
  const rival = debaters(turn, asking).find((one) => !same(one, handle) && !same(one, speaker));
  const argument = found && fresh(turn, found, spoken(turn, asking));
  const bank = unused(
    wanted(
      arguingOf(stance),
      theirs,
      after(turn, asking).some((line) => same(rival ?? "", line.speaker)),
    ),
    said,
    topic,
  );
  if (argument && rival && bank.length > 0) return turn.choose(bank, { topic, argument, rival, other: speaker });
  const banks = rejoinders(stance, theirs).map((one) => unused(one, said, topic));
  const values = { topic, other: speaker, quote: quoted(theirs, 90) };
  return turn.choose(banks.find((one) => one.length > 0) ?? VOICES[stance].rebut, values);
}

function wanted({ last, agree, say }: Arguing, theirs: string, rivalSpoke: boolean): readonly string[] {
  if (/one sentence|last round/i.test(theirs)) return last;
  if (/\bagree\b/i.test(theirs)) return agree;
  return say.filter((phrase) => rivalSpoke || !/\{rival\}/i.test(phrase));
}

/** Those of the phrases that this character has not used since the debate began. */
function unused(bank: readonly string[], said: readonly string[], topic: string): readonly string[] {
  return bank.filter((phrase) => !wasSaid(said, phrase, topic));
}

const after = (turn: Turn, line: Line): readonly Line[] => turn.before.slice(turn.before.indexOf(line) + 1);

/** What this character has said since a line. */
const since = (turn: Turn, line: Line): string[] =>
  after(turn, line).flatMap(({ role, text }) => (role === "assistant" ? [text] : []));

/** What anybody has. */
const spoken = (turn: Turn, line: Line): string[] => [...after(turn, line), turn.line].map(({ text }) => text);

/** Is a phrase among what was said? Its longest fixed part tells. */
function wasSaid(said: readonly string[], phrase: string, topic: string): boolean {
  const parts = phrase.replaceAll("{topic}", topic).split(/\{\w+\}/);
  const fixed = parts.reduce((longest, part) => (part.length > longest.length ? part : longest), "").trim();
  return said.some((text) => text.includes(fixed));
}

/** Twice round the table, a last round, and the host closes. */
function moderated(turn: Turn, asking: Line, speaker: string, matter: Matter): string {
  const values = { topic: matter.question, other: speaker, quote: pointOf(withoutMentions(turn.line.read), matter) };
  const times = since(turn, asking).length;
  const guests = debaters(turn, asking).filter((one) => !same(one, turn.character.handle));
  const next = guests.find((one) => !same(one, speaker));
  const phrase = MODERATION.next[Math.max(times - 1, 0)];
  if (!next || !phrase || times > MODERATION.next.length) return turn.choose(MODERATION.close, values);
  return turn.choose([phrase], { ...values, next });
}

/** The argument that the other made, else the sentence in which a point was made: no question, and of some substance. */
function pointOf(text: string, { topic, found }: Matter): string {
  const argument = found && argumentIn(found, text);
  if (argument) return quoted(capital(argument), 120);
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
