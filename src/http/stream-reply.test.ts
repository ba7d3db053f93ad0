import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import Fastify from "fastify";
import { ROOMY } from "../../testing/log-environment.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { openRaw } from "../../testing/raw-http.ts";
import { openStream, requestJson } from "../../testing/sse-client.ts";
import { until } from "../../testing/until.ts";
import { createMemoryShelf } from "../log/memory-shelf.ts";
import type { WorldEvent } from "../protocol/events.ts";
import { createFeed } from "../worlds/feed.ts";
import { feedPosition } from "../worlds/feed-position.ts";
import { feedReply } from "./stream-reply.ts";

const word = (text: string): WorldEvent => ({ type: "token", message_id: "m1", text, turn_id: "t1" });

/** A server of one feed, with room for two readers. */
async function feedServer(t: TestContext) {
  const clock = manualClock();
  const shelf = createMemoryShelf(clock, { ...ROOMY, maxReaders: 2 });
  const feed = createFeed({ id: "feed1", clock, world: "lobby" });
  const server = Fastify({ forceCloseConnections: true });
  let left = 0;
  for (const path of ["/events", "/v1/events"]) {
    server.get(path, async (request, reply) => {
      const id = request.headers["last-event-id"];
      const after = typeof id === "string" ? feedPosition(feed, id) : undefined;
      const reading = { world: "lobby", feed, after, left: () => void left++ };
      feedReply({ shelf, clock, heartbeatMs: 10_000 }, request, reply, reading);
      return reply;
    });
  }
  const url = await server.listen({ port: 0, host: "127.0.0.1" });
  t.after(() => server.close());
  const open = (id?: string, path = "/events") =>
    openStream(`${url}${path}`, id === undefined ? {} : { headers: { "last-event-id": id } });
  const counts = () => ({ shelf: shelf.counts().readers, feed: feed.readers, left });
  return { clock, feed, url, open, counts };
}

test("R-FEED R-PRIME a reader is sent retry and start at once, and what is published then; the headers name the feed", async (t) => {
  const { feed, open } = await feedServer(t);
  for (let n = 0; n < 3; n++) feed.publish(word("missed"));
  const stream = await open();
  const [start] = await stream.take(1);
  assert.ok(stream.text.startsWith("retry: 1000\n\nid: feed1.0.4\nevent: start\n"), stream.text);
  assert.deepEqual([start?.type, start?.seq], ["start", 4]);
  const { "content-location": location, "cache-control": caching, "x-accel-buffering": buffering } = stream.headers;
  assert.deepEqual([location, caching, buffering], ["/worlds/lobby/events", "no-cache, no-transform", "no"]);
  feed.publish(word("Hel"));
  assert.deepEqual(await stream.take(1), [{ ...word("Hel"), seq: 5, id: "feed1.0.5" }]);
});

test("R-FEED R-VERSION under /v1 the headers say so, and a resume goes on without a start", async (t) => {
  const { feed, open, counts } = await feedServer(t);
  const first = await open(undefined, "/v1/events");
  assert.equal(first.headers["content-location"], "/v1/worlds/lobby/events");
  await first.take(1);
  feed.publish(word("a"));
  const [{ id } = { id: "" }] = await first.take(1);
  first.cut();
  await until(() => counts().feed === 0);
  for (const text of ["b", "c"]) feed.publish(word(text));
  const second = await open(id);
  const events = await second.take(2);
  assert.ok(second.text.startsWith("retry: 1000\n\nid: feed1.0.3\nevent: token\n"), second.text);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    [3, 4],
  );
});

test("R-FEED R-SLOW readers of a feed count as readers, and one too many is refused", async (t) => {
  const { feed, url, open, counts } = await feedServer(t);
  const [first, second] = [await open(), await open()];
  assert.deepEqual(counts(), { shelf: 2, feed: 2, left: 0 });
  assert.equal((await requestJson(`${url}/events`)).body.code, "overloaded");
  assert.deepEqual(counts(), { shelf: 2, feed: 2, left: 0 });
  first.cut();
  await until(() => counts().left === 1);
  assert.deepEqual(counts(), { shelf: 1, feed: 1, left: 1 });
  feed.close();
  assert.deepEqual([(await second.rest()).at(-1)?.type, await second.closed], ["done", "end"]);
  await until(() => counts().left === 2);
  assert.deepEqual(counts(), { shelf: 0, feed: 0, left: 2 });
});

test("R-FEED R-SLOW a reader that is far behind is cut, and nothing is left of it", async (t) => {
  const { clock, feed, url, counts } = await feedServer(t);
  const slow = await openRaw(url);
  slow.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await slow.seen(/"kind":"feed"/);
  slow.socket.pause();
  for (let n = 0; n < 100 && counts().feed > 0; n++) {
    feed.publish(word("x".repeat(1024 * 1024)));
    await new Promise(setImmediate);
  }
  assert.deepEqual(counts(), { shelf: 0, feed: 0, left: 1 });
  slow.socket.resume();
  await slow.closed;
  assert.doesNotMatch(slow.text, /event: done/);
  clock.advance(300_000);
  assert.equal(clock.pending(), 0);
});
