import { accessSync, closeSync, constants, existsSync, openSync, readdirSync, readSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { cliError, EXIT, fileError } from "./failures.ts";
import type { Io } from "./io.ts";

/** What the operating system says, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "this user may not",
  EPERM: "this user may not",
  EISDIR: "it is a folder",
  ENOTDIR: "part of the path is no folder",
  ENOSPC: "the disk is full",
  EROFS: "the disk is read-only",
};

/** What an error of the operating system is about, for the end of a sentence. */
export const reasonOf = (error: unknown): string => {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
};

/**
 * A text file, without a byte order mark; `file` is relative to the folder that the program runs in.
 * @throws CliError `invalid_file`
 */
export function readText({ cwd }: Pick<Io, "cwd">, file: string): string {
  try {
    return readLimited(resolve(cwd, file)).replace(/^\uFEFF/, "");
  } catch (error) {
    throw fileError(`${file} cannot be read: ${reasonOf(error)}.`);
  }
}

/** More than anything that is of use here: a device or a pipe may have no end. */
const LARGEST_BYTES = 16 * 2 ** 20;

function readLimited(path: string): string {
  const file = openSync(path, "r");
  try {
    const parts: Buffer[] = [];
    for (let size = 0; size <= LARGEST_BYTES; ) {
      const part = Buffer.alloc(2 ** 16);
      const count = readSync(file, part);
      if (count === 0) return Buffer.concat(parts).toString("utf8");
      parts.push(part.subarray(0, count));
      size += count;
    }
    throw new Error("it is larger than 16 MiB");
  } finally {
    closeSync(file);
  }
}

/** @throws CliError `file_not_written` */
export function writeText({ cwd }: Pick<Io, "cwd">, file: string, text: string): void {
  writing(file, () => writeFileSync(resolve(cwd, file), text));
}

/**
 * Whether a file could be written now, without doing so.
 * @throws CliError `file_not_written`
 */
export function checkWritable({ cwd }: Pick<Io, "cwd">, file: string): void {
  const path = resolve(cwd, file);
  writing(file, () => {
    // Its folder must be one.
    readdirSync(dirname(path));
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
  });
}

function writing(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw cliError("file_not_written", `${file} cannot be written: ${reasonOf(error)}.`, { exit: EXIT.usage });
  }
}

/**
 * The value of an option that takes `TEXT` or `@FILE`; a text that begins with an @ is written `@@…`.
 * @throws CliError `invalid_file`
 */
export function textOrFile(io: Pick<Io, "cwd">, value: string): string {
  if (value.startsWith("@@")) return value.slice(1);
  return value.startsWith("@") ? readText(io, value.slice(1)).trimEnd() : value;
}
