import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { closedAfterEach } from "../../../testing/closed-after-each.ts";
import { feedClients, feedContract, unnumbered, word } from "../../../testing/feed-contract.ts";
import type { FrameReader } from "../../../testing/frame-reader.ts";
import { newPrefix } from "../../../testing/redis-server.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { type FeedServer, type FeedServerOptions, startFeedServer } from "../../../testing/shared-feeds.ts";
import type { Received } from "../../../testing/sse-client.ts";
import { until } from "../../../testing/until.ts";
import type { RecentLimits } from "../recent-frames.ts";
import type { FeedNews } from "./feed-state.ts";

redisSuite("the shared feed", (redis) => {
  const apart = () => ({ url: redis.url, prefix: newPrefix() });

  async function environment(limits: Partial<RecentLimits>) {
    const server = await startFeedServer(apart(), { name: "a", limits });
    const { clock, feed, close } = server;
    return { clock, feed, settle: () => settled([server]), close };
  }

  feedContract("servers that share it", environment, 20);

  async function settled(servers: readonly FeedServer[]) {
    for (const { written } of servers) await written();
    for (const { heard } of servers) await heard();
  }

  const join = closedAfterEach((name: string, through?: FeedServerOptions["through"]) =>
    startFeedServer(redis, { name, ...(through && { through }) }),
  );

  async function withTwo(body: (servers: FeedServer[]) => Promise<void>) {
    const place = apart();
    const servers = await Promise.all(["a", "b"].map((name) => startFeedServer(place, { name })));
    try {
      await body(servers);
    } finally {
      for (const { close } of servers) await close();
    }
  }

  type Step =
    | { do: "publish"; on: number; text: string }
    | { do: "pass" | "settle"; on: number }
    | { do: "cut"; reader: number }
    | { do: "resume"; reader: number; on: number }
    | { do: "wait"; on: number; ms: number };
  const on = fc.nat(1);
  const reader = fc.nat(2);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("publish" as const), on, text: fc.string({ maxLength: 5 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("cut" as const), reader }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("resume" as const), reader, on }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("pass" as const, "settle" as const), on }) },
    fc.record({ do: fc.constant("wait" as const), on, ms: fc.nat(20_000) }),
  );

  test("R-FEED R-ANY any interleaving of two servers' events, with cuts and resumes across them, is one sequence without a gap, the same for all", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), (steps) =>
        withTwo(async (servers) => {
          const clients = servers.map(feedClients);
          const at = <Item>(items: readonly Item[], index: number) => items[index] as Item;
          const whole = await at(clients, 0).open();
          const readers: (FrameReader | undefined)[] = await Promise.all([0, 1, 0].map((n) => at(clients, n).open()));
          const got: Received[][] = [[], [], []];
          const said: object[][] = [[], []];
          const last = (n: number) => at(got, n).at(-1)?.id;
          function cut(n: number) {
            readers[n]?.leave();
            at(got, n).push(...(readers[n]?.events ?? []));
            readers[n] = undefined;
          }
          for (const one of steps) {
            if (one.do === "publish") {
              const event = word(one.text, `t${one.on}`);
              at(said, one.on).push(event);
              at(servers, one.on).feed.publish(event);
            } else if (one.do === "pass") await at(servers, one.on).written();
            else if (one.do === "settle") await settled(servers);
            else if (one.do === "cut") cut(one.reader);
            else if (one.do === "wait") at(servers, one.on).clock.advance(one.ms);
            else if (one.do === "resume" && !readers[one.reader])
              readers[one.reader] = await at(clients, one.on).comeBack(last(one.reader));
          }
          await settled(servers);
          for (const n of [0, 1, 2]) {
            cut(n);
            readers[n] = await at(clients, 1).comeBack(last(n));
            cut(n);
          }
          assert.deepEqual(
            whole.events.map(({ seq }) => seq),
            whole.events.map((_, index) => index + 1),
          );
          for (const events of got) assert.deepEqual(events, whole.events);
          for (const n of [0, 1]) {
            const ofServer = whole.events.filter((event) => "turn_id" in event && event.turn_id === `t${n}`);
            assert.deepEqual(unnumbered(ofServer), at(said, n), "what one server says is whole and in its order");
          }
        }),
      ),
      { numRuns: 40 },
    );
  });

  test("R-FEED the store, too, keeps 4 MiB and 5 minutes of it", async () => {
    const server = await join("a");
    await feedClients(server).open();
    const kept = async () => {
      const entries = await redis.direct.xrange(redis.keys.feed("lobby"), "-", "+");
      return entries.reduce((bytes, [, fields]) => bytes + fields.join("").length, 0);
    };
    for (let n = 0; n < 50; n++) {
      server.feed.publish(word("x".repeat(100_000)));
      await server.written();
    }
    const full = await kept();
    assert.ok(full < 4 * 1024 * 1024 && full > 4_000_000, `${full}`);
    for (let passed = 0; passed < 5; passed++) {
      server.clock.advance(60_000);
      await server.heard();
    }
    server.feed.publish(word("late"));
    await server.written();
    assert.ok((await kept()) < 1000);
  });

  test("R-FEED while nobody reads anywhere, nothing is written; who begins to read is heard of by the others", async () => {
    const servers = [await join("a"), await join("b")] as const;
    const [a, b] = servers;
    a.feed.publish(word("unheard"));
    await settled(servers);
    a.feed.close();
    await settled(servers);
    assert.deepEqual(await redis.direct.keys(`${redis.prefix}*`), []);
    b.feed.publish(word("unheard"));
    await settled(servers);
    assert.equal(b.feed.skip(), true, "it is not even asked again");
    const c = await join("c");
    const reader = await feedClients(c).open();
    await settled([b, c]);
    assert.equal(b.feed.skip(), false);
    b.feed.publish(word("heard"));
    await settled([b, c]);
    assert.deepEqual(unnumbered(reader.events.slice(1)), [word("heard")]);
    const keys = await redis.direct.keys(`${redis.prefix}*`);
    assert.deepEqual(keys.sort(), [`${redis.prefix}{w:lobby}:feed`, `${redis.prefix}{w:lobby}:feed:meta`]);
    for (const key of keys) assert.ok((await redis.direct.pttl(key)) > 0, `${key} goes by itself`);
  });

  test("R-FEED a turn that begins asks anew whether somebody reads, though the word that somebody does was lost", async () => {
    const servers = [await join("a"), await join("b")] as const;
    const [a, b] = servers;
    a.feed.publish(word("unheard"));
    await settled(servers);
    const reader = await feedClients(b).open();
    a.feed.look();
    a.feed.publish(word("heard"));
    await settled(servers);
    assert.deepEqual(unnumbered(reader.events.slice(1)), [word("heard")]);
  });

  test("R-FEED closed by one server it ends the readers of all with the same done, once, and a world that is made again has another", async () => {
    const servers = [await join("a"), await join("b")] as const;
    const [a, b] = servers;
    const readers = [await feedClients(a).open(), await feedClients(b).open()];
    b.feed.publish(word("last"));
    await settled(servers);
    a.feed.close();
    b.feed.close();
    b.feed.publish(word("late"));
    await settled(servers);
    for (const { events, over } of readers) {
      assert.deepEqual([events.map(({ type }) => type), over], [["start", "token", "done"], "end"]);
    }
    assert.deepEqual(readers[0]?.events, readers[1]?.events);
    const again = await join("c");
    const old = readers[0]?.events[0]?.id;
    assert.equal(await feedClients(again).refusal(old), "stream_not_found");
    assert.deepEqual(
      [...again.gone].map((id) => `${id}.0.1`),
      [old],
      "and it is known that there was another",
    );
    assert.deepEqual([a.clock.pending(), b.clock.pending(), a.feed.idle, b.feed.idle], [0, 0, true, true]);
  });

  test("R-TAKEOVER R-FEED what two servers tell of one turn is there once and in its order, and what else comes with it is there", async () => {
    const servers = [await join("a"), await join("b")] as const;
    const [a, b] = servers;
    const reader = await feedClients(b).open();
    const tell = ({ feed }: FeedServer, ...places: number[]) => {
      for (const place of places) feed.publish(word(`${place}`, "t1"), place);
    };
    tell(a, 1, 1.25, 2);
    await settled(servers);
    assert.deepEqual([await b.feed.toldOf?.("t1"), await b.feed.toldOf?.("t2")], [2, undefined]);
    tell(b, 2, 3, 4);
    await settled(servers);
    tell(a, 3);
    a.feed.publish(word("another turn", "t2"), 1);
    tell(a, 4);
    a.feed.publish(word("a notice"));
    await settled(servers);
    tell(a, 3, 4);
    tell(b, 5);
    await settled(servers);
    const texts = reader.events.slice(1).map((event) => event.type === "token" && event.text);
    assert.deepEqual(texts, ["1", "1.25", "2", "3", "4", "another turn", "a notice", "5"]);
  });

  test("R-FEED how far a turn was told is known of the newest turns", async () => {
    const a = await join("a");
    await feedClients(a).open();
    for (let n = 0; n < 3; n++) {
      for (let turn = 0; turn < 1000; turn++) a.feed.publish(word("x", `t${n}.${turn}`), 1);
      await a.written();
    }
    const told = [redis.keys.feedTold("lobby"), redis.keys.feedToldBefore("lobby")];
    assert.deepEqual(await Promise.all(told.map((key) => redis.direct.hlen(key))), [1000, 1000]);
    for (const key of told) assert.ok((await redis.direct.pttl(key)) > 0, `${key} goes by itself`);
    assert.deepEqual([await a.feed.toldOf?.("t0.7"), await a.feed.toldOf?.("t1.7")], [undefined, 1]);
  });

  test("R-FEED the feed of a world that was made again is not ended, nor spoken in, by a server that knows the one before", async () => {
    const servers = [await join("a"), await join("late"), await join("b")] as const;
    const [a, late, b] = servers;
    const old = await feedClients(late).open();
    late.feed.publish(word("before"));
    await settled(servers);
    a.feed.look();
    await a.feed.learn?.();
    a.feed.close();
    await a.written();
    const reader = await feedClients(b).open();
    late.feed.publish(word("of the world before"));
    await late.written();
    late.feed.close();
    await settled(servers);
    b.feed.publish(word("new"));
    await settled(servers);
    assert.deepEqual([unnumbered(reader.events.slice(1)), reader.over], [[word("new")], undefined]);
    assert.deepEqual(old.events.map(({ type }) => type).slice(0, 2), ["start", "token"]);
    assert.notEqual(old.over, undefined);
  });

  test("R-FEED a store that was emptied has another feed of that name: the end of the one before is not its end", async () => {
    const servers = [await join("late"), await join("b")] as const;
    const [late, b] = servers;
    const before = await join("a");
    (await feedClients(before).open()).leave();
    await late.feed.learn?.();
    await before.close();
    await redis.direct.del(redis.keys.feed("lobby"), redis.keys.feedMeta("lobby"));
    const reader = await feedClients(b).open();
    late.feed.close();
    await settled(servers);
    assert.deepEqual([reader.events.map(({ type }) => type), reader.over], [["start"], undefined]);
  });

  test("R-FEED a world that is deleted where nobody reads or speaks ends its feed all the same: the next one has nothing of it", async () => {
    const servers = [await join("a"), await join("b")] as const;
    const [a, b] = servers;
    const reader = await feedClients(a).open();
    a.feed.publish(word("secret"));
    await settled(servers);
    reader.leave();
    a.feed.drop();
    await b.feed.learn?.();
    b.feed.close();
    await b.written();
    const c = await join("c");
    assert.equal(await feedClients(c).refusal(reader.events[0]?.id), "stream_not_found");
  });

  describe("of which a server has not heard all that was published", () => {
    let isDeaf: boolean;
    const deaf = (take: (news: FeedNews | undefined) => void) => (news: FeedNews | undefined) => {
      if (!isDeaf) take(news);
    };

    /** With one server that hears all, and one that does not; each has a reader. */
    const withDeaf = (body: (a: FeedServer, b: FeedServer, readers: FrameReader[]) => Promise<void>) => async () => {
      isDeaf = false;
      const a = await join("a");
      const b = await join("b", (store) => ({ ...store, follow: (world, take) => store.follow(world, deaf(take)) }));
      const readers = [await feedClients(a).open(), await feedClients(b).open()];
      isDeaf = true;
      a.feed.publish(word("missed"));
      await a.written();
      await a.heard();
      assert.deepEqual(
        readers.map(({ events }) => events.length),
        [2, 1],
      );
      await body(a, b, readers);
      assert.deepEqual(readers[1]?.events, readers[0]?.events);
    };

    test(
      "R-FEED it is found within 10 s",
      withDeaf(async (_a, b, [, reader]) => {
        b.clock.advance(10_000);
        await until(() => reader?.events.length === 2);
      }),
    );

    test(
      "R-FEED it is found with what is heard next",
      withDeaf(async (a, _b, [, reader]) => {
        isDeaf = false;
        a.feed.publish(word("heard"));
        await until(() => reader?.events.length === 3);
      }),
    );

    test(
      "R-ANY a reader that comes from a server which had more is not ahead of it",
      withDeaf(async (_a, b, [reader]) => {
        const back = await feedClients(b).comeBack(reader?.events.at(-1)?.id);
        assert.deepEqual(back.events, []);
      }),
    );
  });

  test("R-FEED readers see the end of the feed also where the next one of that name has begun while the store is asked", async () => {
    const [a, c] = [await join("a"), await join("c")];
    let meanwhile = async () => {};
    const b = await join("b", (store) => ({
      ...store,
      async renew(...about) {
        await meanwhile();
        return store.renew(...about);
      },
    }));
    const reader = await feedClients(b).open();
    await a.feed.learn?.();
    meanwhile = async () => {
      meanwhile = async () => {};
      a.feed.close();
      await a.written();
      await feedClients(c).open();
      await b.listened();
    };
    await b.heard();
    assert.deepEqual([reader.events.map(({ type }) => type), reader.over], [["start", "done"], "end"]);
  });

  test("R-FEED what is heard while the store is asked is not taken for something that the store has lost", async () => {
    const a = await join("a");
    let restored = 0;
    let meanwhile = async () => {};
    const b = await join("b", (store) => ({
      ...store,
      async renew(...about) {
        const state = await store.renew(...about);
        await meanwhile();
        return state;
      },
      restore(...about) {
        restored++;
        return store.restore(...about);
      },
    }));
    const reader = await feedClients(b).open();
    meanwhile = async () => {
      meanwhile = async () => {};
      a.feed.publish(word("meanwhile"));
      await a.written();
      await b.listened();
    };
    await b.heard();
    assert.deepEqual([unnumbered(reader.events.slice(1)), restored], [[word("meanwhile")], 0]);
  });

  test("R-FEED who begins to read while the world is deleted does not begin the next one's feed, and is told to go", async () => {
    const first = await join("a", (store) => ({
      ...store,
      async open(...about) {
        const state = await store.open(...about);
        first.feed.close();
        return state;
      },
    }));
    assert.equal((await first.feed.open()).sealed, true);
    const later = await join("b", (store) => ({
      ...store,
      async renew(...about) {
        later.feed.close();
        await later.written();
        return store.renew(...about);
      },
    }));
    const { id } = await later.feed.open();
    const source = await later.feed.open();
    assert.deepEqual([source.id, source.sealed], [id, true]);
  });

  test("R-FEED a server that lets go of a feed while it asks the store gives nothing of it back", async () => {
    let restored = 0;
    const server = await join("a", (store) => ({
      ...store,
      async renew() {
        server.feed.drop();
        return "lost";
      },
      restore(...about) {
        restored++;
        return store.restore(...about);
      },
    }));
    await server.feed.open();
    assert.equal((await server.feed.open()).sealed, true);
    assert.equal(restored, 0);
  });

  test("R-FEED a batch whose answer was lost is written again, and is there once", async () => {
    let tries = 0;
    const server = await join("a", (store) => ({
      ...store,
      async append(world, batch) {
        const said = await store.append(world, batch);
        if (tries++ % 2 === 0) throw new Error("no answer");
        return said;
      },
    }));
    const reader = await feedClients(server).open();
    for (const text of ["a", "b", "c"]) {
      server.feed.publish(word(text));
      for (let n = 0; n < 3; n++) {
        await server.heard();
        server.clock.advance(250);
      }
      await server.written();
    }
    await server.heard();
    assert.deepEqual(unnumbered(reader.events.slice(1)), [word("a"), word("b"), word("c")]);
  });
});
