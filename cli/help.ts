import { COMMON, type Command, type Group, type OptionSpec, type OptionSpecs } from "./command.ts";

/** What `--help` prints. */

const WIDTH = 78;

/** The first page: every command, and how the program ends. */
export function mainHelp(commands: readonly (Command | Group)[]): string {
  return [
    "ChatWait: talk to models and to worlds of agents, and run the server for it.",
    "",
    "Use: chatwait COMMAND [options]",
    "",
    "Commands:",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    "Everywhere:",
    ...columns(optionRows(COMMON)),
    "",
    "Exit codes:",
    ...columns([
      ["0", "it went well"],
      ["1", "the server refused, the answer failed, doctor found a fault, or a question was answered with no"],
      ["2", "the command, a file or a setting is wrong, or a file cannot be written"],
      ["3", "no ChatWait server was reached"],
      ["130", "interrupted with Ctrl-C"],
    ]),
    "",
    "Results go to stdout; progress, questions and errors go to stderr.",
    '"chatwait COMMAND --help" says more about each.',
  ].join("\n");
}

export function groupHelp({ name, summary, commands }: Group): string {
  return [
    `${capital(summary)}.`,
    "",
    `Use: chatwait ${name} VERB [options]`,
    "",
    "Verbs:",
    ...columns(Object.values(commands).map((command) => [verbLine(command, name), command.summary])),
    "",
    `"chatwait ${name} VERB --help" says more about each.`,
  ].join("\n");
}

export function commandHelp({ name, summary, usage, options, examples, notes = [] }: Command): string {
  const own = Object.keys(options).length > 0 ? ["", "Options:", ...columns(optionRows(options))] : [];
  const shown = examples.flatMap(([command, what]) => ["", `  ${what}:`, `    ${command}`]);
  return [
    `${capital(summary)}.`,
    "",
    `Use: chatwait ${name} ${usage}`,
    ...own,
    "",
    "Everywhere:",
    ...columns(optionRows(COMMON)),
    ...notes.flatMap((note) => ["", ...wrapped(note, WIDTH)]),
    ...(shown.length > 0 ? ["", "Examples:", ...shown] : []),
  ].join("\n");
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Without the options, which its own help lists. */
const verbLine = ({ name, usage }: Command, group: string): string =>
  `${name.slice(group.length + 1)} ${usage.replace(/\s*\[(?:options|--).*$/, "")}`.trim();

const optionRows = (specs: OptionSpecs): [string, string][] =>
  Object.entries(specs).map(([name, spec]) => [`${shortOf(spec)}--${name}${placeholderOf(spec)}`, spec.text]);

const shortOf = ({ short }: OptionSpec): string => (short === undefined ? "" : `-${short}, `);
const placeholderOf = ({ type, value = "VALUE" }: OptionSpec): string => (type === "string" ? ` ${value}` : "");

const WIDEST_NAME = 26;

/** Two columns; a name too wide for its own has its text below. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(WIDEST_NAME, Math.max(...rows.map(([name]) => name.length)));
  const indent = " ".repeat(width + 4);
  return rows.flatMap(([name, text]) => {
    const [first = "", ...rest] = wrapped(text, WIDTH - width - 4);
    const tail = rest.map((line) => indent + line);
    return name.length > width
      ? [`  ${name}`, indent + first, ...tail]
      : [`  ${name.padEnd(width)}  ${first}`, ...tail];
  });
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
