import type { FastifyReply, FastifyRequest } from "fastify";
import {
  type ErrorCode,
  type ErrorDetail,
  type Failure,
  failure,
  isFailure,
  isRetryable,
  statusOf,
} from "../protocol/errors.ts";
import { encodeLooseFrame } from "../protocol/frames.ts";
import { takesEventsAlone } from "./accept.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** A refusal goes as an event to whoever takes nothing else (R-SUBSCRIBE). */
    refusesWithEvent?: boolean;
  }
}

/** The body of every error (PROTOCOL.md, section 5). */
export type ErrorBody = {
  error_code: ErrorCode;
  message: string;
  request_id: string;
  details?: ErrorDetail[];
  last_seq?: number;
  stream_id?: string;
  retryable?: boolean;
};

/** How long to stay away where whoever refused did not say; seconds. */
const RETRY_AFTER_S = 5;

export function errorBody({ code, message, extra }: Failure, requestId: string, streamId?: string): ErrorBody {
  return {
    error_code: code,
    message,
    request_id: requestId,
    ...(extra.details ? { details: extra.details } : {}),
    ...(extra.lastSeq === undefined ? {} : { last_seq: extra.lastSeq }),
    ...(streamId === undefined ? {} : { stream_id: streamId, retryable: isRetryable(code) }),
  };
}

/** Answers with an error. `streamId`: of the stream that had begun, whose partial text can be read. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Failure, streamId?: string) {
  const status = statusOf(problem.code);
  if (status === 503 || status === 429) reply.header("retry-after", problem.extra.retryAfter ?? RETRY_AFTER_S);
  request.visit.problem(problem.code);
  const body = errorBody(problem, request.id, streamId);
  if (request.routeOptions.config?.refusesWithEvent && takesEventsAlone(request.headers.accept)) {
    return reply.code(status).header("content-type", "text/event-stream").send(encodeLooseFrame("error", body));
  }
  return reply.code(status).type("application/json; charset=utf-8").send(body);
}

/**
 * Any error, as a client may see it. What is not ours becomes `internal_error`: its cause is for the log, never for the
 * response.
 */
export function toFailure(error: unknown): Failure {
  if (isFailure(error)) return error;
  const code = (error as { code?: unknown } | null)?.code;
  return (typeof code === "string" ? FRAMEWORK[code]?.() : undefined) ?? failure("internal_error");
}

/** The errors of the HTTP framework that a client can cause. */
const FRAMEWORK: Record<string, () => Failure> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => failure("payload_too_large"),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => failure("unsupported_media_type"),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    failure("invalid_request", "The body is not as long as its Content-Length says."),
  FST_ERR_BAD_URL: () =>
    failure("invalid_request", "The URL holds a % that encodes no character. Write a literal % as %25."),
  FST_ERR_ASYNC_CONSTRAINT: () => failure("invalid_request"),
  ECONNRESET: () => failure("invalid_request", "The connection closed before the body was complete."),
  ERR_STREAM_PREMATURE_CLOSE: () => failure("invalid_request", "The connection closed before the body was complete."),
};
