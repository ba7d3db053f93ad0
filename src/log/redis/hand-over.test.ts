import assert from "node:assert/strict";
import { test } from "node:test";
import {
  done,
  eventsOf,
  openStream,
  ROOMY,
  sealed,
  textsOf,
  token,
  turn,
  visible,
} from "../../../testing/log-environment.ts";
import { manualClock } from "../../../testing/manual-clock.ts";
import { redisSuite } from "../../../testing/redis-suite.ts";
import { joining, type SharedServer, startSharedServer } from "../../../testing/shared-server.ts";
import { passUntil, until } from "../../../testing/until.ts";
import type { CancelCause } from "../shelf.ts";
import type { StreamLog } from "../stream-log.ts";
import { createHandOver, type HandOverOptions } from "./hand-over.ts";

/** Redis answers in real time, which the servers' clocks do not know of: nothing more has come by then. */
const quiet = async ({ roundTrip }: SharedServer) => {
  for (let trips = 0; trips < 5; trips++) await roundTrip();
};

test("R-DRAIN nobody is told to take a stream before all that it has said is in the store", async () => {
  const sent: string[] = [];
  const stored = Promise.withResolvers<void>();
  const log = { id: "s", check() {}, drained: () => stored.promise };
  const options = {
    store: {
      servers: async () => [{ id: "b", isDead: false, isLeaving: false }],
      send: async (_server: string, { type }: { type: string }) => void sent.push(type),
    },
    clock: manualClock(),
    own: { serverId: "a", produced: new Map([["s", log]]), local: { handOver: () => true } },
    lease: { leave: async () => {}, given: () => "" },
    lettingGo: { handedOver: async () => handOver.close() },
    pause: turn,
  } as unknown as HandOverOptions;
  const handOver = createHandOver(options);
  const giving = handOver.begin();
  await turn();
  assert.deepEqual(sent, []);
  stored.resolve();
  await turn();
  assert.deepEqual(sent, ["take"]);
  handOver.taken({ type: "taken", id: "s", server: "b", isTaken: true });
  await giving;
});

