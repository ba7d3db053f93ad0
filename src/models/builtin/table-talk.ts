import { CASES } from "./cases.ts";
import { introduction } from "./identity.ts";
import { ofAnother } from "./opinions.ts";
import { mayCall, otherCalled, personIn, same } from "./passing.ts";
import { answer, type Part, type Skill } from "./skill.ts";
import { listOf, stopped } from "./text.ts";
import type { Turn } from "./turn.ts";
import { VOICES } from "./voices.ts";

/** Questions on the room itself and on those in it. */

type Question = { pattern: RegExp; tell(turn: Turn, match: RegExpExecArray): string | undefined };

/** Questions on the room and those in it, and who answers them: a host for all, others for themselves. */
const QUESTIONS: readonly Question[] = [
  {
    pattern:
      /^(?:who(?: else)?|which (?:agents?|others?|characters?|people)) (?:is|are|else is) (?:here|there|around|in (?:this|the) (?:room|world))\b|^who (?:are|is) (?:everyone|everybody|you all|you (?:guys|people)|all of you|who)\b|^who(?:m)? (?:can|could|should) i (?:talk|speak) (?:to|with)\b|^am i alone\b/,
    tell: (turn) => `${selfIn(turn)} ${company(turn)} ${howToCall(turn)}`,
  },
  {
    pattern:
      /^(?:and )?(?:who|what)(?:'s| is| are) @?([\w-]+)(?: like)?$|^(?:tell (?:me|us) (?:something )?about|introduce) @?([\w-]+)$/,
    tell: (turn, [, one = "", other = ""]) => whoIs(turn, one || other),
  },
  {
    pattern:
      /^(?:(?:can|could) (?:you all|everyone|everybody|all of you) )?(?:please )?introduce (?:yourselves|everyone|everybody|the others)\b|^(?:can|could) you all introduce yourselves/,
    tell: (turn) => (speaksForAll(turn) ? `${introduction(turn)} ${company(turn)}` : introduction(turn)),
  },
  {
    pattern:
      /^(?:what(?:'s| is)|where am i|tell me about|describe) ?(?:this|the|in this)? ?(?:place|room|world|here|table)?$|^what (?:is )?(?:going on|happening|happens|do you (?:all )?do) here$|^where (?:am i|are we)$/,
    tell: (turn) => (speaksForAll(turn) ? `${placeOf(turn)} ${company(turn)} ${howToCall(turn)}` : placeOf(turn)),
  },
  {
    pattern:
      /^how (?:do|does) (?:this|it|that|all this|the room|the world)(?: all)?(?: actually| really)? work(?: here)?(?:,? technically)?$/,
    tell: () => HOW_IT_WORKS,
  },
  {
    pattern:
      /^what (?:else )?(?:can|could|should|shall) we (?:talk|discuss|speak|chat|argue)(?: about)?(?: now| next)?$|^(?:please )?(?:suggest|propose|give (?:us|me)|find (?:us|me)|pick|choose) (?:an?|another|some|a new) (?:topics?|subjects?)$|^(?:another|a new|new|next) (?:topic|subject)(?: please)?$/,
    tell: (turn) => suggestion(turn),
  },
  {
    pattern:
      /^(?:help|help me|menu|commands|options|what can (?:you(?: all)?|i|we|one) (?:do|ask|talk about|say)(?: here| with you| for me| you)?|how can (?:you help|i use you)(?: me)?|what (?:should|could|shall) (?:i|we) (?:ask|say|try|talk about)(?: you| here| now)?|(?:what are )?your (?:skills|abilities))$/,
    tell: (turn) => (speaksForAll(turn) && turn.character.stance === "host" ? helpIn(turn) : ownHelp(turn)),
  },
  {
    pattern:
      /^what (?:are|do) (?:you|the two of you|you (?:all|both)) (?:able to do|capable of|good at|(?:really )?good for|best at|offer|like to talk about)$|^what(?:'s| is| are) your (?:strengths?|talents?|speciality|specialty|gifts?)$|^what can you do (?:best|well)$/,
    tell: ownHelp,
  },
  {
    pattern:
      /^(?:please )?(?:say|tell us) something (?:nice|kind|good|friendly)(?: (?:to|about) (?:each other|one another|@?([\w-]+)))?$/,
    tell: (turn, [, name = ""]) => {
      const other =
        otherCalled(turn, name) ??
        turn.character.others.find((one) => one !== turn.character.handle && turn.line.raw.includes(one));
      return other && ofAnother(turn, other);
    },
  },
  {
    pattern:
      /^(?:does|do|did|has|have|is|are|can|would) (?:anyone|anybody|any of you|somebody|someone|one of you)\b(?! (?:there|here|home|listening|awake|alive)$).{2,100}$/,
    tell: (turn) => turn.choose(ANYONE[turn.character.stance] ?? ANY_ONE),
  },
  {
    pattern:
      /^(?:how (?:long|well)|do|since when|how) (?:do |have |did )?you (?:all |both |two )?(?:know|known|met|meet|get along|like)\b.{0,20}\b(?:each other|one another)\b.{0,20}$/,
    tell: (turn) => turn.choose(ACQUAINTED[turn.character.stance] ?? ANY_ACQUAINTED),
  },
  {
    pattern:
      /^(?:i (?:want|would like|'d like|need) to|i'd like to|can i|may i|could i|let me) (?:talk|speak|chat) (?:to|with) @?([\w-]+)$/,
    tell: (turn, [, name = ""]) => wishedFor(turn, name),
  },
  {
    pattern: /^i (?:(?:totally |really )?disagree|(?:do not|don't) agree) with @?([\w-]+)/,
    tell: (turn, [, name = ""]) => disagreed(turn, name),
  },
  {
    pattern:
      /^(?:so |and )?who (?:do you think )?(?:has |was |is )?(?:more convincing|the most convincing|won|wins|is (?:right|winning)|was right|(?:had|has) the better (?:arguments?|points?)|convinced you)\b/,
    tell: (turn) => turn.choose(WINNERS[turn.character.stance] ?? ANY_WINNER),
  },
  {
    pattern:
      /^(?:so |and )?(?:whom?) do you (?:agree|side|go) with(?: more| most)?$|^whose side are you on$|^(?:so |and )?what(?:'s| is| was) (?:the|your) (?:conclusion|verdict|result|outcome)$/,
    tell: (turn) => turn.choose(WINNERS[turn.character.stance] ?? ANY_WINNER),
  },
];

/** Answers a line that asks for nothing else. */
export function aboutTheRoom(turn: Turn): Part | undefined {
  const only = turn.sentences.length === 1 ? turn.sentences[0] : undefined;
  return only && roomQuestion(turn, only);
}

/** Answers a question on the room that stands beside something else. */
export const roomQuestion: Skill = (turn, { bare, plain }) => {
  if (turn.character.others.length === 0 || turn.character.handle === undefined) return undefined;
  for (const { pattern, tell } of QUESTIONS) {
    const match = pattern.exec(bare) ?? pattern.exec(plain);
    const told = match && tell(turn, match);
    if (told) return answer(told);
  }
  return undefined;
};

const speaksForAll = ({ character, mentioned }: Turn): boolean => character.stance === "host" || mentioned;

/** "With me are Otto (an optimist) and Vera (a sceptic)." */
export function company({ character: { others, roles } }: Turn): string {
  const each = others.map((one) => {
    const role = roles[one.toLowerCase()];
    return role ? `${one} (${role})` : one;
  });
  return `With me ${others.length === 1 ? "is" : "are"} ${listOf(each)}.`;
}

/** "I am Hanna, the host." */
export const selfIn = (turn: Turn): string => introduction(turn).split(" I am played")[0] ?? "";

const howToCall = ({ character: { others } }: Turn): string =>
  `Begin a message with \`@${others[0]}\` to hear ${others[0]}${others[1] ? `, or have them talk: \`@${others[0]}, @${others[1]}: discuss remote work\`` : ""}.`;

function whoIs(turn: Turn, name: string): string | undefined {
  const other = otherCalled(turn, name);
  if (same(name, turn.character.handle)) return introduction(turn);
  if (!other) return undefined;
  const role = turn.character.roles[other.toLowerCase()];
  return `${other} ${role ? `is ${role}` : "is here with us"}. Begin a message with \`@${other}\`, and you will hear it from ${other} in person.`;
}

function placeOf({ character: { room } }: Turn): string {
  const called = room?.title
    ? `This is ${/^the /i.test(room.title) ? room.title.replace(/^T/, "t") : room.title}`
    : "This is a room for conversation";
  return `${stopped(called)}${room?.about ? ` ${stopped(room.about)}` : ""}`;
}

function helpIn(turn: Turn): string {
  const [first = "", second] = turn.character.others;
  const debate = second ? `\n- **A debate**: \`@${first}, @${second}: discuss whether cats are better than dogs\`` : "";
  return `${selfIn(turn)} ${company(turn)} This is what you can try:

- **A question for everybody**: "What do you think of the four-day week?"
- **One of us by name**: \`@${second ?? first}, what do you think of that?\`${debate}
- **Something about yourself**: "My name is Ada and I like tea", and later "What do I like?"
- **Small things**: a joke, a poem about the sea, "What is 15% of 80?", "How many days until Christmas?"

We are played by rules in the server itself; with a real model behind us we would know the world, too.`;
}

const HOW_IT_WORKS =
  "Each of us hears what was said here, answers by rules of its own, and wakes whoever it calls with an @. One message of yours and all that follows from it is a turn, and you see it as one stream: it can be cut, resumed and read again. With a real model behind us only the answers would change.";

const SUGGESTIONS = [
  "How about {first}, or {second}?",
  "We have not argued about {first} for a while. Or would you rather have {second}?",
];

function suggestion(turn: Turn): string {
  const { others } = turn.character;
  const open = CASES.filter(({ topic }) => !turn.before.some(({ text }) => text.includes(topic)));
  const start = turn.before.length * 7;
  const [first, second] = [open[start % open.length], open[(start + 5) % open.length]].map(
    (one) => one?.question ?? one?.topic,
  );
  if (!first || !second || !others[0]) return turn.choose(VOICES[turn.character.stance].welcome);
  const call = others[1] ? `@${others[0]}, @${others[1]}: discuss` : `@${others[0]}, what do you think about`;
  return `${turn.choose(SUGGESTIONS, { first, second })} Say \`${call} ${first}\`, and lean back.`;
}

function ownHelp(turn: Turn): string {
  const { stance } = turn.character;
  const known = "I also remember what you tell us.";
  return `${turn.choose(GIFTS[stance] ?? ANY_GIFT)} ${known} ${turn.choose(VOICES[stance].welcome)}`;
}

const GIFTS: Readonly<Record<string, readonly string[]>> = {
  host: ["At making people talk who have only just met, and at asking the right guest."],
  optimist: ["At finding what could go well, and at laughing when it does not. Ask me what I think of something!"],
  sceptic: ["At asking how we know. Bring me something that everybody believes, and ask me what I think of it."],
  pirate: ["At yarns and straight courses, matey. Ask me what I think of a thing!"],
  poet: ["At finding the picture in a thing. Ask me what I think of one."],
  teacher: ["At asking until you know it yourself. Ask me what I think of something."],
};
const ANY_GIFT = ["From me you can have my view: ask me what I think of something."];

function wishedFor(turn: Turn, name: string): string | undefined {
  if (same(name, turn.character.handle)) return `Here I am. ${turn.choose(VOICES[turn.character.stance].welcome)}`;
  const other = otherCalled(turn, name);
  if (!other) return undefined;
  return mayCall(turn) ? `@${other}, ${personIn(turn)} would like to talk to you.` : `I leave you to ${other}.`;
}

function disagreed(turn: Turn, name: string): string | undefined {
  const { handle, stance } = turn.character;
  if (same(name, handle) || (name === "you" && turn.line.addressed))
    return turn.choose(DISAGREED[stance] ?? DISAGREED_ANY);
  const other = otherCalled(turn, name);
  return other && mayCall(turn)
    ? `@${other}, ${personIn(turn)} does not agree with you. What do you say to that?`
    : undefined;
}

const DISAGREED: Readonly<Record<string, readonly string[]>> = {
  optimist: ["Good! One learns little from those who nod. Where exactly do I lose you?"],
  sceptic: ["Excellent. Tell me which part, and how one could find out who of us is right."],
};
const DISAGREED_ANY = ["Then tell me where you see it otherwise."];

const ACQUAINTED: Readonly<Record<string, readonly string[]>> = {
  host: ["As long as this room has been open, and they still surprise me. What would you like to ask them?"],
};
const ANY_ACQUAINTED = [
  "As long as this room has been open, and that is enough to disagree.",
  "Long enough to know what the others will say, and to listen all the same.",
];

const ANYONE: Readonly<Record<string, readonly string[]>> = {
  host: [
    "My guests are made of rules, and own little but their opinions. How is it with you?",
    "At this table only you could say so with experience. Tell us!",
  ],
  optimist: ["Not yet, but I never say never! And you?"],
  sceptic: ["I could say yes, but you could not check it. How is it with you?"],
};
const ANY_ONE = ["Nobody here has more than rules and opinions. How is it with you?"];

const WINNERS: Readonly<Record<string, readonly string[]>> = {
  host: [
    "I keep no score, and that is why they come back. Who convinced you?",
    "If I named a winner, I would have to eat alone tomorrow. Which argument stays with you?",
  ],
  optimist: ["We both did, I would say: each of us has one thought more than before. Which one do you take home?"],
  sceptic: ["Nobody has, as far as I can see: no claim was tested. Which argument would you test first?"],
};
const ANY_WINNER = ["That is for you to say. Who convinced you?"];
