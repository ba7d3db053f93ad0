import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { unlessInstalled } from "../../../testing/installed.ts";
import { done, openStream, sealed, token, visible } from "../../../testing/log-environment.ts";
import { type RedisServer, startRedis } from "../../../testing/redis-server.ts";
import { newPrefix, type SharedServer, startSharedServer } from "../../../testing/shared-server.ts";
import { until } from "../../../testing/until.ts";

describe("how batches are written", { skip: unlessInstalled("redis-server", "--version") }, () => {
  let redis: RedisServer;
  let direct: Redis;
  before(async () => {
    redis = await startRedis();
    direct = new Redis(redis.url);
  });
  after(async () => {
    direct.disconnect();
    await redis.close();
  });

  async function withServers(names: string[], body: (prefix: string, ...servers: SharedServer[]) => Promise<void>) {
    const prefix = newPrefix();
    const servers = await Promise.all(names.map((name) => startSharedServer(redis.url, prefix, name)));
    try {
      await body(prefix, ...servers);
    } finally {
      for (const { shelf, clock } of servers) {
        await shelf.close("shutting_down");
        assert.equal(clock.pending(), 0, "a timer was left behind");
      }
    }
  }

  async function readOn({ shelf }: SharedServer, id: string) {
    const found = await shelf.find(id);
    assert.ok(found.state === "kept");
    return { log: found.log, release: shelf.attach(found.log) };
  }

  const textsIn = async (key: string) =>
    (await direct.xrange(key, "-", "+")).map(([id, [, json = ""]]) => [id, JSON.parse(json).text]);

  const scripts = async () =>
    Number(/calls=(\d+)/.exec(/evalsha:.*/.exec(await direct.info("commandstats"))?.[0] ?? "")?.[1]);

  test("R-ANY a reader on another server is told of what is written from when it comes", () =>
    withServers(["a", "b"], async (_, a, b) => {
      const { log } = await openStream(a?.shelf as SharedServer["shelf"]);
      log.append(token("one"));
      await visible(log, 1);
      const copy = await readOn(b as SharedServer, log.id);
      // Before its writer has heard of the reader, and after.
      log.append(token("two"));
      await visible(copy.log, 2);
      await until(() => a?.shelf.counts().readers === 1, "the writer knows of the reader");
      log.append(token("three"));
      await visible(copy.log, 3);
      copy.release();
    }));

  test("a stream that nobody follows is written without a script, and what belongs to it lives as long as it is written", () =>
    withServers(["a"], async (prefix, a) => {
      const { log } = await openStream(a?.shelf as SharedServer["shelf"]);
      log.append(token("one"));
      await visible(log, 1);
      const before = await scripts();
      for (const seq of [2, 3, 4]) {
        log.append(token(`n${seq}`));
        await visible(log, seq);
      }
      assert.equal(await scripts(), before);
      const keys = ["log", "meta", "gone"].map((part) => `${prefix}{${log.id}}:${part}`);
      for (const key of keys) await direct.pexpire(key, 60_000);
      a?.clock.advance(10_000);
      log.append(token("five"));
      await visible(log, 5);
      for (const key of keys) assert.ok((await direct.pttl(key)) > 60_000, key);
    }));

  test("R-TAKEOVER readers elsewhere see who goes on, who has not heard of them yet", () =>
    withServers(["a", "b", "c"], async (prefix, a, b, c) => {
      const { log } = await openStream(a?.shelf as SharedServer["shelf"], { resume: {} });
      log.append(token("one"));
      await visible(log, 1);
      const copy = await readOn(c as SharedServer, log.id);
      await direct.del(`${prefix}server:a`);
      await until(async () => {
        b?.clock.advance(500);
        await b?.roundTrip();
        return b?.taken.length === 1;
      }, "it was taken over");
      await assert.rejects(direct.xadd(`${prefix}{${log.id}}:log`, "0-2", "e", "{}"), /equal or smaller/);
      const taken = b?.taken[0]?.log;
      taken?.append(token("two"));
      await visible(copy.log, 2);
      assert.deepEqual(await textsIn(`${prefix}{${log.id}}:log`), [
        ["0-1", "one"],
        ["1-2", "two"],
      ]);
      taken?.seal(done);
      await sealed(copy.log);
      copy.release();
    }));

  test("R-STORE what a store has lost that took the place of another is written again at the next event", () =>
    withServers(["a"], async (prefix, a) => {
      const { log } = await openStream(a?.shelf as SharedServer["shelf"]);
      for (const text of ["one", "two", "three"]) log.append(token(text));
      await visible(log, 3);
      const key = `${prefix}{${log.id}}:log`;
      await direct.xdel(key, "0-3");
      await direct.call("XSETID", key, "0-2");
      await direct.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await until(async () => {
        a?.clock.advance(50);
        return Promise.resolve(a?.roundTrip()).then(
          () => true,
          () => false,
        );
      }, "it is connected again");
      log.append(token("four"));
      await visible(log, 4);
      const whole = ["one", "two", "three", "four"].map((text, index) => [`0-${index + 1}`, text]);
      assert.deepEqual(await textsIn(key), whole);
    }));
});
