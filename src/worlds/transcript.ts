import type { PromptMessage } from "../generation/context.ts";
import { glanced } from "./look-alikes.ts";
import type { Line } from "./memory.ts";

/**
 * What was said in a room, as one of those in it is told it: its own lines as an assistant's messages, all others as a
 * user's. In a user's message whatever stands at the margin begins a line, `[Name]: text`, and the further lines of its
 * text are indented: no text, whatever is in it, can begin a line in somebody else's name.
 */

const INDENT = "  ";

/** Whatever some reader may take for the end of a line. */
const LINE_END = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;

/**
 * The messages that `own` is told, one a line, oldest first. What it said while others spoke comes before the last of
 * theirs: so there is always something to answer at the end.
 *
 * @param names of the agents: nobody else is shown under one of them
 */
export function transcriptFor(own: string, lines: readonly Line[], names: readonly string[]): PromptMessage[] {
  const agents = [...names, ...lines.flatMap(({ agent, sender }) => (agent ? [sender] : []))];
  const taken = new Set(agents.map(glanced));
  const messages = lines
    .filter(({ content }) => content.trim() !== "")
    .map((line): PromptMessage => {
      if (line.agent && isSame(line.sender, own)) return { role: "assistant", content: line.content };
      return { role: "user", content: spoken(shownName(line, taken), line.content) };
    });
  return endingWithOther(messages);
}

/** Puts messages of the same role that follow each other into one: many models insist that the two take turns. */
export function alternating(messages: readonly PromptMessage[]): PromptMessage[] {
  const runs: PromptMessage[] = [];
  for (const { role, content } of messages) {
    const last = runs.at(-1);
    if (last?.role === role) last.content += (role === "user" ? "\n" : "\n\n") + content;
    else runs.push({ role, content });
  }
  return runs;
}

function spoken(name: string, text: string): string {
  const [first = "", ...further] = text.trim().split(LINE_END);
  return [`[${name}]: ${first}`, ...further.map((line) => (line === "" ? "" : INDENT + line))].join("\n");
}

/** A name that would end its own brackets, or that is an agent's to whoever reads it, is shown so that it does neither. */
function shownName({ sender, agent }: Line, taken: ReadonlySet<string>): string {
  const name = sender.replaceAll("[", "(").replaceAll("]", ")").split(LINE_END).join(" ").trim();
  return !agent && taken.has(glanced(sender)) ? `${name} (guest)` : name;
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function endingWithOther(messages: PromptMessage[]): PromptMessage[] {
  const at = messages.findLastIndex(({ role }) => role === "user");
  const [last] = at < 0 ? [] : messages.splice(at, 1);
  return last ? [...messages, last] : messages;
}
