import { checkCount, parseArguments, takeWord } from "./arguments.ts";
import { palette, wantsColour } from "./colours.ts";
import type { Call, Command, Group, Values } from "./command.ts";
import { agents } from "./commands/agents.ts";
import { chat } from "./commands/chat.ts";
import { doctor } from "./commands/doctor.ts";
import { serve } from "./commands/serve.ts";
import { worlds } from "./commands/worlds.ts";
import { clientFor, headersFrom, urlFrom } from "./connection.ts";
import { EXIT, errorJson, errorLines, exitOf, isCliError, usageError } from "./failures.ts";
import { commandHelp, groupHelp, mainHelp } from "./help.ts";
import { type Io, remark, say, sayJson } from "./io.ts";
import { didYouMean } from "./suggest.ts";

const COMMANDS: Readonly<Record<string, Command | Group>> = { serve, chat, worlds, agents, doctor };

/**
 * Runs the program with its arguments. Whatever goes wrong is told on stderr.
 * @returns the exit code
 */
export async function run(args: readonly string[], io: Io, version: string): Promise<number> {
  try {
    return await dispatch(args, io, version);
  } catch (error) {
    if (!io.readerGone.aborted) tell(error, args, io);
    return io.readerGone.aborted ? EXIT.ok : exitOf(error);
  }
}

/** Tells that the output could not be written. @returns the exit code for that; undefined where all was well */
export function lossOf(args: readonly string[], io: Io): number | undefined {
  const { aborted, reason } = io.readerGone;
  if (!aborted || !isCliError(reason)) return undefined;
  tell(reason, args, io);
  return exitOf(reason);
}

async function dispatch(args: readonly string[], io: Io, version: string): Promise<number> {
  const { word, rest } = takeWord(args);
  if (word === undefined) return withoutCommand(args, io, version);
  if (word === "help") return help(rest, io);
  const found = lookUp(COMMANDS, word, "There is no command", "The commands are");
  if (!("commands" in found)) return start(found, rest, io, version);
  const { word: verb, rest: own } = takeWord(rest);
  if (verb !== undefined)
    return start(lookUp(found.commands, verb, `${word} has no verb`, "The verbs are"), own, io, version);
  const { values } = parseArguments(rest, {});
  if (values["help"] !== true) throw usageError(`What shall be done? ${verbs(found)}`);
  say(io, groupHelp(found));
  return EXIT.ok;
}

const verbs = ({ name, commands }: Group): string => `Use: chatwait ${name} ${Object.keys(commands).join("|")}`;

function withoutCommand(args: readonly string[], io: Io, version: string): number {
  const { values } = parseArguments(args, {});
  if (values["version"] === true) return printVersion(io, values, version);
  if (values["help"] !== true)
    throw usageError(`Which command? ${Object.keys(COMMANDS).join(", ")}. "chatwait --help" says more.`);
  say(io, mainHelp(Object.values(COMMANDS)));
  return EXIT.ok;
}

function help(args: readonly string[], io: Io): number {
  const { word, rest } = takeWord(args);
  const found = word === undefined ? undefined : lookUp(COMMANDS, word, "There is no command", "The commands are");
  if (!found) say(io, mainHelp(Object.values(COMMANDS)));
  else if (!("commands" in found)) say(io, commandHelp(found));
  else {
    const verb = takeWord(rest).word;
    say(
      io,
      verb === undefined
        ? groupHelp(found)
        : commandHelp(lookUp(found.commands, verb, `${word} has no verb`, "The verbs are")),
    );
  }
  return EXIT.ok;
}

function lookUp<Found>(table: Readonly<Record<string, Found>>, word: string, problem: string, label: string): Found {
  const found = Object.hasOwn(table, word) ? table[word] : undefined;
  if (found !== undefined) return found;
  throw usageError(`${problem} "${word}". ${didYouMean(word, Object.keys(table), label)}`);
}

async function start(command: Command, args: readonly string[], io: Io, version: string): Promise<number> {
  const { values, positionals } = parseArguments(args, command.options);
  if (values["help"] === true) {
    say(io, commandHelp(command));
    return EXIT.ok;
  }
  if (values["version"] === true) return printVersion(io, values, version);
  checkCount(command, positionals);
  return command.run(callOf(io, values, positionals, version));
}

function callOf(io: Io, values: Values, positionals: readonly string[], version: string): Call {
  const url = urlFrom(values, io.env);
  const headers = headersFrom(values);
  const flag = typeof values["color"] === "boolean" ? values["color"] : undefined;
  const json = values["json"] === true;
  return {
    ...{ io, values, positionals, json, url, headers, version },
    out: palette(!json && wantsColour(io.stdout, io.env, flag)),
    err: palette(!json && wantsColour(io.stderr, io.env, flag)),
    client: clientFor(url, headers, io.clock),
  };
}

function printVersion(io: Io, values: Values, version: string): number {
  if (values["json"] === true) sayJson(io, { version });
  else say(io, version);
  return EXIT.ok;
}

function tell(error: unknown, args: readonly string[], io: Io): void {
  if (args.includes("--json")) {
    remark(io, JSON.stringify(errorJson(error)));
    return;
  }
  const flag = args.includes("--no-color") ? false : undefined;
  const { red } = palette(wantsColour(io.stderr, io.env, flag));
  const [first = "", ...rest] = errorLines(error, urlOrDefault(args, io));
  remark(io, red(first), ...rest);
}

/** For a sentence about an error, where the arguments themselves may be what is wrong. */
function urlOrDefault(args: readonly string[], io: Io): string {
  try {
    const at = args.findIndex((arg) => arg === "--url" || arg.startsWith("--url="));
    const arg = args[at] ?? "";
    const url = arg === "--url" ? args[at + 1] : arg.slice("--url=".length);
    return urlFrom(at < 0 ? {} : { url }, io.env);
  } catch {
    return urlFrom({}, {});
  }
}
