import type { ErrorCode } from "../../protocol/errors.ts";

/** Which codes belong together, for the operations that can give them. */

/** Some codes belong to two of the lists. */
export const oneEach = (...codes: ErrorCode[]): ErrorCode[] => [...new Set(codes)];

/** What keeps a chat from starting. */
export const START: ErrorCode[] = [
  "invalid_request",
  "message_required",
  "message_too_long",
  "unknown_model",
  "invalid_idempotency_key",
  "not_acceptable",
  "idempotency_key_reused",
  "rate_limited",
  "overloaded",
  "shutting_down",
  "store_unavailable",
];
/** What may be wrong with any body. */
export const BODY: ErrorCode[] = ["invalid_json", "payload_too_large", "unsupported_media_type"];
export const FIND: ErrorCode[] = ["stream_not_found", "stream_expired", "store_unavailable"];
export const RESUME: ErrorCode[] = ["invalid_cursor", "cursor_ahead", "cursor_void", ...FIND];
/** Ends of a chat: a status in `wait`, an `error` event in `streaming`. */
export const GENERATION: ErrorCode[] = [
  "model_error",
  "model_cut",
  "stream_too_long",
  "model_unavailable",
  "model_timeout",
  "shutting_down",
  "generation_lost",
  "store_unavailable",
];

/** What may be wrong with the name of a world. */
export const WORLD: ErrorCode[] = ["invalid_world_name", "world_not_found"];
/** What may be wrong with something that is said to a world. */
export const SAY: ErrorCode[] = ["invalid_request", "message_required", "message_too_long", "invalid_sender", ...BODY];
/** What keeps a message from being published. */
export const PUBLISH: ErrorCode[] = [
  "invalid_idempotency_key",
  "idempotency_key_reused",
  "rate_limited",
  "overloaded",
  "shutting_down",
  "store_unavailable",
];
/** Ends of a turn: a status where its JSON was asked for, else an `error` event. What fails in an agent ends no turn. */
export const TURN_ENDS: ErrorCode[] = [
  "publish_failed",
  "stream_too_long",
  "shutting_down",
  "generation_lost",
  "store_unavailable",
];
/** What keeps a definition from being made or changed. */
export const EDIT: ErrorCode[] = [
  "invalid_request",
  "editing_disabled",
  "not_acceptable",
  "store_unavailable",
  ...BODY,
];

/** Codes that any request may meet, whatever its path. */
export const ANYWHERE: ErrorCode[] = [
  "invalid_request",
  "origin_not_allowed",
  "host_not_allowed",
  "not_found",
  "method_not_allowed",
  "request_timeout",
  "uri_too_long",
  "headers_too_large",
  "internal_error",
];
