import type { ChatWaitError } from "../client/index.ts";
import type { ErrorDetail } from "../src/protocol/errors.ts";
import { printable } from "./printable.ts";

/** How the program ends; `chatwait --help` lists them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

/** What went wrong, in words for people and with a code for programs. */
export type CliError = Error & {
  readonly name: "CliError";
  readonly code: string;
  readonly exit: number;
  readonly details?: readonly ErrorDetail[];
};

type Traits = { exit?: number; details?: readonly ErrorDetail[] };

export function cliError(code: string, message: string, { exit = EXIT.failed, ...more }: Traits = {}): CliError {
  return Object.assign(new Error(message), { name: "CliError" as const, code, exit, ...more });
}

/** The command was called in a way that makes no sense. */
export const usageError = (message: string): CliError => cliError("usage", message, { exit: EXIT.usage });

/** A file holds something that cannot be used. */
export const fileError = (message: string, details?: readonly ErrorDetail[]): CliError =>
  cliError("invalid_file", message, { exit: EXIT.usage, ...(details ? { details } : {}) });

export const isCliError = (error: unknown): error is CliError => error instanceof Error && error.name === "CliError";

export const isChatWaitError = (error: unknown): error is ChatWaitError =>
  error instanceof Error && error.name === "ChatWaitError";

const EXIT_OF: Readonly<Record<string, number>> = {
  network: EXIT.unreachable,
  bad_response: EXIT.unreachable,
  aborted: EXIT.interrupted,
};

/** The exit code for whatever a command threw. */
export function exitOf(error: unknown): number {
  if (isCliError(error)) return error.exit;
  return isChatWaitError(error) ? (EXIT_OF[error.code] ?? EXIT.failed) : EXIT.failed;
}

/** An error as `--json` prints it. */
export function errorJson(error: unknown): Record<string, unknown> {
  const message = error instanceof Error ? error.message : String(error);
  if (isCliError(error)) return { error_code: error.code, message, ...detailsOf(error.details) };
  if (!isChatWaitError(error)) return { error_code: "internal_error", message };
  const { code, status, requestId, streamId, details } = error;
  return {
    error_code: code,
    message,
    ...(status === undefined ? {} : { status }),
    retryable: error.retryable,
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(streamId === undefined ? {} : { stream_id: streamId }),
    ...detailsOf(details),
  };
}

const detailsOf = (details: readonly ErrorDetail[] | undefined) => (details?.length ? { details } : {});

/**
 * An error as people read it: a sentence, then what it consists of where that is more. What others said of it is made fit for a
 * terminal. `url` is the server's.
 */
export const errorLines = (error: unknown, url: string): string[] => linesOf(error, url).map(printable);

function linesOf(error: unknown, url: string): string[] {
  const message = error instanceof Error ? error.message : String(error);
  if (isCliError(error)) return [message, ...detailLines(message, error.details)];
  if (!isChatWaitError(error)) return [error instanceof Error ? (error.stack ?? message) : message];
  const asked = error.requestId === undefined ? [] : [`(request ${error.requestId})`];
  return [message, ...detailLines(message, error.details), ...adviceFor(error, url), ...asked];
}

const detailLines = (message: string, details: readonly ErrorDetail[] = []): string[] =>
  details.filter((detail) => detail.message !== message).map((detail) => `  ${detail.message}`);

function adviceFor({ code }: ChatWaitError, url: string): string[] {
  if (code === "network")
    return [`The server was looked for at ${url}. Start one with "chatwait serve", or name it with --url.`];
  if (code === "bad_response")
    return [`Is ${url} the address of a ChatWait server? "chatwait doctor --url ${url}" looks closer.`];
  return [];
}
