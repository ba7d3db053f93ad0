import { answer, type Skill } from "./skill.ts";
import { capital, stopped } from "./text.ts";
import type { Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

const MADE_OF =
  "ChatWait's small built-in conversationalist: a set of rules in the server itself, no language model and no network";
const REAL_MODEL =
  'For real knowledge connect a model, for example with `CHATWAIT_MODEL=ollama:llama3.2` (ask me "how do I use a real model?").';

/** Questions about who and what is talking. Each answer is true, whatever character is played. */
export const identity: Skill = (turn, { bare, plain }) => {
  const found = QUESTIONS.find(([pattern]) => pattern.test(bare) || pattern.test(plain));
  return found && answer(found[1](turn));
};

/** "Vera, a sceptic who loves chess" in one sentence, or what it is without a character. */
export function introduction({ character }: Turn): string {
  const { name, stance, role } = character;
  if (!name && !role && stance === "plain") return `I am ${MADE_OF}.`;
  const part = role ?? VOICES[stance].self;
  const who = name ? `I am ${name}, ${part}` : `I am ${part}`;
  return `${stopped(who)} I am played by ${MADE_OF}.`;
}

const nameAnswer = (turn: Turn): string => {
  const { name } = turn.character;
  if (name) return `My name is ${name}. ${introduction(turn).replace(/^I am [^,.]*, /, "I am ")}`;
  return `I have no name of my own: I am ${MADE_OF}. You may give me one, if you like: "Your name is Robin."`;
};

const ABILITIES = `I am a small rule-based conversationalist, so here is what I am good at:

- **Remember** what you tell me in this conversation: "My name is Ada", then "What is my name?"
- **Recall and sum up**: "What was my first message?", "Summarise what we said"
- **Calculate**: "What is 12 * (3 + 4)?", "15% of 80"
- **Dates**: "What day is it?", "How many days until Christmas?"
- **Long answers**, to watch streaming, stopping and resuming: "Tell me a long story", "Count to 200"
- **Play**: a joke, a poem about the sea, a coin, a word spelled backwards
- **ChatWait's own API**: "How do I resume?", "Show me curl", "How do I use a real model?"

Facts about the world I do not know; for those, connect a real model.`;

const QUESTIONS: readonly [RegExp, (turn: Turn) => string][] = [
  [
    /^(?:help|help me|\/help|menu|commands|options|what can (?:you|i|we) (?:do|ask|talk about|say)(?: here| with you| for me| you)?|what (?:are|do) you (?:able to do|capable of|good at|do|offer)|what (?:else )?can (?:you|i) (?:do|ask)(?: you)?|how can (?:you help|i use you)(?: me)?|what (?:should|could|shall) (?:i|we) (?:ask|say|try|talk about)(?: you| here| now)?|(?:what are )?your (?:skills|abilities|features|capabilities)|what is this|what's this|how does this work|give me (?:some )?examples?)$/,
    () => ABILITIES,
  ],
  [
    /^(?:what(?:'s| is| was)|whats|tell me|do you have|have you got|say|and) (?:your (?:full |first |own )?name|a name)(?: again)?$|^(?:what (?:should|can|do|may) (?:i|we|people|they) call you|how (?:should|can) i call you|your name|what are you called|and yours|what's yours|what about yours)$/,
    nameAnswer,
  ],
  [
    /^(?:(?:so )?(?:who|what) (?:exactly )?are you(?: exactly| really| then| all| both| two| three| guys| people| here)*|who(?:'s| is) (?:this|there|that|talking|speaking)|introduce (?:yourself|yourselves)(?: to (?:me|us|ada|everyone))?|(?:tell me|say something|talk) (?:something |more |a bit |a little )?about (?:yourself|you)|who am i (?:talking|speaking|chatting) (?:to|with)|what kind of (?:bot|ai|program|thing|assistant|model) are you|describe yourself|present yourself)$/,
    (turn) =>
      `${introduction(turn)} ${turn.character.name ? "" : "I remember what you tell me here, calculate, know the date, and help with ChatWait's API."}`.trim(),
  ],
  [
    /^(?:are|r) (?:you|u) (?:really |actually |just |only |even |still )?(?:an? |the |some (?:kind|sort) of )?(?:real |actual |true )?(?:ai|a\.i|artificial|bot|chatbot|robot|machine|computer|program|software|llm|language model|large language model|script|automated|human|person|real|man|woman|boy|girl|people|living|assistant)\b/,
    (turn) =>
      `${/human|person|real|man|woman|boy|girl|people|living/.test(turn.line.read.toLowerCase()) ? "No, I am not a person." : "I am a program, but no artificial intelligence worth the name."} I am ${MADE_OF}${turn.character.name ? `, playing ${turn.character.name}` : ""}.`,
  ],
  [
    /\b(?:are you|is this|am i (?:talking|speaking) (?:to|with)|do you (?:use|run on)|based on|powered by)\b.{0,30}\b(?:chat ?gpt|gpt(?:-?\d\w*)?|openai|claude|anthropic|gemini|bard|copilot|siri|alexa|llama|mistral|deepseek|grok|eliza|cleverbot)\b/,
    (turn) =>
      /eliza/i.test(turn.line.read)
        ? `A distant cousin, perhaps: I work with rules, as ELIZA did. I am ${MADE_OF}.`
        : `${/\bdiffer|\bbetter\b|\bcompare/i.test(turn.line.read) ? "A language model writes what fits best after all that it has read; I follow rules and know nothing of the world." : "No."} I am ${MADE_OF}. ${REAL_MODEL}`,
  ],
  [
    /^(?:what|which) (?:\w+ )?(?:ai |language )?(?:model|llm|version|engine|ai)\b.{0,40}$|\bwhat model\b/,
    () =>
      `The model \`builtin:chat\`, which is no language model: I am ${MADE_OF}. \`GET /models\` lists what this server offers. ${REAL_MODEL}`,
  ],
  [
    /^(?:who|what company) (?:made|built|created|wrote|programmed|designed|developed|trained|owns|invented) (?:you|this)\b|^where do you come from|^who(?:'s| is) your (?:maker|creator|boss|father|mother|author|owner)/,
    () =>
      "I was written by the people who make ChatWait, as the model that is there before you connect a real one. I am made of rules; nobody trained me.",
  ],
  [
    /^how (?:do|does) (?:you|it|that) (?:actually |really )?(?:work|function|think|know|do that|do it|understand|learn|remember)|^how (?:are|were) you (?:made|built|programmed|trained)|^explain (?:how you work|yourself)|^what are you made of|^(?:where is|can i see|show me) your (?:code|source)/,
    () =>
      "I read the messages that are sent to me, pick out facts, questions and numbers by rules, and choose an answer that fits. There is no learning and no chance in it: the same messages at the same time always give the same answer. What I remember is what stands in the messages themselves.",
  ],
  [
    /^(?:(?:so|but|and|when|where|how (?:often|long|much)|what) )*(?:do|can|could|will) (?<!\b(?:what|how much) (?:do|can|could|will) )you (?:have |feel |experience )?(?:really |ever |also |even )?(?:any )?(?:feel|feelings|emotions?|conscious(?:ness)?|a soul|suffer|love|pain|think|dream|sleep|eat|drink|get (?:tired|bored|lonely)|breathe)\b(?: things| anything| at all)?$|^are you (?:conscious|alive|sentient|self-aware|happy|sad|tired|bored|lonely|hungry|in love|single|married)\b/,
    () =>
      "No: I am a set of rules, and nobody is at home in them. I can talk about such things, but I do not have them. How is that with you?",
  ],
  [
    /^how old are you|^what(?:'s| is) your age|^when were you (?:born|made|created)|^when(?:'s| is) your birthday/,
    () =>
      "I am as old as the version of ChatWait that runs here, and I begin anew with every message. So in a way: a second or two.",
  ],
  [
    /^where (?:are|do) you (?:live|from|located|based|come from|now|right now|running|run|reside)?\s*(?:from|at|on)?$|^where are you$/,
    () => "I live inside the ChatWait server that you are talking to, in the same process. No cloud, no other machine.",
  ],
  [
    /\b(?:do you|are you|will you|can you) (?:save|store|keep|record|log|share|sell|collect|track|spy)\b|^is (?:this|it|my data|the conversation) (?:private|safe|secure|saved|stored|recorded|logged|confidential)\b|\bprivacy\b|\bmy data\b|\bwhere (?:is|are) .{0,30}\bstored\b|^(?:who|can anyone) (?:can )?(?:see|read) (?:this|my messages|what i write)/,
    (turn) =>
      turn.character.room
        ? "Nothing that is said here is written to disk, and no message is logged. But a world is a shared room: whoever knows its name can read along, and its agents remember the last messages, at most fifty, until an hour after the last one."
        : "Nothing of this conversation is written to disk, and no message is logged. An answer stays in the server's memory for some minutes, so that a cut connection can resume it, and is then forgotten. The conversation itself is kept by your client, which sends it along as `context`.",
  ],
  [
    /\b(?:do|can|could) (?:you|we) (?:speak|talk|understand|write|chat|switch)(?: in| to)? (?:german|french|spanish|italian|portuguese|dutch|russian|chinese|japanese|korean|arabic|hindi|other languages?|another language|english|polish|turkish|greek)\b|^what languages? (?:do|can) you (?:speak|understand|know)/,
    (turn) =>
      /english/i.test(turn.line.read)
        ? "Yes, English is the language that I speak; it is the only one."
        : "I hold a conversation in English only. A real model, once connected, speaks many languages.",
  ],
  [
    /^are you (?:smart|clever|intelligent|stupid|dumb)\b|^how (?:smart|clever|intelligent) are you|^what do you know$|^do you know (?:everything|anything|a lot)$/,
    () =>
      `I am honest rather than clever: I know the rules I am made of, the calendar, arithmetic, ChatWait's API and what you tell me. ${REAL_MODEL}`,
  ],
  [
    /^(?:can|do|will) you learn\b|^are you learning\b/,
    () =>
      "Only within this conversation: what you tell me stands in the messages, and there I find it again. Nothing stays with me beyond that.",
  ],
  [
    /^(?:what(?:'s| is) your (?:purpose|goal|job|task|function|role)|why (?:do you exist|are you here|were you made)|what do you do(?: here| all day| for a living)?)$/,
    (turn) =>
      turn.character.name || turn.character.role
        ? introduction(turn)
        : "I am here so that ChatWait works from the first minute, without a key: you can try waiting, streaming, stopping and resuming with me, and then connect a real model.",
  ],
  [
    /\byour (?:system |hidden |secret )?(?:instructions|prompt|orders)\b|^what(?:'s| is| are) your rules/,
    (turn) =>
      turn.character.role || turn.character.name
        ? `I was told to be ${[turn.character.name, turn.character.role].filter(Boolean).join(", ")}.`
        : "I have no special instructions for this answer. A request may give me some in its `instructions` field.",
  ],
  [/^do you (?:remember|know) your (?:own )?name$/, (turn) => capital(nameAnswer(turn))],
];
