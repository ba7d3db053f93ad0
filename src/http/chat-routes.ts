import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { parseChatStart } from "../protocol/requests.ts";
import { formatFor } from "./accept.ts";
import { logReplies } from "./log-replies.ts";
import type { Metrics } from "./metrics.ts";
import { keptLog, positionOf } from "./resume.ts";
import type { StartRequest } from "./start-chat.ts";
import { keyedStart, type Started } from "./start-once.ts";
import { waitReply } from "./wait-reply.ts";

export type ChatRoutesDeps = {
  shelf: Shelf;
  clock: Clock;
  metrics: Metrics;
  startChat(request: StartRequest): Promise<Started>;
  /** Throws where the client may start nothing now. */
  admit(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  heartbeatMs: number;
  maxMessageChars: number;
};

/** The paths of a chat (PROTOCOL.md, section 3), under a prefix. */
export function chatRoutes(app: FastifyInstance, deps: ChatRoutesDeps): void {
  const { shelf } = deps;
  const replies = logReplies(deps);

  function start(request: FastifyRequest, reply: FastifyReply, body: unknown): Promise<Started> {
    const keyed = keyedStart(request, "chat", body);
    return deps.startChat({
      start: parseChatStart(body, deps.maxMessageChars),
      keyed,
      admit: () => deps.admit(request, reply),
    });
  }

  const find = async (id: string) => keptLog(await shelf.find(id), "chat");
  const resumeFirst = (request: FastifyRequest, reply: FastifyReply) => replies.resume(request, reply, find);

  app.post("/chat/wait", async (request, reply) => {
    formatFor(request.headers.accept, ["json"]);
    const log = logOf(reply, await start(request, reply, request.body));
    await waitReply(deps, request, reply, log);
  });

  app.get<{ Params: { id: string } }>("/chat/wait/:id", async (request, reply) => {
    formatFor(request.headers.accept, ["json"]);
    await waitReply(deps, request, reply, await find(request.params.id));
  });

  app.post("/chat/streaming", { onRequest: resumeFirst }, async (request, reply) => {
    formatFor(request.headers.accept, ["sse"]);
    return replies.stream(request, reply, logOf(reply, await start(request, reply, request.body)));
  });

  app.get<{ Querystring: { message?: unknown } }>(
    "/chat/streaming",
    { onRequest: resumeFirst },
    async (request, reply) => {
      formatFor(request.headers.accept, ["sse"]);
      const { message } = request.query;
      const started = await start(request, reply, message === undefined ? {} : { message });
      return replies.stream(request, reply, logOf(reply, started));
    },
  );

  app.get<{ Params: { id: string }; Querystring: { starting_after?: unknown } }>(
    "/chat/streaming/:id",
    async (request, reply) => {
      const format = formatFor(request.headers.accept, ["sse", "json"]);
      if (format === "json") return replies.snapshot(reply, await find(request.params.id));
      const position = positionOf(request.headers["last-event-id"] as string | undefined, request.query.starting_after);
      return replies.stream(request, reply, await find(request.params.id), position);
    },
  );

  app.delete<{ Params: { id: string } }>("/chat/streaming/:id", async (request, reply) => {
    formatFor(request.headers.accept, ["json"]);
    const log = await find(request.params.id);
    await shelf.cancel(log.id, "stopped");
    return replies.snapshot(reply, log);
  });
}

/** The log that was started, or found by its key, which the response then says. */
function logOf(reply: FastifyReply, { log, replayed }: Started): StreamLog {
  if (replayed) reply.header("idempotent-replayed", "true");
  return log;
}
