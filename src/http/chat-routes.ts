import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { failure } from "../protocol/errors.ts";
import { isIdempotencyKey, parseChatStart } from "../protocol/requests.ts";
import { snapshot } from "../readers/snapshot.ts";
import { formatFor } from "./accept.ts";
import type { Metrics } from "./metrics.ts";
import { isOver, keptLog, type Position, positionOf, seqWithin } from "./resume.ts";
import type { Started, StartRequest } from "./start-chat.ts";
import type { StartLimit } from "./start-limit.ts";
import { streamReply } from "./stream-reply.ts";
import { whenTaken } from "./taken.ts";
import { waitReply } from "./wait-reply.ts";

export type ChatRoutesDeps = {
  shelf: Shelf;
  clock: Clock;
  metrics: Metrics;
  startChat(request: StartRequest): Promise<Started>;
  limit: StartLimit;
  heartbeatMs: number;
  maxMessageChars: number;
  /** Throws where nothing may be started any more. */
  refuseWhileDraining(): void;
};

/** The paths of a chat (PROTOCOL.md, section 3), under a prefix. */
export function chatRoutes(app: FastifyInstance, deps: ChatRoutesDeps): void {
  const { shelf } = deps;

  async function start(request: FastifyRequest, reply: FastifyReply, body: unknown): Promise<StreamLog> {
    const idempotencyKey = request.headers["idempotency-key"] as string | undefined;
    if (idempotencyKey !== undefined && !isIdempotencyKey(idempotencyKey)) throw failure("invalid_idempotency_key");
    const { log, replayed } = await deps.startChat({
      start: parseChatStart(body, deps.maxMessageChars),
      body,
      idempotencyKey,
      async admit() {
        deps.refuseWhileDraining();
        await deps.limit(request, reply);
      },
    });
    if (replayed) reply.header("idempotent-replayed", "true");
    return log;
  }

  async function stream(request: FastifyRequest, reply: FastifyReply, log: StreamLog, position?: Position) {
    const after = position ? seqWithin(log, position) : 0;
    if (position) deps.metrics.resumed(log.lastSeq - after);
    if (isOver(log, after)) return reply.code(204).send();
    streamReply(deps, request, reply, log, after);
    return reply;
  }

  const find = async (id: string) => keptLog(await shelf.find(id), "chat");

  /** R-PRECEDENCE: with a cursor a request is a resume and nothing else, so it is one before its body is looked at. */
  async function resumeFirst(request: FastifyRequest, reply: FastifyReply) {
    const position = positionOf(request.headers["last-event-id"] as string | undefined);
    if (!position || !("streamId" in position)) return;
    // Taken off the connection all the same: left there it would hold the client up, and be a request that takes too long.
    request.raw.resume();
    formatFor(request.headers.accept, ["sse"]);
    return stream(request, reply, await find(position.streamId), position);
  }

  async function sendSnapshot(reply: FastifyReply, log: StreamLog) {
    // A look counts as a reader: someone who polls has not abandoned the stream.
    const detach = shelf.attach(log);
    try {
      return reply.send(snapshot(log));
    } finally {
      whenTaken(reply.raw, detach);
    }
  }

  app.post("/chat/wait", async (request, reply) => {
    formatFor(request.headers.accept, ["json"]);
    return waitReply(deps, request, reply, await start(request, reply, request.body));
  });

  app.get<{ Params: { id: string } }>("/chat/wait/:id", async (request, reply) => {
    formatFor(request.headers.accept, ["json"]);
    return waitReply(deps, request, reply, await find(request.params.id));
  });

  app.post("/chat/streaming", { onRequest: resumeFirst }, async (request, reply) => {
    formatFor(request.headers.accept, ["sse"]);
    return stream(request, reply, await start(request, reply, request.body));
  });

  app.get<{ Querystring: { message?: unknown } }>(
    "/chat/streaming",
    { onRequest: resumeFirst },
    async (request, reply) => {
      formatFor(request.headers.accept, ["sse"]);
      const { message } = request.query;
      return stream(request, reply, await start(request, reply, message === undefined ? {} : { message }));
    },
  );

  app.get<{ Params: { id: string }; Querystring: { starting_after?: unknown } }>(
    "/chat/streaming/:id",
    async (request, reply) => {
      const format = formatFor(request.headers.accept, ["sse", "json"]);
      if (format === "json") return sendSnapshot(reply, await find(request.params.id));
      const position = positionOf(request.headers["last-event-id"] as string | undefined, request.query.starting_after);
      return stream(request, reply, await find(request.params.id), position);
    },
  );

  app.delete<{ Params: { id: string } }>("/chat/streaming/:id", async (request, reply) => {
    formatFor(request.headers.accept, ["json"]);
    const log = await find(request.params.id);
    await shelf.cancel(log.id, "stopped");
    return sendSnapshot(reply, log);
  });
}
