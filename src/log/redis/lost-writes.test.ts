import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import {
  bytesAfter,
  done,
  eventsOf,
  openStream,
  sealed,
  textsOf,
  token,
  visible,
} from "../../../testing/log-environment.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { joining, type SharedServer, startSharedServer } from "../../../testing/shared-server.ts";
import { succeeds, until } from "../../../testing/until.ts";
import type { StreamLog } from "../stream-log.ts";

// A store that has lost writes, and their writer with them: what a failover does that comes together with a death (R-STORE).

const idsOf = (log: StreamLog) =>
  [
    ...bytesAfter(log, 0)
      .toString()
      .matchAll(/^id: \w+\.(\S+)$/gm),
  ].map(([, at]) => at);

redisSuite("a store that has lost writes, and its writer died", (redis) => {
  const join = joining(redis);
  let a: SharedServer;
  let b: SharedServer;
  beforeEach(async () => {
    b = await join("b");
    a = await startSharedServer(redis, "a");
  });
  // Time stands still for it: as far as anybody can tell it is dead.
  afterEach(() => a.abandon());

  async function startStory(): Promise<StreamLog> {
    const { log } = await openStream(a.shelf, { resume: { question: "?" } });
    for (const text of ["one", "two", "three"]) log.append(token(text));
    await visible(log, 3);
    return log;
  }

  async function loseAllBut(first: number, { id }: StreamLog) {
    await redis.loseAllBut(first, redis.keys.log(id));
    await redis.direct.hset(redis.keys.meta(id), "seq", first);
  }

  /** What a server knows that was connected to another Redis, until it died. */
  const wroteElsewhere = () => redis.direct.hset(redis.keys.servers, "a", "0a/0b");
  /** Whoever lives is connected anew, as to another Redis. */
  const reconnectAll = async () => {
    const before = b.timesBack();
    await redis.cut();
    await until(() => b.timesBack() > before, "it is connected again");
  };

  async function takenOver() {
    await b.passUntil(() => b.taken.length === 1, "it is taken over");
    const [taken] = b.taken;
    assert.ok(taken);
    return taken.log;
  }

  test("R-STORE a reader elsewhere has the lost writes: they are given back, and readers notice nothing but another epoch", async () => {
    const { id } = await startStory();
    const copy = await b.found(id);
    const release = b.shelf.attach(copy);
    await a.cutOff();
    await loseAllBut(1, copy);
    await wroteElsewhere();
    await b.forgetSign("a");
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
  });

  test("R-STORE lost writes that nobody has: the epoch is raised, who has read more is cut, and nobody else", async () => {
    const log = await startStory();
    await loseAllBut(1, log);
    const copy = await b.found(log.id);
    b.shelf.attach(copy);
    await wroteElsewhere();
    await b.forgetSign("a");
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
    assert.deepEqual(textsOf(await a.found(log.id)), ["one", "other", "done"]);
    const late = await join("late");
    const there = await late.found(log.id);
    assert.deepEqual([textsOf(there), there.epoch, there.sharedUpTo(0)], [["one", "other", "done"], 1, 1]);
  });

  test("R-STORE the same Redis as ever: what was delivered is in it, and the epoch stays", async () => {
    await startStory();
    await b.forgetSign("a");
    const taken = await takenOver();
    assert.deepEqual([taken.epoch, taken.lastSeq], [0, 3]);
    taken.seal(done);
  });

  test("R-HONEST until somebody has gone on with it, nobody says that a cursor is ahead of what was lost", async () => {
    const log = await startStory();
    assert.equal((await b.found(log.id)).mayLack?.(), false);
    await wroteElsewhere();
    await b.passUntil(async () => (await b.found(log.id)).mayLack?.() === true, "it cannot be told");
    log.seal(done);
    await sealed(log);
    assert.equal((await b.found(log.id)).mayLack?.(), false);
  });

  test("R-STORE a stream that is gone with its writer ends for those who read it, after all that they have", async () => {
    const { id } = await startStory();
    const copy = await b.found(id);
    b.shelf.attach(copy);
    await redis.direct.del(redis.keys.log(id), redis.keys.meta(id));
    await b.forgetSign("a");
    await b.passUntil(() => copy.sealed, "it has ended");
    assert.deepEqual(textsOf(copy), ["one", "two", "three", "error"]);
    const error = copy.event(4);
    assert.ok(error.type === "error");
    assert.deepEqual([error.error_code, error.retryable, copy.epoch], ["generation_lost", true, 1]);
    const late = await join("late");
    assert.deepEqual(textsOf(await late.found(id)), textsOf(copy));
  });

  test("R-TAKEOVER a store that has forgotten what a dead server wrote is told by who reads it", async () => {
    const { id } = await startStory();
    b.shelf.attach(await b.found(id));
    await redis.direct.del(redis.keys.running("a"), redis.keys.server("a"));
    await redis.direct.hdel(redis.keys.servers, "a");
    const taken = await takenOver();
    taken.seal(done);
    assert.equal(taken.epoch, 1, "nothing tells which Redis it had written to");
  });

  test("R-STORE a store that was emptied under everybody is noticed with the next sign, and given everything again", async () => {
    const log = await startStory();
    const claim = await a.shelf.claim("key", "body");
    assert.ok(claim.state === "free");
    claim.bind(log.id, "m1");
    const ended = (await openStream(a.shelf)).log;
    ended.append(token("\u2028"));
    ended.seal(done);
    await sealed(ended);
    await redis.direct.flushall();
    await assert.rejects(b.shelf.claim("key", "body"), { code: "store_unavailable" });
    await assert.rejects(b.shelf.find(ended.id), { code: "store_unavailable" }, "nobody says that there is none");
    const isGivenAgain = async () => (await redis.direct.hget(redis.keys.meta(log.id), "seq")) === "3";
    await a.passUntil(isGivenAgain, "it is given again");
    await b.passUntil(() => succeeds(b.shelf.claim("other", "body")), "b has looked, too");
    assert.deepEqual(await b.shelf.claim("key", "body"), { state: "bound", streamId: log.id, messageId: "m1" });
    assert.deepEqual(textsOf(await b.found(log.id)), ["one", "two", "three"]);
    assert.deepEqual(eventsOf(await b.found(ended.id)), eventsOf(ended));
  });

  test("R-STORE R-HONEST an id that is not in a store which was just emptied is not called unknown before all had time to give it back", async () => {
    const isAnswered = () => succeeds(b.shelf.find("nobody"));
    await redis.direct.flushall();
    await b.passUntil(async () => !(await isAnswered()), "it has noticed");
    await assert.rejects(b.shelf.find("nobody"), { code: "store_unavailable" });
    await b.passUntil(isAnswered, "it is settled");
    assert.equal((await b.shelf.find("nobody")).state, "unknown");
  });

  test("R-STORE an ended stream that has lost its last writes is given its end again", async () => {
    const log = await startStory();
    log.seal(done);
    await sealed(log);
    await loseAllBut(2, log);
    await redis.direct.hdel(redis.keys.meta(log.id), "sealed");
    const copy = await b.found(log.id);
    assert.equal(copy.sealed, false);
    await reconnectAll();
    await sealed(copy);
    assert.deepEqual(textsOf(copy), ["one", "two", "three", "done"]);
  });
});
