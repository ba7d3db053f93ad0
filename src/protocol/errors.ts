/**
 * Every error of the wire, in one table: code → status → text (PROTOCOL.md, section 5). The text is the default; whoever
 * raises the error may say it more precisely. Nothing else in the code base maps a code to a status.
 */
export const ERRORS = {
  invalid_json: [400, "The body is not valid JSON."],
  invalid_request: [400, "The request is not valid."],
  message_required: [400, 'The field "message" is missing. Send JSON like {"message": "Hello"}.'],
  message_too_long: [400, "The message is too long."],
  invalid_cursor: [
    400,
    "This is not a position in a stream. Send the id of the last event you received, unchanged, as Last-Event-ID.",
  ],
  invalid_world_name: [400, "A world's name is 1 to 64 letters, digits, _ or -, and begins with a letter or digit."],
  invalid_sender: [400, "This sender is not allowed."],
  unknown_model: [400, "This server does not offer that model. GET /models lists what it offers."],
  invalid_idempotency_key: [400, "An Idempotency-Key is 1 to 255 printable ASCII characters."],
  origin_not_allowed: [
    403,
    "Pages of this origin may not use this server. Its operator can name the origin in CHATWAIT_CORS_ORIGINS.",
  ],
  host_not_allowed: [
    403,
    "This server does not answer under that host name. Its operator can name the host in CHATWAIT_ALLOWED_HOSTS.",
  ],
  editing_disabled: [
    403,
    "Worlds and agents cannot be changed here. Its operator can set CHATWAIT_WORLD_EDITING=true.",
  ],
  not_found: [404, "There is nothing at this path. GET /docs describes every path."],
  stream_not_found: [404, "There is no such stream. Check the id, or start a new one."],
  world_not_found: [404, "There is no world of that name. GET /worlds lists them."],
  agent_not_found: [404, "There is no agent of that name in this world."],
  turn_not_found: [404, "There is no such turn in this world."],
  method_not_allowed: [405, "This path does not take that method. The Allow header lists those it takes."],
  not_acceptable: [406, "This path cannot answer in a format that the Accept header allows."],
  request_timeout: [408, "The request took too long to arrive. Send it again, faster."],
  cursor_ahead: [409, "The cursor is ahead of the stream. Resume after an event that you received from it."],
  cursor_void: [
    409,
    "The cursor belongs to an earlier version of this stream that could not be restored. Read the stream from its beginning.",
  ],
  world_exists: [409, "There is a world of that name already."],
  agent_exists: [409, "There is an agent of that name in this world already."],
  turn_ended: [409, "That turn is over. Publish without turn_id to begin a new one."],
  too_many: [409, "There are as many of these as this server keeps. Delete one first."],
  stream_expired: [410, "This stream is no longer kept. Start a new one."],
  payload_too_large: [413, "The body is larger than 1 MiB. Send fewer or shorter messages."],
  uri_too_long: [414, "The URL is longer than 8 KiB. Send the text in the body of a POST."],
  unsupported_media_type: [415, "Send the body as JSON, with the header Content-Type: application/json."],
  idempotency_key_reused: [422, "This Idempotency-Key came with another body before. Use a new key for a new request."],
  rate_limited: [429, "Too many requests from this address. Wait as long as Retry-After says."],
  headers_too_large: [431, "The headers are larger than 16 KiB. Send less in cookies and headers."],
  internal_error: [500, "Something went wrong on our side. The request_id helps its operator to find out what."],
  subscription_failed: [500, "The world could not be subscribed to. Try again."],
  publish_failed: [500, "The message could not be published. Try again."],
  model_error: [502, "The model refused the request or answered with something unreadable."],
  model_cut: [502, "The model's answer was cut off before it was complete."],
  stream_too_long: [502, "The answer grew longer than this server keeps."],
  model_timeout: [504, "The model took too long."],
  overloaded: [503, "The server is at its limit. Try again shortly."],
  shutting_down: [503, "The server is shutting down. Try again shortly."],
  model_unavailable: [503, "The model cannot be reached or is overloaded. Try again shortly."],
  generation_lost: [503, "The server that was writing this answer died. Ask again."],
  store_unavailable: [503, "The store is away or full. Try again shortly."],
} as const satisfies Record<string, readonly [status: number, text: string]>;

export type ErrorCode = keyof typeof ERRORS;

/** Codes after which the same request may well succeed: a terminal `error` with one of them says `retryable: true`. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "publish_failed",
  "model_cut",
  "model_timeout",
  "overloaded",
  "shutting_down",
  "model_unavailable",
  "generation_lost",
  "store_unavailable",
]);

export const statusOf = (code: ErrorCode): number => ERRORS[code][0];
export const textOf = (code: ErrorCode): string => ERRORS[code][1];
export const isRetryable = (code: ErrorCode): boolean => RETRYABLE.has(code);

export type ErrorDetail = { path: string; message: string };

/** What an error may carry beside its code and text. All of it is public. */
export type FailureExtra = {
  details?: ErrorDetail[];
  /** Seconds, for `Retry-After`. */
  retryAfter?: number;
  /** `cursor_ahead`: how far the stream is. */
  lastSeq?: number;
};

/** An error that a client may see. Told apart by `code`; its message is public text. */
export type Failure = Error & { readonly code: ErrorCode; readonly extra: FailureExtra };

/** Makes a {@link Failure}; without `text`, the table's. */
export function failure(code: ErrorCode, text: string = textOf(code), extra: FailureExtra = {}): Failure {
  return Object.assign(new Error(text), { code, extra });
}

/** How long a client should stay away from a server without its store; seconds. */
const STORE_AWAY_S = 2;

/** `store_unavailable`; without `text`, the table's. */
export const storeAway = (text?: string): Failure => failure("store_unavailable", text, { retryAfter: STORE_AWAY_S });

export function isFailure(error: unknown): error is Failure {
  return error instanceof Error && "code" in error && "extra" in error && String(error.code) in ERRORS;
}
