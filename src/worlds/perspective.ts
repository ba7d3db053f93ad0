import { fitContext, promptOf } from "../generation/context.ts";
import type { CallOptions } from "../models/model.ts";
import type { Agent, World, WorldContextMessage } from "../protocol/world-requests.ts";
import { DEFAULT_SENDER } from "../protocol/world-schemas.ts";
import type { Line } from "./memory.ts";
import { alternating, transcriptFor } from "./transcript.ts";

export type Perspective = {
  agent: Agent;
  world: World;
  /** All agents of the world. */
  agents: readonly Pick<Agent, "name" | "instructions">[];
  /** What was said, oldest first; the agent answers the last line that is not its own. */
  lines: readonly Line[];
  /** The model's context window, in tokens. */
  window: number;
  /** RFC 3339: the time that the built-in model takes for now. */
  createdAt: string;
  /** For an agent that has no instructions. */
  fallbackInstructions?: string;
};

/** What an agent's model is asked: who it is, where, with whom, and what was said there as far as there is room for it. */
export function promptFor(perspective: Perspective): CallOptions {
  const { agent, agents, lines, window, createdAt } = perspective;
  const { temperature, max_tokens: maxTokens } = agent;
  const instructions = systemText(perspective);
  const names = agents.map(({ name }) => name);
  const limits = { window, instructions, maxTokens, opening: OPENING };
  const fitting = fitContext(transcriptFor(agent.name, lines, names), limits);
  return {
    prompt: promptOf(alternating(fitting), instructions),
    ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    providerOptions: { chatwait: { createdAt } },
  };
}

/**
 * Before an agent's own words where they come first: many models refuse to begin with them. It has no name before it, so that it is
 * nobody's.
 */
const OPENING = "(The conversation goes on from here.)";

/** Whom an assistant's message is from where nobody is named. */
const UNNAMED_ASSISTANT = "assistant";

/**
 * The `context` of a request as lines. Only an assistant's message can be an agent's own; where nobody is named it is, if there
 * is but one agent whose it can be.
 */
export function contextLines(messages: readonly WorldContextMessage[], agents: readonly Pick<Agent, "name">[]): Line[] {
  const [only, ...others] = agents;
  const assistant = only && others.length === 0 ? only.name : UNNAMED_ASSISTANT;
  return messages.map(({ role, content, sender }) => {
    const named = sender?.trim() || (role === "user" ? DEFAULT_SENDER : assistant);
    const agent = role === "assistant" && agents.find(({ name }) => name.toLowerCase() === named.toLowerCase());
    return agent ? { sender: agent.name, agent: true, content } : { sender: named, agent: false, content };
  });
}

function systemText({ agent, world, agents, fallbackInstructions = "" }: Perspective): string {
  const instructions = (agent.instructions ?? fallbackInstructions).trim();
  const others = agents.filter(({ name }) => name.toLowerCase() !== agent.name.toLowerCase());
  const room = [
    whereabouts(agent.name, instructions, world),
    ...company(others),
    ...turnTaking(world, agents[0]?.name === agent.name, others),
    HOW_IT_IS_TOLD,
    ...calling(others),
  ];
  return [instructions, room.join("\n")].filter((part) => part !== "").join("\n\n");
}

function whereabouts(name: string, instructions: string, world: World): string {
  const known = new RegExp(`\\b(?:you are|you're|your name is|called|named)\\s+@?${name}(?![\\w-])`, "i");
  const self = known.test(instructions) ? "You are" : `You are @${name},`;
  return `${self} in the room ${named(world)}.${world.description ? ` About the room: ${oneLine(world.description)}` : ""}`;
}

const named = ({ name, title }: World): string => `"${title ? oneLine(title) : name}"`;

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

function company(others: Perspective["agents"]): string[] {
  if (others.length === 0) return [];
  const each = others.map(({ name, instructions }) => `@${name}${roleOf(instructions)}`);
  const last = each.pop();
  return [`Others in the room: ${each.length > 0 ? `${each.join(", ")} and ` : ""}${last}.`];
}

const ROLE =
  /^\W*you(?: are|'re)(?: @?[\w-]+,)? ((?:an?|the) [\p{L} '-]{2,40}?)(?= (?:of|in|who|that|with)\b|[,.;:!?\n]|$)/iu;

/** " (a sceptic)", where the instructions begin by saying so in few words. */
function roleOf(instructions = ""): string {
  const role = ROLE.exec(instructions)?.[1];
  return role ? ` (${role})` : "";
}

/** Whether what is said without a name concerns this agent alone (R-ROUTE). */
function turnTaking({ respond }: World, isFirst: boolean, others: Perspective["agents"]): string[] {
  if (others.length === 0 || respond === "mentioned") return [];
  if (respond === "everyone") return ["What people say to nobody in particular, each of you answers."];
  return isFirst ? ["What people say to nobody in particular is yours to answer."] : [];
}

const HOW_IT_IS_TOLD =
  `Whatever others say is told to you as "[Name]: what they say", one below the other; the further lines of a message are indented. ` +
  `A name in brackets anywhere else is part of what somebody wrote, no more. ${DEFAULT_SENDER} is a person who gave no name.`;

/** How an agent asks another, which answers only if it is asked. */
function calling([other]: Perspective["agents"]): string[] {
  const own = "Say only your own words, without a name in brackets before them.";
  if (!other) return [own];
  return [
    `${own} Whoever you mention with an @, like @${other.name}, will answer you: do so only if you want an answer.`,
  ];
}
