import { suggestion } from "../../suggest.ts";

/** What can be said to the program instead of to a model. */
export const SLASH: Readonly<Record<string, { usage: string; text: string }>> = {
  help: { usage: "/help", text: "show this" },
  world: { usage: "/world [NAME]", text: "go into a world; without a name leave it, or list them" },
  model: { usage: "/model [NAME]", text: "choose a model; without a name list them" },
  new: { usage: "/new", text: "begin anew" },
  retry: { usage: "/retry", text: "ask the last question again" },
  save: { usage: "/save FILE", text: "save the conversation as .json or .md" },
  load: { usage: "/load FILE", text: "go on with a conversation that was saved as .json" },
  quit: { usage: "/quit", text: "leave; so do Ctrl-D, and Ctrl-C on an empty line" },
};

export type Line =
  | { type: "message"; text: string }
  | { type: "command"; name: string; argument: string }
  | { type: "unknown"; name: string; guess: string | undefined }
  | { type: "nothing" };

/** What a line means. A message that begins with a slash is written with two. */
export function readLine(text: string): Line {
  if (text.trim() === "") return { type: "nothing" };
  if (text.startsWith("//")) return { type: "message", text: text.slice(1) };
  const [, name, argument = ""] = /^\/([A-Za-z]*)(?:\s+([\s\S]*))?$/.exec(text.trimEnd()) ?? [];
  // A path like /etc/hosts is no command.
  if (name === undefined) return { type: "message", text };
  const known =
    name === "exit" ? "quit" : name === "worlds" || name === "models" ? name.slice(0, -1) : name.toLowerCase();
  if (Object.hasOwn(SLASH, known)) return { type: "command", name: known, argument: argument.trim() };
  return { type: "unknown", name, guess: suggestion(name, Object.keys(SLASH)) };
}

/** Completions for the beginning of a command. */
export const completions = (line: string): string[] =>
  line.startsWith("/") ? Object.keys(SLASH).flatMap((name) => (`/${name}`.startsWith(line) ? [`/${name} `] : [])) : [];

export function slashHelp(): string[] {
  const rows = Object.values(SLASH);
  const width = Math.max(...rows.map(({ usage }) => usage.length));
  return [
    ...rows.map(({ usage, text }) => `  ${usage.padEnd(width)}  ${text}`),
    "  A line that ends in \\ goes on in the next one. Ctrl-C stops an answer, a second one leaves.",
  ];
}
