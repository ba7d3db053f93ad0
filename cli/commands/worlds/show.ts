import { stringify } from "yaml";
import type { Agent, World } from "../../../client/index.ts";
import { printable } from "../../printable.ts";

/** Everything that counts of a world or an agent, the defaults too, for people. */
export const shown = (value: object): string => printable(stringify(value, { lineWidth: 100 })).trimEnd();

export const worldRows = (worlds: readonly World[]): string[][] => [
  ["NAME", "ANSWERS", "TITLE"],
  ...worlds.map(({ name, respond, title = "" }) => [name, respond, title]),
];

export const agentRows = (agents: readonly Agent[]): string[][] => [
  ["NAME", "MODEL", "INSTRUCTIONS"],
  ...agents.map(({ name, model = "(the server's)", instructions = "" }) => [name, model, firstLine(instructions)]),
];

const LONGEST_LINE = 60;

function firstLine(text: string): string {
  const [line = ""] = text.trim().split("\n", 1);
  return line.length > LONGEST_LINE || line !== text.trim() ? `${line.slice(0, LONGEST_LINE).trimEnd()}…` : line;
}
