import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { failure } from "../protocol/errors.ts";
import { parseRouteQuery, parseWorldChatStart, parseWorldMessage } from "../protocol/world-requests.ts";
import type { Worlds } from "../worlds/worlds.ts";
import { formatFor } from "./accept.ts";
import { startOf } from "./begun-turn.ts";
import { feedRoutes } from "./feed-routes.ts";
import { logReplies } from "./log-replies.ts";
import type { Metrics } from "./metrics.ts";
import { keptLog, positionOf } from "./resume.ts";
import { keyedStart } from "./start-once.ts";
import type { TurnRequest, TurnStarter } from "./start-turn.ts";
import { turnReply } from "./turn-reply.ts";
import { checkWorldName } from "./world-name.ts";

export type WorldRoutesDeps = {
  shelf: Shelf;
  clock: Clock;
  metrics: Metrics;
  worlds: Worlds;
  startTurn: TurnStarter;
  /** Throws where the client may start nothing now. */
  admit(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Throws where the server is about to close. */
  refuseWhileDraining(): void;
  heartbeatMs: number;
  maxMessageChars: number;
};

type OfWorld = { Params: { world: string } };
type OfTurn = { Params: { world: string; id: string }; Querystring: { starting_after?: unknown } };

/** The paths on which a world is talked to (PROTOCOL.md, section 6), under a prefix. */
export function worldRoutes(app: FastifyInstance, deps: WorldRoutesDeps): void {
  const { shelf, worlds, startTurn, maxMessageChars } = deps;
  const replies = logReplies(deps);

  const turnRequest = (request: FastifyRequest<OfWorld>, reply: FastifyReply): TurnRequest => ({
    world: request.params.world,
    keyed: (world) => keyedStart(request, `world ${world.toLowerCase()}`, request.body),
    admit: () => deps.admit(request, reply),
  });

  /** Found by its id alone, for a turn can still be read when its world is deleted. */
  async function find(world: string, id: string): Promise<StreamLog> {
    const found = await shelf.find(id);
    // Where the world is not there either, that is the news.
    if (found.state === "unknown") await worlds.checkSender(world);
    return keptLog(found, "world", world);
  }

  const resumeFirst = (request: FastifyRequest, reply: FastifyReply) =>
    replies.resume(request, reply, (id) => find((request.params as OfWorld["Params"]).world, id));
  const chatHooks = { onRequest: [checkWorldName, resumeFirst] };
  const hooks = { onRequest: checkWorldName };

  app.post<OfWorld>(
    "/worlds/:world/chat",
    { ...chatHooks, config: { refusesWithEvent: true } },
    async (request, reply) => {
      const format = formatFor(request.headers.accept, ["sse", "json"]);
      const start = parseWorldChatStart(request.body, maxMessageChars);
      const asked = { ...turnRequest(request, reply), start, response: reply.raw };
      const { log, replayed, release } = await startTurn.chat(asked);
      if (replayed) reply.header("idempotent-replayed", "true");
      try {
        if (format === "json") return await turnReply(deps, request, reply, log, release);
        return replies.stream(request, reply, log, undefined, release);
      } catch (error) {
        release();
        throw error;
      }
    },
  );

  app.get<OfWorld>("/worlds/:world/chat", chatHooks, async () => {
    throw failure("invalid_cursor", NO_CURSOR);
  });

  app.get<OfTurn>("/worlds/:world/chat/:id", hooks, async (request, reply) => {
    const format = formatFor(request.headers.accept, ["sse", "json"]);
    const { world, id } = request.params;
    if (format === "json") return replies.snapshot(reply, await find(world, id));
    const position = positionOf(request.headers["last-event-id"] as string | undefined, request.query.starting_after);
    return replies.stream(request, reply, await find(world, id), position);
  });

  app.delete<OfTurn>("/worlds/:world/chat/:id", hooks, async (request, reply) => {
    formatFor(request.headers.accept, ["json"]);
    const log = await find(request.params.world, request.params.id);
    await shelf.cancel(log.id, "stopped");
    return replies.snapshot(reply, log);
  });

  app.post<OfWorld>("/worlds/:world/messages", hooks, async (request, reply) => {
    formatFor(request.headers.accept, ["json"]);
    const message = parseWorldMessage(request.body, maxMessageChars);
    const { log, messageId, turnId, replayed } = await startTurn.message({ ...turnRequest(request, reply), message });
    if (replayed) reply.header("idempotent-replayed", "true");
    const start = turnId === undefined ? await startOf(deps, log) : undefined;
    return reply.code(202).send({ message_id: messageId ?? start?.message_id, turn_id: turnId ?? start?.turn_id });
  });

  app.post<OfWorld>("/worlds/:world/route", hooks, async (request) => {
    formatFor(request.headers.accept, ["json"]);
    return worlds.route(request.params.world, parseRouteQuery(request.body, maxMessageChars));
  });

  feedRoutes(app, deps);
}

const NO_CURSOR =
  "To resume a turn, send the id of the last event that you received as Last-Event-ID. POST here starts a turn; a world as a " +
  "whole is followed at its /events.";
