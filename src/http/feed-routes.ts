import type { FastifyInstance } from "fastify";
import type { Clock } from "../clock.ts";
import type { Shelf } from "../log/shelf.ts";
import { feedPosition } from "../worlds/feed-position.ts";
import type { Worlds } from "../worlds/worlds.ts";
import { formatFor } from "./accept.ts";
import type { Metrics } from "./metrics.ts";
import { feedReply } from "./stream-reply.ts";
import { checkWorldName } from "./world-name.ts";

export type FeedRoutesDeps = {
  shelf: Shelf;
  clock: Clock;
  metrics: Metrics;
  worlds: Worlds;
  heartbeatMs: number;
  refuseWhileDraining(): void;
};

/** The path on which all that happens in a world can be followed (R-FEED). */
export function feedRoutes(app: FastifyInstance, deps: FeedRoutesDeps): void {
  const { worlds, metrics } = deps;

  app.get<{ Params: { world: string } }>(
    "/worlds/:world/events",
    { onRequest: checkWorldName },
    async (request, reply) => {
      formatFor(request.headers.accept, ["sse"]);
      // It would be closed in a moment.
      deps.refuseWhileDraining();
      const world = await worlds.checkSender(request.params.world);
      const left = () => worlds.leaveFeed(world);
      try {
        const feed = await worlds.feed(world);
        const lastEventId = request.headers["last-event-id"] as string | undefined;
        const after = lastEventId ? feedPosition(feed, lastEventId, worlds.hasForgottenFeed) : undefined;
        // Its end came first, which who begins at the present would not be told: where the world was deleted, this is the news.
        if (feed.sealed && after === undefined) await worlds.checkSender(world);
        if (after !== undefined) metrics.resumed(feed.lastSeq - after);
        feedReply(deps, request, reply, { world, feed, after, left });
      } catch (error) {
        left();
        throw error;
      }
      return reply;
    },
  );
}
