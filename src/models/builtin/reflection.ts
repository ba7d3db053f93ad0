import type { Stance } from "./character.ts";
import { ofTopic, statement } from "./facts.ts";
import { reflected } from "./feelings.ts";
import { EVENTS, RULES, SUBJECTS } from "./remarks.ts";
import type { Part } from "./skill.ts";
import { capital, fill, hashOf, plainOf, straighten, swapPerson } from "./text.ts";
import { themeOf } from "./themes.ts";
import { grammarOf, topicOf } from "./topics.ts";
import type { Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

/** Words found in small letters, as they were written. */
function spelled(words: string, statement: string): string {
  const at = straighten(statement.slice(0, 400)).toLowerCase().indexOf(words);
  return at < 0 ? words : straighten(statement.slice(0, 400)).slice(at, at + words.length);
}

const clean = (text: string): string => text.replace(/\s+/g, " ").slice(0, 160);

/** Takes up what was said, in the manner of the character. Always has something to say. */
export function reflection(turn: Turn, statement: string): Part {
  const plain = plainOf(statement.slice(0, 400)).replace(
    /^(?:well|so|and|but|oh|yes|no|actually|hmm+|ok|okay|then|honestly|sometimes|also)[, ]+(?=\S)/,
    "",
  );
  if (!/\p{L}{2}/u.test(plain)) return reflected(turn.choose(NO_WORDS));
  if (gibberish(plain)) return reflected(turn.choose(NO_SENSE));
  if ((turn.line.read.slice(0, 400).match(/[{}<>;=|\\[\]]/g)?.length ?? 0) >= 2) return reflected(turn.choose(CODE));
  const called = plain.split(" ").length > 3 ? callback(turn) : undefined;
  if (called) return reflected(called);
  return reflected(
    turn.character.stance === "plain" ? plainly(turn, plain, statement) : inVoice(turn, plain, statement),
  );
}

const NO_WORDS = [
  "I see signs, but no words. What would you like to say?",
  "That says more than words, I suppose; but I only read words.",
];

const NO_SENSE = [
  "I could not make sense of that. Would you put it in other words?",
  'That is beyond my rules. Try a whole sentence, or say "help" to see what I can do.',
];

const CODE = [
  "That looks like code or data to me. I take it as text, no more, and run nothing. What would you like to do with it?",
  "I see brackets and signs, but no sentence. Tell me in words what it is about?",
];

const gibberish = (plain: string): boolean => {
  const words = plain.split(" ");
  return (
    words.length < 5 &&
    words.some((word) => word.length > 3) &&
    words.every(
      (word) =>
        // Short words among nonsense are nonsense, too.
        /^[a-z]{1,3}$/.test(word) ||
        (/^[a-z]{4,}$/.test(word) &&
          (!/[aeiouy]/.test(word) || /[bcdfghjklmnpqrstvwxz]{5}/.test(word) || /(.)\1{3}/.test(word))),
    )
  );
};

/** A few words without a verb, in answer to a question of ours. */
const FRAGMENT = [
  "{fragment}: tell me more.",
  "{fragment}, I see. What comes to your mind with it?",
  "{fragment}. And why that?",
];

function plainly(turn: Turn, plain: string, statement: string): string {
  const answers =
    /\?\s*$/.test(turn.mine[0] ?? "") &&
    plain.split(" ").length <= 4 &&
    !/\b(?:i|you|he|she|it|they|we|is|are|was|were|am|do|did|have|has|had)\b/.test(plain);
  if (answers) return turn.choose(FRAGMENT, { fragment: capital(swapPerson(clean(statement).replace(/[.!]+$/, ""))) });
  const subject = SUBJECTS.find(([pattern]) => pattern.test(plain));
  const rule = RULES.find(({ pattern }) => pattern.test(plain));
  const one = rule && swapPerson(spelled(clean(rule.pattern.exec(plain)?.[1] ?? ""), statement));
  const topic = topicOf(clean(statement));
  const own = rule ? rule.say.map((phrase) => fill(phrase, { one })) : [];
  const common = topic
    ? VOICES.plain.reflect.map((phrase) => fill(phrase, { topic, ...grammarOf(topic) }))
    : WITHOUT_TOPIC;
  const event = EVENTS.find(([pattern]) => pattern.test(plain));
  const first = event ? event[1] : [...(subject?.[1] ?? []), ...own];
  const fresh = first.filter((phrase) => !turn.mine.some((text) => text.includes(phrase)));
  return capital(turn.choose(fresh.length ? fresh : common));
}

function inVoice(turn: Turn, plain: string, statement: string): string {
  const { stance } = turn.character;
  const event = EVENTS.find(([pattern]) => pattern.test(plain));
  if (event) return turn.choose(event[1]);
  const topic = themeOf(clean(statement));
  // What somebody did is not a subject to be weighed.
  const rule =
    PERSONAL.test(plain) && !/^\w+ing\b/.test(topic ?? "") && RULES.find(({ pattern }) => pattern.test(plain));
  if (rule && turn.character.others.length > 0) {
    const one = swapPerson(spelled(clean(rule.pattern.exec(plain)?.[1] ?? ""), statement)).replace(/@(?=\w)/g, "");
    const said = turn.before.slice(-8).map(({ text }) => text);
    const fresh = rule.say
      .map((phrase) => capital(fill(phrase, { one })))
      .filter((phrase) => !said.some((text) => text.includes(phrase)));
    if (fresh.length > turn.rank) return turn.choose(fresh);
  }
  const own = PERSONAL.test(plain) && !/^\w+ing\b/.test(topic ?? "") && turn.character.others.length > 0;
  return topic && !own ? turn.choose(VOICES[stance].reflect, { topic }) : turn.choose(GO_ON[stance] ?? WITHOUT_TOPIC);
}

const PERSONAL = /^(?:i|i'm|i've|my|we|our|he|she|his|her|it|it's|they|you|because|if|yesterday|today|last)\b/;

const GO_ON: Readonly<Partial<Record<Stance, readonly string[]>>> = {
  host: ["Please go on; we are all ears.", "Tell us a little more.", "And how did that come about?", "And then?"],
  optimist: ["Go on, I am curious!", "And what was the best of it?", "I like where this is going. What comes next?"],
  sceptic: ["Go on. What makes you say so?", "And how do you know?", "Is that always so, or only this time?"],
};

const WITHOUT_TOPIC = [
  "Please go on.",
  "What do you mean by that, exactly?",
  "Can you give me an example?",
  "And how do you feel about it?",
  "What led you there?",
  "Let me hear a little more.",
  "And then?",
];

/** Now and then a remark leads back to something that was told before. */
function callback(turn: Turn): string | undefined {
  if (turn.asked.length < 4 || (turn.asked.length + hashOf(turn.asked[0]?.read ?? "")) % 5 !== 0) return undefined;
  const facts = ofTopic(turn.facts(), "work", "taste", "plan", "my", "place");
  const fresh = facts.filter(
    ({ value }) => !turn.mine.slice(0, 4).some((text) => text.includes(value)) && !turn.line.read.includes(value),
  );
  const fact = fresh[turn.asked.length % Math.max(fresh.length, 1)];
  if (!fact) return undefined;
  return turn.choose(CALLBACKS, { told: statement(fact) });
}

const CALLBACKS = [
  "Earlier you told me that {told}. Does that have something to do with it?",
  "I keep in mind that {told}. How do the two go together?",
];
