import type { Client } from "../client/index.ts";
import type { Palette } from "./colours.ts";
import type { Io } from "./io.ts";

/** An option as it is parsed and as `--help` tells of it. */
export type OptionSpec = {
  type: "string" | "boolean";
  short?: string;
  multiple?: boolean;
  /** What stands for the value in the help, `URL` say. */
  value?: string;
  text: string;
};

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a command gets when it runs. */
export type Call = {
  io: Io;
  values: Values;
  positionals: readonly string[];
  /** `--json`: results for programs. */
  json: boolean;
  /** Colours for stdout and for stderr. */
  out: Palette;
  err: Palette;
  url: string;
  headers: Readonly<Record<string, string>>;
  client: Client;
  /** The version of this program. */
  version: string;
};

export type Command = {
  /** As it is called: `worlds create`. */
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** What follows the name in the usage line: `NAME [options]`. */
  usage: string;
  /** How many arguments it takes beside options. */
  least: number;
  most: number;
  options: OptionSpecs;
  examples: readonly (readonly [command: string, what: string])[];
  /** Further paragraphs of its help. */
  notes?: readonly string[];
  /** @returns the exit code */
  run(call: Call): Promise<number>;
};

/** Commands that share a first word: `worlds list`, `worlds show`. */
export type Group = { name: string; summary: string; commands: Readonly<Record<string, Command>> };

/** What every command takes. */
export const COMMON: OptionSpecs = {
  url: { type: "string", value: "URL", text: "the server; else CHATWAIT_URL, else http://127.0.0.1:3000" },
  header: {
    type: "string",
    multiple: true,
    value: "'NAME: VALUE'",
    text: "send this header along, for a gateway in front of the server (repeatable)",
  },
  json: { type: "boolean", text: "print results as JSON; errors are one JSON line on stderr" },
  color: {
    type: "boolean",
    text: "colours even without a terminal; --no-color: none. Else as NO_COLOR, FORCE_COLOR say",
  },
  help: { type: "boolean", short: "h", text: "show this" },
  version: { type: "boolean", short: "V", text: "print the version" },
};

/** The value of an option that takes a text. */
export function textOption({ values }: Pick<Call, "values">, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** The values of an option that may be repeated. */
export function listOption({ values }: Pick<Call, "values">, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value : [];
}

/** Whether a switch was given. */
export const isOn = ({ values }: Pick<Call, "values">, name: string): boolean => values[name] === true;
