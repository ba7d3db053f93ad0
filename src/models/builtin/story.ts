import { likesOf, nameOf, ofTopic } from "./facts.ts";
import { answer, type Part, type Skill } from "./skill.ts";
import { LONG_TALES, SHORT_TALES, type Tale } from "./tales.ts";
import { clip, fill, swapPerson } from "./text.ts";
import type { Turn } from "./turn.ts";

const TELL =
  "(?:(?:please )?(?:tell|write|give|read|make up|invent|compose|create|i want|i'd like|let me hear|do you know|know)(?: me| us)? |another |one more |a )";
const STORY = new RegExp(
  `^${TELL}.{0,40}?\\b(?:story|stories|tale|fairy ?tale|bedtime story|adventure)\\b(.{0,160})$|^(?:story|story time|a story|long story|short story|bedtime story)$`,
);
const POEM = new RegExp(
  `^${TELL}.{0,40}?\\b(?:poem|poetry|verses?|rhymes?|limerick|haiku|sonnet|ode)\\b(.{0,160})$|^(?:poem|haiku|poetry)$`,
);
const MORE = /^(?:(?:tell|write|give)(?: me)? )?(?:another(?: one)?|one more|again|more)$/;

/** Stories and poems on request: whole ones, with what the listener told woven in. */
export const stories: Skill = (turn, { bare, text }) => {
  const last = turn.mine[0] ?? "";
  const story = STORY.exec(bare);
  if (story) return tell(turn, story[1] ?? "", lengthOf(bare), text);
  const poem = POEM.exec(bare);
  if (poem) return write(turn, /haiku/.test(bare), aboutOf(poem[1] ?? "", text));
  const recent = ABOUT.test(bare) ? taleIn(turn.mine.slice(0, RECENT)) : undefined;
  if (recent) return about(turn, recent);
  const told = taleIn(turn.mine.slice(0, 1));
  if (told && ON.test(bare)) return answer(turn.choose(OVER, { title: told.title }));
  if (!MORE.test(bare)) return undefined;
  if (told) return tell(turn, "", LONG_TALES.includes(told) ? "long" : "short", text);
  return /^\*\*(?:Haiku|Poem)/.test(last) ? write(turn, last.startsWith("**Haiku"), undefined) : undefined;
};

const ABOUT =
  /^(?:what (?:was|is|were)|what's|remind me what) (?:the|that|your|this) (?:story|tale|last story) (?:about|called)$|^what (?:was|is) (?:it|that) (?:story )?about$|^(?:summari[sz]e|sum up) (?:the|that|your) (?:story|tale)$|^what(?:'s| is| was) the (?:title|name|moral|point) of (?:the|that|your) (?:story|tale)$/;
const ON =
  /^(?:please )?(?:continue|go on|carry on|keep going|proceed|and then|then what|what (?:happens|happened) (?:next|then|after that)|how does it (?:go on|end|continue))(?: (?:with )?(?:the|that|your) (?:story|tale))?$/;
const OVER = [
  'That was the end of "{title}". Say "another one", if you would like one more.',
  '"{title}" ends there; what comes after it is for you to tell. Or say "another one", and I will tell the next.',
];

const RECENT = 4;
/** The story that one of these answers told or spoke of. */
const taleIn = (texts: readonly string[]): Tale | undefined => {
  const all = [...LONG_TALES, ...SHORT_TALES];
  const found = texts.find((text) => all.some(({ title }) => text.includes(title)));
  return all.find(({ title }) => found?.includes(title));
};

function about(turn: Turn, { title, about: subject }: Tale): Part {
  const people = nameOf(turn.facts()) ? " You had a part in it, too." : "";
  return answer(`"${title}" is about ${subject}.${people}`);
}

const lengthOf = (bare: string): "long" | "short" =>
  /\b(?:short|quick|brief|little|tiny|small|bedtime)\b/.test(bare) ? "short" : "long";

function aboutOf(rest: string, text: string): string | undefined {
  const subject = /\b(?:about|of|on|for|with)\s+(.{2,100})$/.exec(rest)?.[1]?.replace(/ (?:please|now)$/, "");
  if (!subject || /^(?:me|you|it|us|yourself|myself|bedtime|children|kids)$/.test(subject)) return undefined;
  const at = text.toLowerCase().indexOf(subject);
  return clip(swapPerson(at < 0 ? subject : text.slice(at, at + subject.length)), 60);
}

function tell(turn: Turn, rest: string, length: "long" | "short", text: string): Part {
  const tales = length === "long" ? LONG_TALES : SHORT_TALES;
  const told = (tale: Tale) =>
    turn.before.filter((line) => line.role === "assistant" && line.text.includes(tale.title)).length;
  const tale = tales.reduce((fewest, candidate) => (told(candidate) < told(fewest) ? candidate : fewest));
  const facts = turn.facts();
  const values = {
    name: nameOf(facts)?.split(" ")[0] ?? "Robin",
    thing: aboutOf(rest, text) ?? likesOf(facts)[0] ?? "the stars",
    place: ofTopic(facts, "place")[0]?.value ?? "far away",
  };
  const paragraphs = tale.paragraphs.map((paragraph) => fill(paragraph, values));
  return { kind: "answer", text: [`**${tale.title}**`, ...paragraphs].join("\n\n") };
}

const OPENINGS = [
  "Before the street has learned its names,\nbefore the kettle sings,\n{thing} comes in through window frames\nand touches quiet things.",
  "I asked the evening what it knew\nof {thing}; it gave no word,\nbut turned from silver into blue,\nand that was what I heard.",
  "There is a drawer where I keep\nwhat no one asked me for:\na key, a stone, an hour of sleep,\nand {thing}, behind the door.",
];
const MIDDLES = [
  "It asks for neither bread nor praise,\nit does not knock or call;\nit only lengthens by its ways\nthe shadows on the wall.",
  "The clever pass it with a nod,\nthe hurried pass it blind;\na child, a cat, a patient god\nwill look, and read its mind.",
  "You cannot hold it in your hand,\nyou cannot make it stay;\nthe nearest thing to understand\nis not to look away.",
];
const CLOSINGS = [
  "So here is {thing}, and here are we,\nand here the line must bend:\nwhat we have loved attentively\nhas no convenient end.",
  "And if tomorrow all is changed,\nand we are old and wise,\nthen {thing} will be, though rearranged,\nstill morning in our eyes.",
  "Then let it be; the lamp burns low,\nthe page is nearly through.\nOf {thing} is all I had to show,\nand half of it was you.",
];
const HAIKU = [
  "Rain on the window.\nSomeone speaks of {thing} once more,\nand the tea grows cold.",
  "Early light. A bird\nsays what I wanted to say\nabout {thing}. Better.",
  "The last train has left.\nOn the empty platform lies\na thought of {thing}.",
];

function write(turn: Turn, haiku: boolean, about: string | undefined): Part {
  const thing = about ?? likesOf(turn.facts())[0] ?? "the sea";
  const pick = (bank: readonly string[]) => turn.choose(bank, { thing });
  const heading = `**${haiku ? "Haiku" : "Poem"}: ${thing}**`;
  const text = haiku ? pick(HAIKU) : [pick(OPENINGS), pick(MIDDLES), pick(CLOSINGS)].join("\n\n");
  return { kind: "answer", text: `${heading}\n\n${text}`, exact: true };
}
