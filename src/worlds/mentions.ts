import { type Mention, mentionsIn } from "./mention-scan.ts";
import { paragraphsOf } from "./paragraphs.ts";

/*
 * Who is spoken to (PROTOCOL.md, R-ROUTE): a scanner that finds `@name` in a text, and the rule that says whom a message
 * wakes. Code, quotes, links and addresses mention nobody. What is a code span, a fence or a list item follows
 * CommonMark 0.31 (sections 4.5, 5.2 and 6.1). Nothing is ever read again from its beginning, so the work is linear in
 * the text, whatever somebody puts into it.
 */
/** Finds who is mentioned in `text`, in order, each name once without regard to case. */
export function findMentions(text: string): Mention[] {
  const first = new Map<string, Mention>();
  for (const mention of paragraphsOf(text).flatMap((paragraph) => mentionsIn(text, paragraph))) {
    const key = mention.name.toLowerCase();
    if (!first.has(key)) first.set(key, mention);
  }
  return [...first.values()];
}

export type RouteQuestion = {
  text: string;
  /** Names that the request itself lists: they win over the text, and an empty list wakes nobody. */
  mentions?: readonly string[] | null | undefined;
  sender: "person" | { agent: string };
  /** The agents of the world, the oldest first. */
  agents: readonly { name: string }[];
  respond: "everyone" | "first" | "mentioned";
};

export type Route = {
  agents: { agent: string; why: "mentions" | "mentioned" | "everyone" | "first" }[];
  /** Mentions that name no agent, as written. */
  unknown: string[];
};

/** Says whom a message wakes and why, in the order in which they are named (else by age). */
export function route({ text, mentions, sender, agents, respond }: RouteQuestion): Route {
  const listed = mentions ?? undefined;
  const { known, unknown } = lookUp(listed ?? findMentions(text).map(({ name }) => name), agents);
  const why = listed ? "mentions" : "mentioned";
  if (sender !== "person") {
    const self = sender.agent.toLowerCase();
    return { agents: known.filter((name) => name.toLowerCase() !== self).map((agent) => ({ agent, why })), unknown };
  }
  if (listed || known.length > 0) return { agents: known.map((agent) => ({ agent, why })), unknown };
  if (respond === "mentioned") return { agents: [], unknown };
  const woken = respond === "first" ? agents.slice(0, 1) : agents;
  return { agents: woken.map(({ name }) => ({ agent: name, why: respond })), unknown };
}

/** A person who has a name here is no agent, but no unknown either; `people` in small letters. */
export function unknownAmong(names: readonly string[], people: ReadonlySet<string>): string[] {
  return names.filter((name) => !people.has(name.toLowerCase()));
}

function lookUp(names: readonly string[], agents: RouteQuestion["agents"]) {
  const byName = new Map(agents.map(({ name }) => [name.toLowerCase(), name]));
  const known = new Set<string>();
  const unknown = new Map<string, string>();
  for (const name of names) {
    const key = name.toLowerCase();
    // In `_ask @Vera_` and `@Vera--` the last characters belong to the sentence, unless somebody is really called that.
    const agent = byName.get(key) ?? byName.get(withoutTail(key));
    if (agent !== undefined) known.add(agent);
    else if (!unknown.has(key)) unknown.set(key, name);
  }
  return { known: [...known], unknown: [...unknown.values()] };
}

function withoutTail(name: string): string {
  let end = name.length;
  while (name[end - 1] === "_" || name[end - 1] === "-") end--;
  return name.slice(0, end);
}
