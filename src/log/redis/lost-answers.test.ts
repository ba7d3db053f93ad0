import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { unlessInstalled } from "../../../testing/installed.ts";
import { done, eventsOf, openStream, ROOMY, sealed, token, visible } from "../../../testing/log-environment.ts";
import { type RedisServer, startRedis } from "../../../testing/redis-server.ts";
import { newPrefix, type SharedServer, startSharedServer } from "../../../testing/shared-server.ts";
import { until } from "../../../testing/until.ts";
import type { StreamLog } from "../stream-log.ts";
import type { SharedStore } from "./shared-store.ts";

// A script has run, and its answer is lost with the connection: whoever asked does not know.

const textsOf = (log: StreamLog) => eventsOf(log).map((event) => (event.type === "token" ? event.text : event.type));

describe("answers that are lost", { skip: unlessInstalled("redis-server", "--version") }, () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.close());

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
    const a = await startSharedServer(redis.url, prefix, "a");
    const b = await startSharedServer(redis.url, prefix, "b", ROOMY, deafOnce);
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
    await closeAll(a, b);
  });

  const passOn = (server: SharedServer, condition: () => boolean, what: string) =>
    until(async () => {
      server.clock.advance(250);
      await server.roundTrip();
      return condition();
    }, what);

  async function closeAll(...servers: SharedServer[]) {
    for (const { shelf, clock } of servers) {
      await shelf.close("shutting_down");
      assert.equal(clock.pending(), 0, "a timer was left behind");
    }
  }
});
