import assert from "node:assert/strict";
import { test } from "node:test";
import fastify from "fastify";
import { failure, isFailure } from "../protocol/errors.ts";
import type { ReadableFeed } from "../worlds/feed.ts";
import { type FeedRoutesDeps, feedRoutes } from "./feed-routes.ts";

test("R-FEED who comes while a world is deleted, and begins after the end of its feed, is told that it is not there", async () => {
  let isDeleted = false;
  let left = 0;
  const worlds = {
    async checkSender() {
      if (isDeleted) throw failure("world_not_found");
      return "den";
    },
    async feed() {
      isDeleted = true;
      return { sealed: true, lastSeq: 2 } as ReadableFeed;
    },
    leaveFeed: () => void left++,
  };
  const app = fastify();
  app.setErrorHandler((error, _request, reply) => reply.code(404).send(isFailure(error) ? error.code : ""));
  feedRoutes(app, { worlds, refuseWhileDraining() {} } as unknown as FeedRoutesDeps);
  const { statusCode, body } = await app.inject("/worlds/den/events");
  assert.deepEqual([statusCode, body, left], [404, "world_not_found", 1]);
  await app.close();
});
