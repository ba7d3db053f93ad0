import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { closedAfterEach } from "../../../testing/closed-after-each.ts";
import { feedClients, seqs, unnumbered, word } from "../../../testing/feed-contract.ts";
import type { FrameReader } from "../../../testing/frame-reader.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { type FeedServer, startFeedServer } from "../../../testing/shared-feeds.ts";
import { passUntil, succeeds, until } from "../../../testing/until.ts";

/** What is tried again is tried as often as that. */
const STEP_MS = 250;

redisSuite("the shared feed of a store in trouble", (redis) => {
  const server = closedAfterEach((name: string) => startFeedServer(redis, { name }));
  let a: FeedServer;
  let b: FeedServer;
  /** It reads on the second server, and has events up to number 3. */
  let reader: FrameReader;
  beforeEach(async () => {
    [a, b] = [await server("a"), await server("b")];
    reader = await feedClients(b).open();
    await said("one", "two");
  });

  /** Said on the first server, and heard on the second. */
  async function said(...texts: string[]) {
    for (const text of texts) a.feed.publish(word(text));
    await a.written();
    await b.heard();
  }

  const textsOf = ({ events }: FrameReader) =>
    events.map((event) => (event.type === "token" ? event.text : event.type));
  const meta = () => redis.keys.feedMeta("lobby");
  const stream = () => redis.keys.feed("lobby");
  const answers = (servers: FeedServer[]) =>
    succeeds(Promise.all(servers.map(({ store }) => store.renew("nobody", "x", 0))));

  async function takeAway() {
    await redis.stop();
    await until(async () => !(await answers([a])) && !(await answers([b])), "the store is away");
  }

  async function bringBack() {
    await redis.startAgain();
    await until(() => answers([a, b]), "the servers have their store again");
  }

  const untilOver = () =>
    passUntil([a, b], STEP_MS, () => reader.over !== undefined, "the reader is cut, or at its end");

  test("R-STORE R-FEED a store that has lost everything is given the feed back: id, number and what was kept", async () => {
    await redis.direct.flushall();
    a.feed.publish(word("three"));
    // Who follows is told at once, and need not find out by itself.
    await passUntil([a], STEP_MS, () => reader.events.length === 4);
    assert.deepEqual(seqs(reader.events), [1, 2, 3, 4]);
    const c = await server("c");
    for (const [index, { id }] of reader.events.entries()) {
      const back = await feedClients(c).comeBack(id);
      assert.deepEqual(back.events, reader.events.slice(index + 1));
    }
  });

  test("R-STORE R-FEED what is said while the store is away comes when it is back, though it comes back empty", async () => {
    await takeAway();
    for (const text of ["three", "four"]) a.feed.publish(word(text));
    await assert.rejects(b.feed.open(), { code: "store_unavailable" });
    assert.deepEqual(textsOf(reader), ["start", "one", "two"]);
    await bringBack();
    await passUntil([a, b], STEP_MS, () => reader.events.length >= 5, "all is read");
    assert.deepEqual(textsOf(reader), ["start", "one", "two", "three", "four"]);
    assert.deepEqual(seqs(reader.events), [1, 2, 3, 4, 5]);
    assert.equal(reader.over, undefined);
  });

  test("R-STORE R-FEED a store that has lost the last writes is given them back", async () => {
    await said("three");
    await redis.loseAllBut(1, stream());
    await redis.direct.hset(meta(), "seq", 3, "w:a", 1);
    const back = await feedClients(b).comeBack(reader.events.at(-1)?.id);
    await said("four");
    assert.deepEqual(textsOf(reader), ["start", "one", "two", "three", "four"]);
    assert.deepEqual(textsOf(back), ["four"]);
    const c = await server("c");
    assert.deepEqual((await feedClients(c).comeBack(reader.events[0]?.id)).events, reader.events.slice(1));
  });

  test("R-STORE R-FEED who adds to a store that has lost the last writes waits until they are given back: nobody is cut", async () => {
    const held = await redis.direct.hgetall(meta());
    const count = await redis.direct.xlen(stream());
    await said("three");
    await redis.loseAllBut(count, stream());
    await redis.direct.hset(meta(), held);
    a.feed.publish(word("four"));
    await passUntil([a], STEP_MS, () => reader.events.length === 5 || reader.over !== undefined);
    assert.deepEqual([textsOf(reader), reader.over], [["start", "one", "two", "three", "four"], undefined]);
    assert.deepEqual(seqs(reader.events), [1, 2, 3, 4, 5]);
  });

  test("R-STORE R-FEED where the store has other events under the same numbers, readers are cut and the feed begins anew: nothing is mixed", async () => {
    const held = await redis.direct.hgetall(meta());
    const count = await redis.direct.xlen(stream());
    await said("lost");
    await redis.loseAllBut(count, stream());
    await redis.direct.hset(meta(), { ...held, "w:a": 9 });
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
  });

  test("R-STORE R-FEED what has no room while the store is away is not passed over in silence", async () => {
    await takeAway();
    for (let n = 0; n < 20; n++) a.feed.publish(word("x".repeat(100_000)));
    a.feed.publish(word("newest"));
    await bringBack();
    await untilOver();
    assert.deepEqual([reader.over, textsOf(reader)], ["cut", ["start", "one", "two"]]);
    assert.equal(await feedClients(b).refusal(reader.events.at(-1)?.id), "stream_expired");
    const anew = await feedClients(b).open();
    await said("later");
    assert.deepEqual(textsOf(anew).at(-1), "later");
  });

  test("R-STORE R-FEED a store that is away for 30 s costs what was said meanwhile, and readers are told, also where nothing follows", async () => {
    await takeAway();
    a.feed.publish(word("given up"));
    const end = a.clock.now() + 31_000;
    await passUntil([a], STEP_MS, () => a.clock.now() > end && a.clock.pending() === 0);
    assert.equal(a.feed.idle, false, "that something is missing is still to be told");
    await bringBack();
    await untilOver();
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
  });

  test("R-STORE R-FEED a store that was emptied while nobody reads knows no cursor any more", async () => {
    reader.leave();
    for (let n = 0; n < 3; n++) b.clock.advance(10_000);
    await redis.direct.flushall();
    assert.equal(await feedClients(b).refusal(reader.events.at(-1)?.id), "stream_not_found");
  });

  test("R-FEED a world that is deleted while the store is away ends its readers here all the same, in the end without an event", async () => {
    await takeAway();
    b.feed.close();
    await untilOver();
    assert.deepEqual(textsOf(reader), ["start", "one", "two"]);
    await bringBack();
  });
});
