import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import type { FrameSource } from "../log/cursor.ts";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { type LiveFramesOptions, liveFrames } from "../readers/live-frames.ts";
import { refuseAway } from "./resume.ts";
import { SSE_HEADERS, sseWriter } from "./sse-writer.ts";

export type StreamReplyDeps = { shelf: Shelf; clock: Clock; heartbeatMs: number };

/**
 * Answers with the events of a log after `after`, as they come. The reader leaves the log when it has ended or its client
 * has gone; the log does not notice (R-DETACH). `left` is called then, maybe more than once.
 * @throws Failure `overloaded` where there are too many readers, `shutting_down` where it is to be read elsewhere
 */
export function streamReply(
  deps: StreamReplyDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  log: StreamLog,
  after: number,
  left?: () => void,
): void {
  refuseAway(log);
  const path = log.kind === "chat" ? "/chat/streaming/" : `/worlds/${log.world}/chat/`;
  const location = `${versionOf(request)}${path}${log.id}`;
  const detach = deps.shelf.attach(log);
  sendFrames(deps, reply, { log, after, location, detach: left ? both(detach, left) : detach });
}

const both = (first: () => void, second: () => void) => () => {
  first();
  second();
};

/** What is read without being a log on the shelf: the feed of a world. */
export type FeedSource = FrameSource & { read(): () => void; startFrame(): string };

/**
 * Answers with the events of a world's feed after `after`, or else from the present, which begins with a `start` (R-FEED).
 * `left` is called once when the reader has gone.
 * @throws Failure `overloaded` where there are too many readers
 */
export function feedReply(
  deps: StreamReplyDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { world, feed, after, left }: { world: string; feed: FeedSource; after?: number | undefined; left?(): void },
): void {
  const releases = [deps.shelf.countReader(), feed.read(), left];
  const detach = () => {
    for (const release of releases.splice(0)) release?.();
  };
  const location = `${versionOf(request)}/worlds/${world}/events`;
  const from = after === undefined ? { after: feed.lastSeq, preface: feed.startFrame() } : { after };
  sendFrames(deps, reply, { log: feed, location, detach, ...from });
}

type Reading = Pick<LiveFramesOptions, "log" | "after" | "preface"> & { location: string; detach(): void };

function sendFrames({ clock, heartbeatMs }: StreamReplyDeps, reply: FastifyReply, reading: Reading): void {
  const { log, after, preface, location, detach } = reading;
  reply.hijack();
  const response = reply.raw;
  // Whoever went while the start was looked at closes no second time.
  if (response.destroyed) {
    detach();
    return;
  }
  response.writeHead(200, { ...leanHeaders(reply), ...SSE_HEADERS, "content-location": location });
  const sink = sseWriter(response, { drained: () => reader.drained(), gone: leave });
  const options = { log, after, clock, sink, heartbeatMs, closed: detach };
  const reader = liveFrames(preface === undefined ? options : { ...options, preface });

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
