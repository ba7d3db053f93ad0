import type { ChatWaitError } from "./types.ts";

type Extra = { [K in Exclude<keyof ChatWaitError, keyof Error>]?: ChatWaitError[K] | undefined } & { cause?: unknown };

/** Makes a {@link ChatWaitError}: not retryable unless said so. */
export function chatWaitError(code: string, message: string, { cause, ...extra }: Extra = {}): ChatWaitError {
  const error = new Error(message, cause ? { cause } : undefined);
  return Object.assign(error, { name: "ChatWaitError" as const, code, retryable: false, ...definedOnly(extra) });
}

/** An object without the fields that are undefined. */
export const definedOnly = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  JSON.parse(JSON.stringify(fields));

/** Tells a failure of the client or the server from any other error; its `code` says which one. */
export function isChatWaitError(error: unknown): error is ChatWaitError {
  return error instanceof Error && error.name === "ChatWaitError";
}

/** The connection broke, or never came about: the next attempt may well succeed. */
export const networkError = (message: string, cause?: unknown): ChatWaitError =>
  chatWaitError("network", message, { retryable: true, cause });

/** A connection ended before its stream. */
export const cutError = (): ChatWaitError => networkError("The connection was cut.");

/** What came as events is not what a ChatWait server sends. */
export const badResponse = (): ChatWaitError =>
  chatWaitError("bad_response", "Events are missing, or cannot be read.", { retryable: true });

/** The caller has ended the waiting; the answer goes on being written. */
export const abortedError = (cause?: unknown): ChatWaitError =>
  chatWaitError("aborted", "You left before the end.", { cause });

/** What an HTTP response refuses with: the server's own error, or `bad_response` where something else has answered. */
export function refusal({ status, headers, url }: Response, text: string): ChatWaitError {
  const body = parsed(text) ?? {};
  const code = body.error_code;
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return chatWaitError(code ?? "bad_response", code ? body.message : `Not a ChatWait answer: HTTP ${status}, ${url}`, {
    status,
    // A proxy answers 502 or 504 where the server behind it is away for a moment; the server says itself what it means by it.
    retryable: body.retryable ?? [408, 429, 502, 503, 504].includes(status),
    requestId: body.request_id,
    details: body.details,
    retryAfterMs: seconds >= 0 ? seconds * 1000 : undefined,
    streamId: body.stream_id,
  });
}

/** A JSON object or list; undefined for anything else. */
// biome-ignore lint/suspicious/noExplicitAny: whatever answers, and each field is looked at before it is used
export function parsed(text: string): any {
  try {
    const value = JSON.parse(text);
    if (value instanceof Object) return value;
  } catch {}
}
