import type { ErrorEvent } from "../src/protocol/events.ts";
import type { ChatWaitError } from "./types.ts";

type Extra = { [K in Exclude<keyof ChatWaitError, keyof Error>]?: ChatWaitError[K] | undefined } & { cause?: unknown };

/** Makes a {@link ChatWaitError}: not retryable unless said so. */
export function chatWaitError(code: string, message: string, { cause, ...extra }: Extra = {}): ChatWaitError {
  const known = Object.entries(extra).filter(([, value]) => value !== undefined);
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), {
    name: "ChatWaitError" as const,
    code,
    retryable: false,
    ...Object.fromEntries(known),
  });
}

/** Tells a failure of the client or the server from any other error; its `code` says which one. */
export function isChatWaitError(error: unknown): error is ChatWaitError {
  return error instanceof Error && error.name === "ChatWaitError";
}

/** The connection broke, or never came about: the next attempt may well succeed. */
export const networkError = (message: string, cause?: unknown): ChatWaitError =>
  chatWaitError("network", message, { retryable: true, cause });

/** What came is not what a ChatWait server sends. */
export const badResponse = (message: string, extra: Extra = {}): ChatWaitError =>
  chatWaitError("bad_response", message, extra);

/** The caller's signal, or the caller itself, has ended the waiting; the answer goes on being written. */
export const abortedError = (cause?: unknown): ChatWaitError =>
  chatWaitError("aborted", "You left before the answer was complete.", { cause });

/** The terminal `error` of a stream, for whoever waits for a result. */
export const endedWith = ({ error_code, message, retryable }: ErrorEvent, streamId: string | undefined) =>
  chatWaitError(error_code, message, { retryable, streamId });

/** What an HTTP response refuses with: the server's own error, or `bad_response` where something else has answered. */
export function refusal({ status, headers, url }: Response, text: string): ChatWaitError {
  const body = parsed(text);
  const isOurs = typeof body?.error_code === "string";
  const message = isOurs ? body.message : `No ChatWait server answered, but something else (HTTP ${status}, ${url}).`;
  return chatWaitError(isOurs ? body.error_code : "bad_response", message, {
    status,
    // A proxy answers so where the server behind it is away for a moment.
    retryable: body?.retryable ?? [408, 429, 503, ...(isOurs ? [] : [502, 504])].includes(status),
    requestId: body?.request_id,
    details: body?.details,
    retryAfterMs: retryAfter(headers),
    streamId: body?.stream_id,
  });
}

// biome-ignore lint/suspicious/noExplicitAny: whatever answers, and each field is looked at before it is used
function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Milliseconds. A date is read against the server's own clock, for ours may be wrong. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after");
  if (!value) return undefined;
  const ms = Number(value) * 1000;
  const left = Number.isNaN(ms) ? Date.parse(value) - Date.parse(headers.get("date") ?? "") : ms;
  return left >= 0 ? left : undefined;
}
