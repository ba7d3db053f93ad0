import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { liveFrames } from "../readers/live-frames.ts";
import { SSE_HEADERS, sseWriter } from "./sse-writer.ts";

export type StreamReplyDeps = { shelf: Shelf; clock: Clock; heartbeatMs: number };

/**
 * Answers with the events of a log after `after`, as they come. The reader leaves the log when it has ended or its client
 * has gone; the log does not notice (R-DETACH).
 * @throws Failure `overloaded` where there are too many readers
 */
export function streamReply(
  { shelf, clock, heartbeatMs }: StreamReplyDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  log: StreamLog,
  after: number,
): void {
  const detach = shelf.attach(log);
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    ...leanHeaders(reply),
    ...SSE_HEADERS,
    "content-location": `${versionOf(request)}/chat/streaming/${log.id}`,
  });
  const sink = sseWriter(response, { drained: () => reader.drained(), gone: leave });
  const reader = liveFrames({ log, after, clock, sink, heartbeatMs, closed: detach });

  function leave() {
    reader.close();
    detach();
  }
}

/**
 * What the answer says beside its own headers (CORS, rate limit, request id), but for the two that only mean something for a
 * document: Node keeps the head as a rope of short strings while the stream lasts, 0.3 KiB for these.
 */
function leanHeaders(reply: FastifyReply): OutgoingHttpHeaders {
  const { "content-security-policy": _policy, "referrer-policy": _referrer, ...headers } = reply.getHeaders();
  return headers as OutgoingHttpHeaders;
}

/** The prefix under which the request came: what it is pointed to stands under the same (R-VERSION). */
export const versionOf = (request: FastifyRequest): string => (request.url.startsWith("/v1/") ? "/v1" : "");
