import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ask } from "../../ask.ts";
import type { Call } from "../../command.ts";
import { type CliError, cliError, errorLines, isCliError, usageError } from "../../failures.ts";
import { type Io, isInteractive, remark } from "../../io.ts";

/**
 * Lets somebody edit a text with VISUAL or EDITOR until `read` takes it, and returns what `read` made of it; undefined where
 * the text came back as it was.
 * @throws CliError where there is no editor, it fails, or the text is given up; the message says where the text was kept
 */
export async function editText<Read>(
  call: Call,
  { name, text, read }: { name: string; text: string; read(text: string, file: string): Read },
): Promise<Read | undefined> {
  const editor = call.io.env["VISUAL"] || call.io.env["EDITOR"];
  if (!editor) throw usageError("Say what to change with options (--help lists them), or set EDITOR to open one.");
  const path = join(mkdtempSync(join(tmpdir(), "chatwait-")), `${name}.yaml`);
  writeFileSync(path, text);
  for (;;) {
    await open(editor, path, call.io);
    const edited = readFileSync(path, "utf8");
    try {
      const made = edited === text ? undefined : read(edited, path);
      rmSync(dirname(path), { recursive: true, force: true });
      return made;
    } catch (error) {
      if (!isCliError(error)) throw error;
      await offerAgain(call, error, path);
    }
  }
}

async function offerAgain({ io, url }: Call, error: CliError, path: string): Promise<void> {
  remark(io, ...errorLines(error, url));
  const reply = isInteractive(io) ? await ask(io, "Edit it again? [Y/n] ") : undefined;
  if (reply?.type !== "line" || /^n/i.test(reply.text.trim()))
    throw kept(error.code, "Nothing was changed.", path, error.exit);
}

const kept = (code: string, what: string, path: string, exit?: number): CliError =>
  cliError(code, `${what} Your text is in ${path}`, exit === undefined ? {} : { exit });

/** The setting may have arguments (`code --wait`): a shell takes it apart, as git has it done. */
async function open(editor: string, path: string, io: Io): Promise<void> {
  // Ctrl-C in an editor is the editor's business.
  const release = io.onSignal("SIGINT", () => {});
  const child = spawn("sh", ["-c", `${editor} "$1"`, "chatwait", path], { stdio: "inherit" });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject);
  child.on("close", resolve);
  const code = await promise.finally(release);
  if (code !== 0) throw kept("editor_failed", `The editor (${editor}) ended with ${code}; nothing was changed.`, path);
}
