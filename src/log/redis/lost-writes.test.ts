import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { unlessInstalled } from "../../../testing/installed.ts";
import { bytesAfter, done, eventsOf, openStream, sealed, token, visible } from "../../../testing/log-environment.ts";
import { type RedisServer, startRedis } from "../../../testing/redis-server.ts";
import { newPrefix, type SharedServer, startSharedServer } from "../../../testing/shared-server.ts";
import { until } from "../../../testing/until.ts";
import { isFailure } from "../../protocol/errors.ts";
import type { StreamEvent } from "../../protocol/events.ts";
import type { StreamLog } from "../stream-log.ts";

// A store that has lost writes, and their writer with them: what a failover does that comes together with a death (R-STORE).

const textsOf = (log: StreamLog) =>
  eventsOf(log).map((event: StreamEvent) => (event.type === "token" ? event.text : event.type));
const idsOf = (log: StreamLog) =>
  [
    ...bytesAfter(log, 0)
      .toString()
      .matchAll(/^id: \w+\.(\S+)$/gm),
  ].map(([, at]) => at);

describe("a store that has lost writes, and its writer died", {
  skip: unlessInstalled("redis-server", "--version"),
}, () => {
  let redis: RedisServer;
  let direct: Redis;
  let prefix: string;
  let a: SharedServer;
  let b: SharedServer;

  before(async () => {
    redis = await startRedis();
    direct = new Redis(redis.url);
  });
  after(async () => {
    direct.disconnect();
    await redis.close();
  });

  /** Runs `body` with two servers; time stands still for `a`, which is dead as far as anybody can tell. */
  const withTwo = (body: () => Promise<void>) => async () => {
    prefix = newPrefix();
    a = await startSharedServer(redis.url, prefix, "a");
    b = await startSharedServer(redis.url, prefix, "b");
    try {
      await body();
    } finally {
      await Promise.all([a.abandon(), b.shelf.close("shutting_down")]);
      assert.deepEqual([a.clock.pending(), b.clock.pending()], [0, 0], "a timer was left behind");
    }
  };

  async function startStory(): Promise<StreamLog> {
    const { log } = await openStream(a.shelf, { resume: { question: "?" } });
    for (const text of ["one", "two", "three"]) log.append(token(text));
    await visible(log, 3);
    return log;
  }

  async function loseAllBut(first: number, { id }: StreamLog) {
    const key = `${prefix}{${id}}:log`;
    const entries = await direct.xrange(key, "-", "+");
    await direct.del(key);
    for (const entry of entries.slice(0, first)) await direct.xadd(key, ...entry.flat());
    await direct.hset(`${prefix}{${id}}:meta`, "seq", first);
  }

  /** What a server knows that was connected to another Redis, until it died. */
  const wroteElsewhere = () => direct.hset(`${prefix}servers`, "a", "0a/0b");
  const die = () => direct.del(`${prefix}server:a`);
  /** Whoever lives is connected anew, as to another Redis. */
  const reconnectAll = async () => {
    const before = b.connections();
    await direct.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await until(() => b.connections() > before, "it is connected again");
  };

  async function foundOn({ shelf }: SharedServer, id: string): Promise<StreamLog> {
    const found = await shelf.find(id);
    assert.ok(found.state === "kept", `it is ${found.state}`);
    return found.log;
  }

  const passOn = (server: SharedServer, condition: () => boolean | Promise<boolean>, what: string) =>
    until(async () => {
      server.clock.advance(500);
      await server.roundTrip();
      return Boolean(await condition());
    }, what);

  async function takenOver() {
    await passOn(b, () => b.taken.length === 1, "it is taken over");
    const [taken] = b.taken;
    assert.ok(taken);
    return taken.log;
  }

  test(
    "R-STORE a reader elsewhere has the lost writes: they are given back, and readers notice nothing but another epoch",
    withTwo(async () => {
      const { id } = await startStory();
      const copy = await foundOn(b, id);
      const release = b.shelf.attach(copy);
      await a.cutOff();
      await loseAllBut(1, copy);
      await wroteElsewhere();
      await die();
      await reconnectAll();
      const taken = await takenOver();
      assert.deepEqual([taken.epoch, taken.lastSeq, taken.sharedUpTo(0)], [1, 3, 3]);
      taken.append(token("four"));
      taken.seal(done);
      await sealed(copy);
      assert.deepEqual(textsOf(copy), ["one", "two", "three", "four", "done"]);
      assert.deepEqual(idsOf(copy), ["0.1", "0.2", "0.3", "1.4", "1.5"]);
      assert.deepEqual([copy.isVoid, copy.epoch, copy.sharedUpTo(0)], [false, 1, 3]);
      release();
    }),
  );

  test(
    "R-STORE lost writes that nobody has: the epoch is raised, who has read more is cut, and nobody else",
    withTwo(async () => {
      const log = await startStory();
      await loseAllBut(1, log);
      const copy = await foundOn(b, log.id);
      b.shelf.attach(copy);
      await wroteElsewhere();
      await die();
      const taken = await takenOver();
      assert.deepEqual([taken.epoch, taken.sharedUpTo(0), taken.sharedUpTo(1)], [1, 1, Number.POSITIVE_INFINITY]);
      taken.append(token("other"));
      taken.seal(done);
      await sealed(copy);
      assert.deepEqual(
        [textsOf(copy), idsOf(copy)],
        [
          ["one", "other", "done"],
          ["0.1", "1.2", "1.3"],
        ],
      );
      // The one that was thought dead, and shows more than is left.
      log.append(token("zombie"));
      await until(() => log.isVoid === true, "it is void");
      assert.deepEqual([textsOf(log), log.sealed], [["one", "two", "three"], false]);
      assert.deepEqual(textsOf(await foundOn(a, log.id)), ["one", "other", "done"]);
      const late = await startSharedServer(redis.url, prefix, "late");
      const there = await foundOn(late, log.id);
      assert.deepEqual([textsOf(there), there.epoch, there.sharedUpTo(0)], [["one", "other", "done"], 1, 1]);
      await late.shelf.close("shutting_down");
    }),
  );

  test(
    "R-STORE the same Redis as ever: what was delivered is in it, and the epoch stays",
    withTwo(async () => {
      await startStory();
      await die();
      const taken = await takenOver();
      assert.deepEqual([taken.epoch, taken.lastSeq], [0, 3]);
      taken.seal(done);
    }),
  );

  test(
    "R-HONEST until somebody has gone on with it, nobody says that a cursor is ahead of what was lost",
    withTwo(async () => {
      const log = await startStory();
      assert.equal((await foundOn(b, log.id)).mayLack?.(), false);
      await wroteElsewhere();
      await passOn(b, async () => (await foundOn(b, log.id)).mayLack?.() === true, "it cannot be told");
      log.seal(done);
      await sealed(log);
      assert.equal((await foundOn(b, log.id)).mayLack?.(), false);
    }),
  );

  test(
    "R-STORE a stream that is gone with its writer ends for those who read it, after all that they have",
    withTwo(async () => {
      const { id } = await startStory();
      const copy = await foundOn(b, id);
      b.shelf.attach(copy);
      await direct.del(`${prefix}{${id}}:log`, `${prefix}{${id}}:meta`);
      await die();
      await passOn(b, () => copy.sealed, "it has ended");
      assert.deepEqual(textsOf(copy), ["one", "two", "three", "error"]);
      const error = copy.event(4);
      assert.ok(error.type === "error");
      assert.deepEqual([error.error_code, error.retryable, copy.epoch], ["generation_lost", true, 1]);
      const late = await startSharedServer(redis.url, prefix, "late");
      assert.deepEqual(textsOf(await foundOn(late, id)), textsOf(copy));
      await late.shelf.close("shutting_down");
    }),
  );

  test(
    "R-TAKEOVER a store that has forgotten what a dead server wrote is told by who reads it",
    withTwo(async () => {
      const { id } = await startStory();
      b.shelf.attach(await foundOn(b, id));
      await direct.del(`${prefix}server:a:running`, `${prefix}server:a`);
      await direct.hdel(`${prefix}servers`, "a");
      const taken = await takenOver();
      taken.seal(done);
      assert.equal(taken.epoch, 1, "nothing tells which Redis it had written to");
    }),
  );

  test(
    "R-STORE a store that was emptied under everybody is noticed with the next sign, and given everything again",
    withTwo(async () => {
      const log = await startStory();
      const claim = await a.shelf.claim("key", "body");
      assert.ok(claim.state === "free");
      claim.bind(log.id, "m1");
      const ended = (await openStream(a.shelf)).log;
      ended.append(token("\u2028"));
      ended.seal(done);
      await sealed(ended);
      await direct.flushall();
      await assert.rejects(
        b.shelf.claim("key", "body"),
        (error) => isFailure(error) && error.code === "store_unavailable",
      );
      await passOn(
        a,
        () => direct.hget(`${prefix}{${log.id}}:meta`, "seq").then((seq) => seq === "3"),
        "it is given again",
      );
      await passOn(
        b,
        () =>
          b.shelf.claim("other", "body").then(
            (free) => free.state === "free" && free.release() === undefined,
            () => false,
          ),
        "b has looked, too",
      );
      assert.deepEqual(await b.shelf.claim("key", "body"), { state: "bound", streamId: log.id, messageId: "m1" });
      assert.deepEqual(textsOf(await foundOn(b, log.id)), ["one", "two", "three"]);
      assert.deepEqual(eventsOf(await foundOn(b, ended.id)), eventsOf(ended));
    }),
  );

  test(
    "R-STORE an ended stream that has lost its last writes is given its end again",
    withTwo(async () => {
      const log = await startStory();
      log.seal(done);
      await sealed(log);
      await loseAllBut(2, log);
      await direct.hdel(`${prefix}{${log.id}}:meta`, "sealed");
      const copy = await foundOn(b, log.id);
      assert.equal(copy.sealed, false);
      await reconnectAll();
      await sealed(copy);
      assert.deepEqual(textsOf(copy), ["one", "two", "three", "done"]);
    }),
  );
});
