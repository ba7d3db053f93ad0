import type { Stance } from "./character.ts";
import { dayGreeting } from "./days.ts";
import { nameOf } from "./facts.ts";
import type { Skill } from "./skill.ts";
import type { Sentence, Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

const HELLO =
  "(?:hi+|hello+|hey+|hiya|heya|hullo|howdy|greetings|salutations|yo|hi there|hello there|hey there|good (?:morning|afternoon|evening|day)|morning|evening|g'day|ahoy|welcome|moin|servus)";

/** Some of those who can be greeted one after another: "@otto, hello @vera". */
const CALLED = new RegExp(`(?:,? (?:and |& )?(?:${HELLO},? )?@[\\w-]+)+$`);

const GREETING = new RegExp(
  `^(?:well |oh |and |a )?${HELLO}(?:,? (?:again|all|everyone|everybody|folks|friends?|there|you|bot|chatbot|chatwait|to you|you all|dear|my friend|world|\\w{2,20}))?$`,
);

/** A greeting gets one back, fit for the hour, and an invitation to talk. */
export const greeting: Skill = (turn, sentence) =>
  isGreeting(sentence) ? { kind: "greeting", text: hello(turn, sentence.plain) } : undefined;

/** Is a sentence a greeting and nothing else? */
export const isGreeting = ({ plain, bare }: Pick<Sentence, "plain" | "bare">): boolean =>
  [plain, bare, plain.replace(CALLED, "")].some((text) => GREETING.test(text)) &&
  !/^(?:hey|hi|hello) (?:what|who|how|why|when|where|can|could|tell|help|stop|bye|thanks)\b/.test(plain);

const HELLOS: Partial<Record<Stance, string>> = { pirate: "Ahoy", host: "Welcome" };

/** "Good morning, Ada!" */
export function hello(turn: Turn, plain = ""): string {
  const name = nameOf(turn.facts()) ?? personal(turn.line.speaker);
  const again = turn.asked.length > 1 ? " again" : "";
  const said = /^good (?:morning|afternoon|evening)/.exec(plain)?.[0];
  const word =
    HELLOS[turn.character.stance] ?? (again ? "Hello" : said ? said.replace(/^g/, "G") : dayGreeting(turn.createdAt));
  return `${word}${again}${name ? `, ${name}` : ""}!`;
}

const personal = (speaker: string | undefined): string | undefined =>
  speaker && speaker !== "HUMAN" ? speaker : undefined;

/** A goodbye, with the name where it is known. */
export function farewell(turn: Turn): string {
  const name = nameOf(turn.facts()) ?? personal(turn.line.speaker);
  const text = turn.choose(VOICES[turn.character.stance].bye);
  return name ? text.replace(/^([A-Z][\w' ]*?)(?=[!.,;])/, `$1, ${name}`) : text;
}

/** "Good evening, Ada! Make yourself at home." */
export const welcomed = (turn: Turn): string => turn.choose(VOICES[turn.character.stance].welcome);
