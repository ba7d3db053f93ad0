import type { ChatWaitError, StreamEvent } from "../../client/types.ts";

/** Why there is no (whole) answer, as plain data: it is shown, and kept with the conversation. */
export type Failure = {
  code: string;
  /** For people: what was wrong, and how to mend it. */
  message: string;
  retryable: boolean;
  retryAfterMs?: number;
  requestId?: string;
};

type ErrorEvent = Extract<StreamEvent, { type: "error" }>;

export const failureOfEvent = ({ error_code, message, retryable }: ErrorEvent): Failure => ({
  code: error_code,
  message,
  retryable,
});

const GONE =
  "The server does not know this answer any more, perhaps because it was restarted. What has arrived stays; ask again for the rest.";

/** What a program that resumes is told, told to a person who reads. */
const IN_OUR_WORDS: Record<string, string> = {
  stream_not_found: GONE,
  cursor_ahead: GONE,
  cursor_void: GONE,
  world_not_found: "There is no world of that name on the server, or not any more.",
  stream_expired:
    "The server keeps an answer for a few minutes only, and this one is gone. What has arrived stays; ask again for the rest.",
};

/** Reads whatever was thrown. */
export function failureOf(error: unknown): Failure {
  if (!isChatWaitError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: "page_error", message: `Something went wrong in this page: ${message}`, retryable: true };
  }
  return {
    code: error.code,
    message: IN_OUR_WORDS[error.code] ?? error.message,
    retryable: error.retryable,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  };
}

const isChatWaitError = (error: unknown): error is ChatWaitError =>
  error instanceof Error && error.name === "ChatWaitError";
