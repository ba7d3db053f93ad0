import { parseArgs } from "node:util";
import type { Command, OptionSpecs, Values } from "./command.ts";
import { COMMON } from "./command.ts";
import { usageError } from "./failures.ts";
import { didYouMean } from "./suggest.ts";

export type Parsed = { values: Values; positionals: string[] };

type Token = {
  kind: string;
  name?: string;
  rawName?: string;
  value?: string | undefined;
  inlineValue?: boolean | undefined;
};

/**
 * Reads the arguments of a command: its options and the common ones, in any order.
 * @throws CliError `usage` for what it does not know, and for a value that is missing or too many
 */
export function parseArguments(args: readonly string[], specs: OptionSpecs): Parsed {
  const options = { ...COMMON, ...specs };
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: parsable(options),
    strict: false,
    allowNegative: true,
    tokens: true,
  });
  for (const token of tokens) checkToken(token, options);
  return { values: values as Values, positionals };
}

/** @throws CliError `usage` where the command takes fewer or more arguments */
export function checkCount({ least, most, name, usage }: Command, positionals: readonly string[]): void {
  if (positionals.length < least) throw usageError(`Something is missing. Use: chatwait ${name} ${usage}`);
  if (positionals.length <= most) return;
  throw usageError(`"${positionals[most]}" is one argument too many. Use: chatwait ${name} ${usage}`);
}

/** The first word that is no option, and the arguments without it: common options may stand before a command. */
export function takeWord(args: readonly string[]): { word: string | undefined; rest: string[] } {
  const { tokens } = parseArgs({ args: [...args], options: parsable(COMMON), strict: false, tokens: true });
  const token = tokens.find(({ kind }) => kind === "positional" || kind === "option-terminator");
  if (token?.kind !== "positional") return { word: undefined, rest: [...args] };
  return { word: token.value, rest: args.filter((_, index) => index !== token.index) };
}

const parsable = (specs: OptionSpecs) =>
  Object.fromEntries(
    Object.entries(specs).map(([name, { type, short, multiple = false }]) => [
      name,
      { type, multiple, ...(short === undefined ? {} : { short }) },
    ]),
  );

function checkToken({ kind, name = "", rawName = "", value, inlineValue }: Token, specs: OptionSpecs): void {
  if (kind !== "option") return;
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (!spec) throw usageError(`There is no option ${rawName}. ${optionGuess(rawName, specs)}`);
  if (spec.type === "boolean") {
    if (value !== undefined) throw usageError(`${rawName} takes no value.`);
    return;
  }
  if (rawName.startsWith("--no-")) throw usageError(`There is no option ${rawName}. --${name} takes a value.`);
  if (value === undefined) throw usageError(`${rawName} needs a value: ${rawName} ${spec.value ?? "VALUE"}`);
  // "--title --json" forgot the title more likely than it means a title of that name.
  if (inlineValue === false && value.startsWith("-") && !/^-(?:$|[\d.])/.test(value)) {
    throw usageError(`${rawName} needs a value. If it is to be "${value}", write ${rawName}=${value}`);
  }
}

const optionGuess = (rawName: string, specs: OptionSpecs): string =>
  didYouMean(
    rawName,
    Object.keys(specs).map((name) => `--${name}`),
    "The options are",
  );
