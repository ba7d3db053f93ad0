import { createInterface } from "node:readline/promises";
import type { Call } from "./command.ts";
import { isOn } from "./command.ts";
import { cliError, EXIT, usageError } from "./failures.ts";
import { type Io, isInteractive, remark } from "./io.ts";

/** What became of a question: a line, Ctrl-C, or the end of the input (Ctrl-D). */
export type Reply = { type: "line"; text: string } | { type: "interrupt" } | { type: "end" };

/** Asks a question on the terminal. */
export async function ask({ stdin, stderr }: Io, question: string): Promise<Reply> {
  const terminal = createInterface({ input: stdin, output: stderr });
  const { promise: left, resolve: leave } = Promise.withResolvers<Reply>();
  terminal.on("SIGINT", () => leave({ type: "interrupt" }));
  terminal.on("close", () => leave({ type: "end" }));
  // After Ctrl-Z and fg: readline has paused the input by then.
  terminal.on("SIGCONT", () => terminal.prompt());
  try {
    return await Promise.race([terminal.question(question).then((text): Reply => ({ type: "line", text })), left]);
  } finally {
    terminal.close();
  }
}

/**
 * Goes on only where somebody agrees, on the terminal or with `--yes`.
 * @throws CliError `usage` where nobody can be asked, `interrupted` or `declined` where the answer is not yes
 */
export async function confirm(call: Call, question: string): Promise<void> {
  if (isOn(call, "yes")) return;
  if (!isInteractive(call.io)) throw usageError("There is no terminal to ask on. Add --yes if you are sure.");
  const reply = await ask(call.io, `${question} [y/N] `);
  if (reply.type === "line" && /^y(es)?$/i.test(reply.text.trim())) return;
  // The question stands there without the line break of an answer.
  if (reply.type !== "line") remark(call.io, "");
  const isInterrupt = reply.type === "interrupt";
  throw cliError(isInterrupt ? "interrupted" : "declined", "Nothing was deleted.", {
    exit: isInterrupt ? EXIT.interrupted : EXIT.failed,
  });
}
