import type { FastifyReply, FastifyRequest } from "fastify";
import type { StreamLog } from "../log/stream-log.ts";
import { snapshot } from "../readers/snapshot.ts";
import { formatFor } from "./accept.ts";
import type { Metrics } from "./metrics.ts";
import { isOver, type Position, positionOf, seqWithin } from "./resume.ts";
import { type StreamReplyDeps, streamReply } from "./stream-reply.ts";
import { whenTaken } from "./taken.ts";

export type LogReplies = {
  /** Answers with the events of a log, from its beginning or from a position. `left` is called once its reader has gone. */
  stream(
    request: FastifyRequest,
    reply: FastifyReply,
    log: StreamLog,
    position?: Position,
    left?: () => void,
  ): FastifyReply;
  /** Answers with the state of a log. */
  snapshot(reply: FastifyReply, log: StreamLog): FastifyReply;
  /** Answers a request that is a resume before anything else of it is looked at (R-PRECEDENCE). */
  resume(
    request: FastifyRequest,
    reply: FastifyReply,
    find: (id: string) => Promise<StreamLog>,
  ): Promise<FastifyReply | undefined>;
};

/** The ways in which a log is shown that are the same for chat and worlds. */
export function logReplies(deps: StreamReplyDeps & { metrics: Metrics }): LogReplies {
  const { shelf, metrics } = deps;

  const stream: LogReplies["stream"] = (request, reply, log, position, left) => {
    const after = position ? seqWithin(log, position) : 0;
    if (position) metrics.resumed(log.lastSeq - after);
    if (isOver(log, after)) return reply.code(204).send();
    streamReply(deps, request, reply, log, after, left);
    return reply;
  };

  return {
    stream,
    snapshot(reply, log) {
      // A look counts as a reader: someone who polls has not abandoned the stream.
      const detach = shelf.attach(log);
      try {
        return reply.send(snapshot(log));
      } finally {
        whenTaken(reply.raw, detach);
      }
    },
    async resume(request, reply, find) {
      const position = positionOf(request.headers["last-event-id"] as string | undefined);
      if (!position || !("streamId" in position)) return undefined;
      // Taken off the connection all the same: left there it would hold the client up, and be a request that takes too long.
      request.raw.resume();
      formatFor(request.headers.accept, ["sse"]);
      return stream(request, reply, await find(position.streamId), position);
    },
  };
}
