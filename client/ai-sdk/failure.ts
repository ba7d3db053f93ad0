import { chatWaitError, isChatWaitError } from "../errors.ts";
import type { ChatWaitError, StreamEvent } from "../types.ts";

/** The terminal `error` event as what `useChat` shows: the server's sentence and its code. */
export function failureOf({ error_code, message, retryable }: Extract<StreamEvent, { type: "error" }>): ChatWaitError {
  return chatWaitError(error_code, withCode(message, error_code), { retryable });
}

/**
 * An error of the client, with its code in the sentence. `isLeft` says that the answer is still being written and can be
 * resumed: a lost network is then told to `useChat` as browsers tell it, by a TypeError that speaks of the network, so that it
 * resumes when the page is looked at again (where `resume` is set).
 */
export function lossOf(error: unknown, isLeft: boolean): unknown {
  if (!isChatWaitError(error) || error.message.endsWith(withCode("", error.code))) return error;
  const { code, message, cause: _cause, ...fields } = error;
  const told = chatWaitError(code, withCode(message, code), { ...fields, cause: error });
  if (code !== "network" || !isLeft) return told;
  return Object.assign(new TypeError(told.message, { cause: error }), { ...told });
}

export const isRetryable = (error: unknown): boolean => isChatWaitError(error) && error.retryable;

/** We have left by ourselves: nothing has failed. */
export const isAborted = (error: unknown): boolean => isChatWaitError(error) && error.code === "aborted";

const withCode = (message: string, code: string) => `${message} (${code})`;
