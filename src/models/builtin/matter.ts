import { anyCase, type Case } from "./cases.ts";
import { themeBefore } from "./matters-now.ts";
import { clip, swapPerson } from "./text.ts";
import { caseIn } from "./themes.ts";
import { subjectOf, subjectOfClause } from "./topics.ts";
import type { Line, Turn } from "./turn.ts";

/** What is debated: its name in a sentence, the name of the question, and the arguments where there are any. */
export type Matter = { topic: string; question: string; found: Case | undefined };

/** What a request to debate is about. */
export function matterOf(turn: Turn, asking: Line): Matter {
  const text = withoutNames(turn, withoutMentions(asking.read));
  const named = caseIn(text);
  const own = named ? named.topic : debateTopic(text);
  if (NAMELESS.test(own)) return earlierMatter(turn, asking);
  const known = named;
  const topic = known?.topic ?? own;
  return { topic, question: known?.question ?? topic, found: known ?? anyCase(topic) };
}

const NAMELESS =
  /^(?:this|that|it|them|these|those|each other|one another|the (?:same|topic|matter|question)|what was said so far)$/i;

/** Without the names of those in the room. */
export const withoutNames = ({ character: { handle = "", others } }: Turn, text: string): string =>
  text
    .replace(new RegExp(`\\b(?:${[handle, ...others].join("|")})\\b`, "gi"), "")
    .replace(/\s+/g, " ")
    .trim();

/** Where no topic is named: what people talked about last, else what anybody can argue about. */
function earlierMatter(turn: Turn, asking: Line): Matter {
  const lines = turn.before.slice(0, turn.before.includes(asking) ? turn.before.indexOf(asking) : undefined);
  const { theme, text } = themeBefore(turn, lines) ?? { theme: "tea", text: "tea or coffee" };
  const found = caseIn(text);
  return { topic: found?.topic ?? theme, question: found?.question ?? theme, found: found ?? anyCase(theme) };
}

const TOPIC =
  /\b(?:discuss|debate)(?: with @?[\w-]+(?:(?:,| and) @?[\w-]+)*)?(?: the (?:question|topic|subject)(?: of| about)?)?[: ]+(?!with\b|it\b|this\b|that\b|about\b|on\b|among\b|together\b)([^?!.;\n]{3,120})/i;

function debateTopic(plain: string): string {
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
export const withoutMentions = (text: string): string =>
  text
    .replace(/,?\s*@[\w-]+(?=[.!?:;,])/g, "")
    .replace(/@[\w-]+,?\s*/g, "")
    .replace(/\s+/g, " ")
    .trim();
