import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { feedClients, seqs, unnumbered, word } from "../../../testing/feed-contract.ts";
import type { FrameReader } from "../../../testing/frame-reader.ts";
import { unlessInstalled } from "../../../testing/installed.ts";
import { type RedisServer, startRedis } from "../../../testing/redis-server.ts";
import { type FeedServer, startFeedServer } from "../../../testing/shared-feeds.ts";
import { newPrefix } from "../../../testing/shared-server.ts";
import { until } from "../../../testing/until.ts";

describe("the shared feed of a store in trouble", { skip: unlessInstalled("redis-server", "--version") }, () => {
  let redis: RedisServer;
  let direct: Redis;
  let prefix: string;
  let a: FeedServer;
  let b: FeedServer;
  before(async () => {
    redis = await startRedis();
    direct = new Redis(redis.url);
    direct.on("error", () => {});
  });
  after(async () => {
    direct.disconnect();
    await redis.close();
  });

  const server = (name: string) => startFeedServer({ url: redis.url, prefix, name });

  /** With two servers; somebody reads on the second, and has events up to number 3. */
  const withReader = (body: (reader: FrameReader) => Promise<void>) => async () => {
    prefix = newPrefix();
    [a, b] = [await server("a"), await server("b")];
    const reader = await feedClients(b).open();
    try {
      await said("one", "two");
      await body(reader);
    } finally {
      await a.close();
      await b.close();
      assert.deepEqual([a.clock.pending(), b.clock.pending()], [0, 0], "a timer was left behind");
    }
  };

  /** Said on the first server, and heard on the second. */
  async function said(...texts: string[]) {
    for (const text of texts) a.feed.publish(word(text));
    await a.written();
    await b.heard();
  }

  const textsOf = ({ events }: FrameReader) =>
    events.map((event) => (event.type === "token" ? event.text : event.type));
  const meta = () => `${prefix}{w:lobby}:feed:meta`;
  const stream = () => `${prefix}{w:lobby}:feed`;
  const answers = async () => {
    const asked = await Promise.allSettled([a, b].map(({ store }) => store.renew("nobody", "x", 0)));
    return asked.map(({ status }) => status === "fulfilled");
  };

  async function takeAway() {
    await redis.close();
    await until(async () => !(await answers()).includes(true));
  }

  async function bringBack() {
    redis = await startRedis(redis.port);
    await until(async () => !(await answers()).includes(false), "the servers have their store again");
  }

  /** Lets what is tried again be tried, until readers have that. */
  async function untilRead(reader: FrameReader, texts: string[]) {
    await until(() => {
      for (const { clock } of [a, b]) clock.advance(250);
      return textsOf(reader).length >= texts.length;
    }, `${texts} are read`);
    assert.deepEqual(textsOf(reader), texts);
  }

  const untilOver = (reader: FrameReader) =>
    until(() => {
      for (const { clock } of [a, b]) clock.advance(250);
      return reader.over !== undefined;
    }, "the reader is cut, or at its end");

  test(
    "R-STORE R-FEED a store that has lost everything is given the feed back: id, number and what was kept",
    withReader(async (reader) => {
      await direct.flushall();
      a.feed.publish(word("three"));
      // Who follows is told at once, and need not find out by itself.
      await until(() => {
        a.clock.advance(250);
        return reader.events.length === 4;
      });
      assert.deepEqual(seqs(reader.events), [1, 2, 3, 4]);
      const c = await server("c");
      for (const [index, { id }] of reader.events.entries()) {
        const back = await feedClients(c).comeBack(id);
        assert.deepEqual(back.events, reader.events.slice(index + 1));
      }
      await c.close();
    }),
  );

  test(
    "R-STORE R-FEED what is said while the store is away comes when it is back, though it comes back empty",
    withReader(async (reader) => {
      await takeAway();
      for (const text of ["three", "four"]) a.feed.publish(word(text));
      await assert.rejects(b.feed.open(), { code: "store_unavailable" });
      assert.deepEqual(textsOf(reader), ["start", "one", "two"]);
      await bringBack();
      await untilRead(reader, ["start", "one", "two", "three", "four"]);
      assert.deepEqual(seqs(reader.events), [1, 2, 3, 4, 5]);
      assert.equal(reader.over, undefined);
    }),
  );

  test(
    "R-STORE R-FEED a store that has lost the last writes is given them back",
    withReader(async (reader) => {
      await said("three");
      const [first] = await direct.xrange(stream(), "-", "+");
      assert.ok(first);
      await direct.del(stream());
      await direct.xadd(stream(), ...first.flat());
      await direct.hset(meta(), "seq", 3, "w:a", 1);
      const back = await feedClients(b).comeBack(reader.events.at(-1)?.id);
      await said("four");
      assert.deepEqual(textsOf(reader), ["start", "one", "two", "three", "four"]);
      assert.deepEqual(textsOf(back), ["four"]);
      const c = await server("c");
      assert.deepEqual((await feedClients(c).comeBack(reader.events[0]?.id)).events, reader.events.slice(1));
      await c.close();
    }),
  );

  test(
    "R-STORE R-FEED where the store has other events under the same numbers, readers are cut and the feed begins anew: nothing is mixed",
    withReader(async (reader) => {
      const held = await direct.hgetall(meta());
      const kept = await direct.xrange(stream(), "-", "+");
      await said("lost");
      await direct.del(stream());
      for (const [id, fields] of kept) await direct.xadd(stream(), id, ...fields);
      await direct.hset(meta(), held);
      await direct.hset(meta(), "w:a", 9);
      const c = await server("c");
      c.feed.publish(word("other"));
      await c.written();
      await b.heard();
      assert.deepEqual([textsOf(reader), reader.over], [["start", "one", "two", "lost"], "end"]);
      const last = reader.events.at(-1)?.id ?? "";
      assert.equal(await feedClients(b).refusal(last), "stream_not_found");
      assert.ok(b.gone.has(last.split(".")[0] ?? ""), "it was this feed's, and is gone");
      const anew = await feedClients(b).open();
      c.feed.publish(word("after"));
      await c.written();
      await b.heard();
      assert.deepEqual(unnumbered(anew.events.slice(1)), [word("after")]);
      await c.close();
    }),
  );

  test(
    "R-STORE R-FEED what has no room while the store is away is not passed over in silence",
    withReader(async (reader) => {
      await takeAway();
      for (let n = 0; n < 20; n++) a.feed.publish(word("x".repeat(100_000)));
      a.feed.publish(word("newest"));
      await bringBack();
      await untilOver(reader);
      assert.deepEqual([reader.over, textsOf(reader)], ["cut", ["start", "one", "two"]]);
      assert.equal(await feedClients(b).refusal(reader.events.at(-1)?.id), "stream_expired");
      const anew = await feedClients(b).open();
      await said("later");
      assert.deepEqual(textsOf(anew).at(-1), "later");
    }),
  );

  test(
    "R-STORE R-FEED a store that is away for 30 s costs what was said meanwhile, and readers are told, also where nothing follows",
    withReader(async (reader) => {
      await takeAway();
      a.feed.publish(word("given up"));
      let waited = 0;
      await until(() => {
        a.clock.advance(250);
        waited += 250;
        return waited > 31_000 && a.clock.pending() === 0;
      });
      assert.equal(a.feed.idle, false, "that something is missing is still to be told");
      await bringBack();
      await untilOver(reader);
      assert.equal(reader.over, "cut");
      assert.equal(await feedClients(b).refusal(reader.events.at(-1)?.id), "stream_expired");
      assert.equal(a.feed.idle, true);
      const anew = await feedClients(b).open();
      await said("later");
      assert.deepEqual(
        [textsOf(anew), seqs(anew.events)],
        [
          ["start", "later"],
          [4, 5],
        ],
        "the gap has one number",
      );
    }),
  );

  test(
    "R-STORE R-FEED a store that was emptied while nobody reads knows no cursor any more",
    withReader(async (reader) => {
      reader.leave();
      for (let n = 0; n < 3; n++) b.clock.advance(10_000);
      await direct.flushall();
      assert.equal(await feedClients(b).refusal(reader.events.at(-1)?.id), "stream_not_found");
    }),
  );

  test(
    "R-FEED a world that is deleted while the store is away ends its readers here all the same, in the end without an event",
    withReader(async (reader) => {
      await takeAway();
      b.feed.close();
      await untilOver(reader);
      assert.deepEqual(textsOf(reader), ["start", "one", "two"]);
      await bringBack();
    }),
  );
});
