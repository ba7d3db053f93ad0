import assert from "node:assert/strict";
import { test } from "node:test";
import { closedAfterEach } from "../../../testing/closed-after-each.ts";
import { done, eventsOf, openStream, sealed, token, visible } from "../../../testing/log-environment.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { joining } from "../../../testing/shared-server.ts";
import { connectRedis } from "../../log/redis/connection.ts";
import { openServerCalls } from "../../log/redis/server-calls.ts";
import { openWorldNews } from "./world-news.ts";

// Whoever may come in to Redis can publish to a channel of the servers, by a slip or with another program.

const STRANGE = ["hello", "", "null", "5", "[]", '{"type":"unheard of"}', "1 1\nnot an event", "x 1 \nnot an event"];

redisSuite("what no server says", (redis) => {
  const join = joining(redis);
  const connect = closedAfterEach(() => connectRedis(redis.url));

  test("R-STORE on no channel does a message that no server would send end one, or get into a stream", async () => {
    const [a, b] = [await join("a"), await join("b")];
    const connection = await connect();
    const news = await openWorldNews(connection, redis.keys.worldNews);
    const heard: unknown[] = [];
    news.on("feed", ({ world }) => heard.push(world));
    const calls = await openServerCalls({ connection, keys: redis.keys, clock: a.clock, serverId: "a" });
    calls.onAsked(async (question) => (question === "how" ? "well" : undefined));
    const { log } = await openStream(a.shelf);
    log.append(token("one"));
    await visible(log, 1);
    const copy = await b.found(log.id);
    const release = b.shelf.attach(copy);

    const { commands, calls: asked, claims, bell, worldNews } = redis.keys;
    for (const channel of [commands("a"), asked("a"), claims, bell(log.id), worldNews])
      for (const message of STRANGE)
        assert.ok((await redis.direct.publish(channel, message)) > 0, `somebody listens to ${channel}`);

    await redis.direct.publish(worldNews, '{"type":"feed","world":"den"}');
    assert.equal(await calls.ask("a", "q", "how"), "well");
    log.append(token("two"));
    log.seal(done);
    await Promise.all([sealed(log), sealed(copy)]);
    assert.deepEqual(eventsOf(copy), eventsOf(log));
    assert.deepEqual(heard, ["den"]);
    release();
    calls.close();
  });
});