redisSuite("a server that is about to close", (redis) => {
  const join = joining(redis);

  /** A server that lives as far as its lease tells, and hears nothing. */
  async function pretend(serverId: string, state = "lives") {
    await redis.direct.set(redis.keys.server(serverId), state);
    await redis.direct.hset(redis.keys.servers, serverId, "");
  }

  /** A stream that has said "one", whose writer stops where it is asked to and can be gone on with; then it has some last words. */
  async function speaking({ shelf }: SharedServer, { canBeGoneOnWith = true, lastly = [] as string[] } = {}) {
    let stopped = false;
    const handOver = () => {
      if (!canBeGoneOnWith) return false;
      stopped = true;
      for (const text of lastly) log.append(token(text));
      return true;
    };
    const { log, causes } = await openStream(shelf, { resume: { question: "?" }, handOver });
    log.append(token("one"));
    await visible(log, 1);
    return { log, causes, isStopped: () => stopped };
  }

  /** What a server has been given to go on with, as its writer sees it. */
  async function given(server: SharedServer, count = 1) {
    await until(() => server.taken.length >= count, "it goes on elsewhere");
    return server.taken[count - 1]?.log as StreamLog;
  }

  function goOn(log: StreamLog) {
    log.append(token("two"));
    log.seal(done);
  }

  test("R-DRAIN gives what runs to another, which goes on where it ended; its readers are sent there, and have missed nothing", async () => {
    const [a, b] = [await join("a"), await join("b")];
    const { log, isStopped } = await speaking(a, { lastly: ["on its way"] });
    a.shelf.handOver();
    const there = await given(b);
    assert.ok(isStopped(), "the writer was stopped");
    assert.deepEqual(textsOf(there), ["one", "on its way"]);
    assert.deepEqual(b.taken[0]?.resume, { question: "?" });
    await until(() => log.away === "leaving", "whoever reads here is told to go");
    assert.equal(a.shelf.counts().running, 0, "nothing is left to wait for");
    goOn(there);
    await sealed(there);
    await sealed(log);
    assert.deepEqual(eventsOf(log), eventsOf(there), "who cannot come back gets the rest here");
    assert.deepEqual([a.shelf.fates().handedOver, a.shelf.fates().fenced, b.shelf.fates().takenOver], [1, 0, 0]);
  });

  test("R-DRAIN R-TAKEOVER to be given away is no death and counts as none; after eight times a stream stays where it is", async () => {
    let from = await join("a");
    const { log } = await speaking(from);
    for (let move = 1; move <= 8; move++) {
      const next = await join(`b${move}`);
      from.shelf.handOver();
      const there = await given(next);
      next.taken[0]?.setCancel(
        () => there.seal(done),
        () => true,
      );
      from = next;
    }
    const meta = redis.keys.meta(log.id);
    assert.deepEqual(await redis.direct.hmget(meta, "moves", "takeovers"), ["8", null]);
    const next = await join("last");
    from.shelf.handOver();
    const still = await given(from, 2);
    assert.deepEqual([next.taken, await redis.direct.hget(meta, "owner")], [[], "b8"]);
    goOn(still);
    await sealed(log);
  });

  test("R-DRAIN a chosen server that does not answer within 2 s is left out, and another one is asked", async () => {
    const a = await join("a");
    const { log } = await speaking(a);
    await pretend("deaf");
    const b = await join("b");
    const others = await Promise.all([speaking(a), speaking(a)]);
    a.shelf.handOver();
    /** Time passes no faster than answers come. */
    const pass = async (ms: number, count: number) => {
      await until(async () => {
        if (b.taken.length < count) a.clock.advance(ms);
        for (const server of [a, b, a]) await quiet(server);
        return b.taken.length === count;
      }, "they go on");
    };
    await pass(500, 3);
    assert.ok(a.clock.now() >= 2000);
    const before = a.clock.now();
    for (let n = 0; n < 4; n++) await speaking(a);
    await pass(100, 7);
    assert.ok(a.clock.now() - before < 2000, "it is asked for nothing more");
    await until(() => a.shelf.fates().handedOver === 7);
    for (const { log: there } of b.taken) goOn(there);
    await Promise.all([log, ...others.map((other) => other.log)].map(sealed));
  });

  test("R-DRAIN where nobody takes it, it goes on here: all others are full, or about to close themselves", async () => {
    const [a, full, leaving] = [
      await join("a"),
      await join("b", { limits: { ...ROOMY, maxStreams: 0 } }),
      await join("c"),
    ];
    leaving.shelf.handOver();
    await quiet(leaving);
    // Its word has not got around.
    await pretend("c");
    const { log } = await speaking(a);
    const { log: read } = await speaking(a);
    const release = a.shelf.attach(read);
    a.shelf.handOver();
    const again = await given(a, 2);
    assert.deepEqual([full.taken, leaving.taken], [[], []]);
    for (const { log: there } of a.taken) goOn(there);
    await Promise.all([log, read].map(sealed));
    assert.deepEqual(textsOf(log), ["one", "two", "done"]);
    assert.equal(log.away ?? again.away, undefined, "nobody is sent away");
    assert.equal(a.shelf.fates().handedOver, 0);
    release();
  });

  test("R-DRAIN who cannot go on with a stream, or has no room for it, leaves it where it is; it is offered once to each", async () => {
    const [a, unable, full] = [
      await join("a"),
      await join("b", { canGoOn: ({ resume, events }) => resume === undefined || events.length !== 2 }),
      await join("c", { limits: { ...ROOMY, maxLogBytes: 4096 } }),
    ];
    const { log } = await speaking(a);
    log.append(token("x".repeat(4096)));
    await visible(log, 2);
    a.shelf.handOver();
    const again = await given(a);
    for (let looks = 0; looks < 2; looks++) {
      a.clock.advance(500);
      await quiet(a);
    }
    assert.deepEqual([unable.taken.length, full.taken.length, a.taken.length], [0, 0, 1], "it is stopped for nobody");
    a.taken[0]?.setCancel(
      () => again.seal(done),
      () => true,
    );
    const able = await join("d");
    a.clock.advance(500);
    const there = await given(able);
    goOn(there);
    await sealed(log);
    assert.equal(textsOf(log).length, 4);
  });

  test("R-TAKEOVER who cannot go on with a stream leaves it to one that can, and begins it where nobody can", async () => {
    const [a, unable] = [await join("a"), await join("b", { canGoOn: () => false })];
    const { log: lone } = await speaking(a);
    await unable.forgetSign("a");
    await unable.passUntil(() => unable.taken.length === 1, "it was taken over");
    assert.equal(unable.taken[0]?.log.id, lone.id);
    const [able, other] = [await join("c"), await join("d")];
    const { log } = await speaking(other);
    await unable.forgetSign("d");
    await unable.passUntil(() => able.taken.length === 1, "it goes on where it can");
    const there = await given(able);
    assert.deepEqual([there.id, textsOf(there)], [log.id, ["one"]]);
    await until(() => unable.shelf.fates().takenOver === 2);
    assert.equal(unable.taken.length, 1);
    goOn(there);
    await sealed(there);
    assert.deepEqual(textsOf(await unable.found(log.id)), ["one", "two", "done"]);
  });

  test("R-TAKEOVER one that closes in the middle of a takeover begins nothing, and leaves the stream to the others", async () => {
    const [taken, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const a = await join("a");
    const b = await startSharedServer(redis, "b", {
      spoil: (store) => ({
        async resumeOf(id) {
          taken.resolve();
          await closed.promise;
          return store.resumeOf(id);
        },
        async runningOf(id) {
          // The last that it asks.
          if (id === "b") closed.resolve();
          await turn();
          return store.runningOf(id);
        },
      }),
    });
    const { log } = await speaking(a);
    await b.forgetSign("a");
    let isTaken = false;
    void taken.promise.then(() => {
      isTaken = true;
    });
    await b.passUntil(() => isTaken);
    await b.close();
    assert.deepEqual(b.taken, []);
    const c = await join("c");
    await c.forgetSign("b");
    await c.passUntil(() => c.taken.length === 1, "another goes on with it");
    const there = await given(c);
    goOn(there);
    await sealed(there);
    assert.deepEqual([there.id, textsOf(there)], [log.id, ["one", "two", "done"]]);
  });

  /** A stream with `on_disconnect: cancel`, which goes on elsewhere, and with which causes it was asked to end there. */
  async function leftIn(a: SharedServer, b: SharedServer, lose: (id: string) => unknown) {
    const { log } = await openStream(a.shelf, { resume: {}, handOver: () => true, cancelOnLeave: true });
    a.shelf.attach(log)();
    await lose(log.id);
    await b.passUntil(() => b.taken.length === 1, "it goes on elsewhere");
    const [causes, there] = [[] as CancelCause[], await given(b)];
    b.taken[0]?.setCancel((cause) => {
      causes.push(cause);
      there.seal(done);
    });
    return { there, causes };
  }

  for (const way of ["R-TAKEOVER taken over", "R-DRAIN handed over"]) {
    const lose = (a: SharedServer, b: SharedServer) =>
      way.endsWith("taken over") ? b.forgetSign("a") : a.shelf.handOver();

    test(`R-DETACH ${way}: on_disconnect cancel still ends it 10 s after, where nobody came back`, async () => {
      const [a, b] = [await join("a"), await join("b")];
      const { there, causes } = await leftIn(a, b, () => lose(a, b));
      b.clock.advance(9_000);
      assert.deepEqual(causes, []);
      b.clock.advance(1_000);
      assert.deepEqual(causes, ["left"]);
      await sealed(there);
    });

    test(`R-DETACH ${way}: on_disconnect cancel ends nothing that is read on a third server`, async () => {
      const [a, b, c] = [await join("a"), await join("b"), await join("c", { canGoOn: () => false })];
      let leave = () => {};
      // Who has just come looks after nobody yet.
      c.clock.advance(5000);
      await quiet(c);
      const { there, causes } = await leftIn(a, b, async (id) => {
        leave = c.shelf.attach(await c.found(id));
        await until(() => a.shelf.counts().readers === 1, "its writer knows of the reader");
        await lose(a, b);
      });
      const before = c.clock.now();
      await until(async () => {
        c.clock.advance(500);
        await quiet(c);
        return b.shelf.counts().readers === 1;
      }, "its new writer knows of the reader");
      assert.ok(c.clock.now() - before <= 4_000, "sooner than by the way");
      b.clock.advance(60_000);
      assert.deepEqual(causes, []);
      leave();
      await until(() => b.shelf.counts().readers === 0, "it has left");
      b.clock.advance(10_000);
      assert.deepEqual(causes, ["left"]);
      await sealed(there);
    });
  }

  test("R-DRAIN where there is no other server, and where the model cannot be gone on with, nothing is stopped", async () => {
    const a = await join("a");
    const alone = await speaking(a);
    const stubborn = await speaking(a, { canBeGoneOnWith: false });
    await pretend("leaving", "leaving");
    a.shelf.handOver();
    await quiet(a);
    assert.equal(alone.isStopped(), false);
    const b = await join("b");
    a.clock.advance(500);
    const there = await given(b);
    assert.equal(there.id, alone.log.id, "one that comes later is given it");
    await quiet(a);
    stubborn.log.append(token("two"));
    await visible(stubborn.log, 2);
    assert.equal(stubborn.log.away, undefined);
    assert.equal(a.shelf.counts().running, 1);
    stubborn.log.seal(done);
    await a.shelf.idle();
    goOn(there);
    await sealed(there);
  });

  test("R-DRAIN R-STORE the store away meanwhile: it is given away when it is back, with all that was written", async () => {
    const [a, b] = [await join("a"), await join("b")];
    const { log, isStopped } = await speaking(a);
    redis.signal("SIGSTOP");
    log.append(token("unseen"));
    a.shelf.handOver();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(isStopped(), false, "nobody is known to be there");
    redis.signal("SIGCONT");
    await a.passUntil(() => b.taken.length === 1);
    const there = await given(b);
    assert.deepEqual(textsOf(there), ["one", "unseen"]);
    goOn(there);
    await sealed(log);
    assert.deepEqual(textsOf(log), ["one", "unseen", "two", "done"]);
  });

  test("R-DRAIN R-STORE what the store has just lost is given back to it, and then away", async () => {
    const [a, b] = [await join("a"), await join("b")];
    const { log } = await speaking(a);
    await redis.direct.del(redis.keys.log(log.id), redis.keys.meta(log.id));
    a.shelf.handOver();
    const there = await given(b);
    assert.deepEqual(textsOf(there), ["one"]);
    goOn(there);
    await sealed(log);
    assert.deepEqual(textsOf(log), ["one", "two", "done"]);
  });

  test("R-DRAIN R-LEASE one that is ended while it gives away leaves what it stopped to those who live", async () => {
    const a = await join("a");
    await pretend("deaf");
    const { log, isStopped } = await speaking(a);
    a.shelf.handOver();
    await until(isStopped);
    const b = await join("b");
    // A second signal: its lease runs out.
    await b.forgetSign("a");
    await b.passUntil(() => b.taken.length === 1, "it was taken over");
    const there = await given(b);
    goOn(there);
    await sealed(there);
    // Of those who are asked too late, none gets it.
    for (let step = 0; step < 6; step++) {
      a.clock.advance(500);
      await quiet(a);
    }
    await sealed(log);
    assert.deepEqual(textsOf(log), ["one", "two", "done"]);
  });

  test("R-DRAIN R-LEASE one that is given back what it had lost, and has heard of neither, goes on with it once", async () => {
    const [a, b] = [await join("a"), await join("b")];
    const { log, causes } = await speaking(a);
    await b.forgetSign("a");
    await b.passUntil(() => b.taken.length === 1, "it was taken over");
    const between = await given(b);
    b.taken[0]?.setCancel(
      () => between.seal(done),
      () => true,
    );
    between.append(token("and"));
    await visible(between, 2);
    await pretend("a");
    b.shelf.handOver();
    const again = await given(a);
    assert.deepEqual([causes, a.shelf.counts().running], [["moved"], 1]);
    goOn(again);
    for (const one of [again, log, between]) {
      await sealed(one);
      assert.deepEqual(textsOf(one), ["one", "and", "two", "done"]);
    }
    assert.equal(a.shelf.counts().running, 0);
  });

  test("R-DRAIN one that closes takes nothing from the dead, and is given nothing", async () => {
    const a = await join("a");
    const { log } = await speaking(a);
    const b = await join("b");
    b.shelf.handOver();
    await quiet(b);
    assert.equal(await redis.direct.get(redis.keys.server("b")), "leaving");
    await b.forgetSign("a");
    for (let step = 0; step < 20; step++) {
      b.clock.advance(500);
      await b.roundTrip();
    }
    assert.deepEqual(b.taken, []);
    log.seal(done);
    await sealed(log);
  });

  test("R-DRAIN when the time is up while it is given away, it ends as ever", async () => {
    const a = await join("a");
    await pretend("deaf");
    const { log, causes, isStopped } = await speaking(a);
    a.shelf.handOver();
    await until(isStopped);
    await a.shelf.close("shutting_down");
    assert.deepEqual([causes, textsOf(log)], [["shutting_down"], ["one", "done"]]);
    assert.equal(a.clock.pending(), 0);
  });

  test("R-DRAIN a stop that comes in the very moment in which it is taken reaches its new server", async () => {
    const a = await join("a");
    await pretend("deaf");
    const { log, isStopped } = await speaking(a);
    const heard: string[] = [];
    const ear = redis.direct.duplicate();
    await ear.subscribe(redis.keys.commands("deaf"));
    ear.on("message", (_channel, message: string) => heard.push(JSON.parse(message).type));
    a.shelf.handOver();
    await until(isStopped);
    await redis.direct.hset(redis.keys.meta(log.id), "fence", "deaf.1", "owner", "deaf");
    const stopping = a.shelf.cancel(log.id, "stopped");
    await until(() => heard.includes("cancel"), "it is told to stop");
    await until(async () => {
      a.clock.advance(1000);
      await quiet(a);
      return a.clock.now() > 15_000;
    });
    await stopping;
    ear.disconnect();
  });

  test("R-DRAIN a stop that comes when it has been given away reaches its new server", async () => {
    const [a, b] = [await join("a"), await join("b")];
    const { log, causes } = await speaking(a);
    const stops: CancelCause[] = [];
    a.shelf.handOver();
    const stopping = until(() => log.away === "leaving").then(() => a.shelf.cancel(log.id, "stopped"));
    const there = await given(b);
    b.taken[0]?.setCancel((cause) => {
      stops.push(cause);
      there.seal(done);
    });
    await stopping;
    assert.deepEqual([causes, stops], [["moved"], ["stopped"]]);
    assert.deepEqual(textsOf(log), ["one", "done"]);
  });

  test("R-DRAIN it waits for who reads here until there is an end, and for nobody whose stream has ended", async () => {
    const [a, b] = [await join("a"), await join("b")];
    const { log } = await speaking(a);
    const release = a.shelf.attach(log);
    a.shelf.handOver();
    const there = await given(b);
    let isIdle = false;
    void a.shelf.idle().then(() => {
      isIdle = true;
    });
    await until(() => log.away === "leaving");
    for (let step = 0; step < 10; step++) {
      a.clock.advance(100);
      await a.roundTrip();
    }
    assert.equal(isIdle, false);
    goOn(there);
    await sealed(log);
    await passUntil([a], 50, () => isIdle);
    release();
  });

  test("R-DRAIN who reads what another writes is sent away, also whoever comes now, and at the end all are", async () => {
    const [a, b] = [await join("a"), await join("b")];
    const { log } = await speaking(b);
    const { log: later } = await speaking(b);
    const copy = await a.found(log.id);
    assert.equal(copy.away, undefined);
    a.shelf.handOver();
    const copies = [copy, await a.found(later.id)];
    assert.deepEqual(
      copies.map(({ away }) => away),
      ["leaving", "leaving"],
    );
    await a.shelf.close("shutting_down");
    assert.deepEqual(
      copies.map(({ away }) => away),
      ["closing", "closing"],
    );
  });
});
