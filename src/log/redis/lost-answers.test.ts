import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { unlessInstalled } from "../../../testing/installed.ts";
import { done, eventsOf, openStream, ROOMY, sealed, token, visible } from "../../../testing/log-environment.ts";
import { type RedisServer, startRedis } from "../../../testing/redis-server.ts";
import { newPrefix, type SharedServer, startSharedServer } from "../../../testing/shared-server.ts";
import { until } from "../../../testing/until.ts";
import type { StreamLog } from "../stream-log.ts";
import type { SharedStore } from "./shared-store.ts";

// A script has run, and its answer is lost with the connection, or late: whoever asked does not know.

const textsOf = (log: StreamLog) => eventsOf(log).map((event) => (event.type === "token" ? event.text : event.type));

describe("answers that are lost or late", { skip: unlessInstalled("redis-server", "--version") }, () => {
  let redis: RedisServer;
  const servers: SharedServer[] = [];
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.close());
  afterEach(async () => {
    for (const { shelf, clock } of servers.splice(0)) {
      await shelf.close("shutting_down");
      assert.equal(clock.pending(), 0, "a timer was left behind");
    }
  });

  /** `spoil` makes of its store one that has the trouble. */
  async function join(prefix: string, serverId: string, spoil?: (store: SharedStore) => Partial<SharedStore>) {
    const server = await startSharedServer(redis.url, prefix, serverId, ROOMY, spoil);
    servers.push(server);
    return server;
  }

  test("R-TAKEOVER who has taken a stream over and was not told goes on with it all the same, once", async () => {
    const prefix = newPrefix();
    let lost = 0;
    const deafOnce = ({ takeOver }: SharedStore): Partial<SharedStore> => ({
      async takeOver(...asked) {
        const times = await takeOver(...asked);
        if (lost++ === 0) throw new Error("Connection is closed.");
        return times;
      },
    });
    const a = await join(prefix, "a");
    const b = await join(prefix, "b", deafOnce);
    const { log } = await openStream(a.shelf);
    log.append(token("one"));
    await visible(log, 1);
    await b.forgetSign("a");
    await passOn(b, () => b.taken.length > 0, "it is taken over");
    const [taken] = b.taken;
    assert.ok(taken);
    taken.log.append(token("two"));
    taken.log.seal(done);
    await sealed(taken.log);
    log.append(token("zombie"));
    await sealed(log);
    assert.deepEqual(textsOf(log), ["one", "two", "done"]);
    assert.deepEqual([b.taken.length, b.shelf.fates().takenOver], [1, 1]);
  });

  test("R-STORE a refusal that is heard when the stream has been given up already changes nothing of it", async () => {
    let answer: typeof append | undefined;
    let append: SharedStore["append"] = async () => ({ state: "ok" });
    const silent = (store: SharedStore): Partial<SharedStore> => {
      append = store.append;
      return { append: (...asked) => (answer ?? append)(...asked) };
    };
    const a = await join(newPrefix(), "a", silent);
    const { log } = await openStream(a.shelf);
    log.append(token("one"));
    await visible(log, 1);
    const late = Promise.withResolvers<{ state: "fenced" }>();
    let asked = 0;
    answer = () => (asked++ === 0 ? Promise.reject(new Error("Command timed out")) : late.promise);
    log.append(token("unseen"));
    await until(() => {
      a.clock.advance(100);
      return asked === 2;
    });
    a.clock.advance(30_000);
    await sealed(log);
    answer = append;
    late.resolve({ state: "fenced" });
    await passOn(a, () => a.clock.now() > 31_000, "it has heard that");
    assert.deepEqual(textsOf(log), ["one", "error"]);
    assert.deepEqual(a.shelf.fates(), { takenOver: 0, fenced: 0, givenUp: 1, handedOver: 0 });
  });

  const passOn = (server: SharedServer, condition: () => boolean, what: string) =>
    until(async () => {
      server.clock.advance(250);
      await server.roundTrip();
      return condition();
    }, what);
});
