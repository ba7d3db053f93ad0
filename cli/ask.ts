import { createInterface } from "node:readline/promises";
import type { Call } from "./command.ts";
import { isOn } from "./command.ts";
import { cliError, EXIT, usageError } from "./failures.ts";
import { type Io, isInteractive } from "./io.ts";

/** Asks a question on the terminal; Ctrl-C and Ctrl-D count as no answer. */
export async function ask({ stdin, stderr }: Io, question: string): Promise<string> {
  const terminal = createInterface({ input: stdin, output: stderr });
  const { promise: left, resolve } = Promise.withResolvers<string>();
  terminal.on("close", () => resolve(""));
  terminal.on("SIGINT", () => terminal.close());
  try {
    return await Promise.race([terminal.question(question), left]);
  } finally {
    terminal.close();
  }
}

/**
 * Goes on only where somebody agrees, on the terminal or with `--yes`.
 * @throws CliError `usage` where nobody can be asked, `interrupted` where the answer is not yes
 */
export async function confirm(call: Call, question: string): Promise<void> {
  if (isOn(call, "yes")) return;
  if (!isInteractive(call.io)) throw usageError("There is no terminal to ask on. Add --yes if you are sure.");
  const answer = await ask(call.io, `${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim()))
    throw cliError("interrupted", "Nothing was deleted.", { exit: EXIT.interrupted });
}
