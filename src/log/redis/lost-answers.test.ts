import assert from "node:assert/strict";
import { test } from "node:test";
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
import { joining } from "../../../testing/shared-server.ts";
import { passUntil, until } from "../../../testing/until.ts";
import type { StreamLog } from "../stream-log.ts";
import type { SharedStore } from "./shared-store.ts";

// A script has run, and its answer is lost with the connection, or late: whoever asked does not know.

redisSuite("answers that are lost or late", (redis) => {
  const join = joining(redis);

  test("R-TAKEOVER who has taken a stream over and was not told goes on with it all the same, once", async () => {
    let lost = 0;
    const deafOnce = ({ takeOver }: SharedStore): Partial<SharedStore> => ({
      async takeOver(...asked) {
        const times = await takeOver(...asked);
        if (lost++ === 0) throw new Error("Connection is closed.");
        return times;
      },
    });
    const a = await join("a");
    const b = await join("b", { spoil: deafOnce });
    const { log } = await openStream(a.shelf);
    log.append(token("one"));
    await visible(log, 1);
    await b.forgetSign("a");
    await b.passUntil(() => b.taken.length > 0, "it is taken over");
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

  /** A writer that is not told that the store has its second event, and another server, on which that is read. */
  async function lateToHear() {
    let isDeaf = false;
    const deaf = ({ append }: SharedStore): Partial<SharedStore> => ({
      async append(...asked) {
        const outcome = await append(...asked);
        if (isDeaf) throw new Error("Command timed out");
        return outcome;
      },
    });
    const a = await join("a", { spoil: deaf });
    const b = await join("b");
    const { log } = await openStream(a.shelf);
    log.append(token("one"));
    await visible(log, 1);
    const copy = await b.found(log.id);
    isDeaf = true;
    log.append(token("late"));
    await until(async () => (await b.found(log.id)).lastSeq === 2, "it is read on another server");
    const hearAgain = () => {
      isDeaf = false;
    };
    return { a, b, log, copy, hearAgain };
  }

  test("R-STORE R-HONEST who has read elsewhere what its writer has not been told is stored is not told that it is ahead", async () => {
    const { a, log, hearAgain } = await lateToHear();
    const untold = [log.lastSeq, log.mayLack?.(2), log.mayLack?.(3)];
    hearAgain();
    await a.passUntil(() => log.lastSeq === 2, "it is told");
    assert.deepEqual([untold, log.mayLack?.(3)], [[1, true, false], false]);
  });

  test("R-STORE what Redis took too late to be heard of is told by all servers, and no id has two events", async () => {
    const { a, b, log, copy, hearAgain } = await lateToHear();
    await a.passUntil(() => log.sealed, "it is given up");
    hearAgain();
    await a.passUntil(async () => (await b.found(log.id)).sealed, "it has an end in the store");
    const idOf = (one: StreamLog) => /^id: \w+\.(\S+)$/m.exec(bytesAfter(one, 1).toString())?.[1];
    assert.deepEqual([textsOf(log), idOf(log)], [["one", "error"], "1.2"]);
    assert.deepEqual([textsOf(copy), idOf(copy)], [["one", "late", "error"], "0.2"]);
    await a.passUntil(async () => (await a.found(log.id)).lastSeq === 3, "it shows what the store has");
    assert.deepEqual(eventsOf(await a.found(log.id)), eventsOf(copy));
    assert.deepEqual([copy.sharedUpTo(1), log.sharedUpTo(0)], [-1, 1]);
  });

  test("R-STORE a refusal that is heard when the stream has been given up already changes nothing of it", async () => {
    let answer: typeof append | undefined;
    let append: SharedStore["append"] = async () => ({ state: "ok" });
    const silent = (store: SharedStore): Partial<SharedStore> => {
      append = store.append;
      return { append: (...asked) => (answer ?? append)(...asked) };
    };
    const a = await join("a", { spoil: silent });
    const { log } = await openStream(a.shelf);
    log.append(token("one"));
    await visible(log, 1);
    const late = Promise.withResolvers<{ state: "fenced" }>();
    let asked = 0;
    answer = () => (asked++ === 0 ? Promise.reject(new Error("Command timed out")) : late.promise);
    log.append(token("unseen"));
    await passUntil([a], 100, () => asked === 2);
    a.clock.advance(30_000);
    await sealed(log);
    answer = append;
    late.resolve({ state: "fenced" });
    await a.passUntil(() => a.clock.now() > 31_000, "it has heard that");
    assert.deepEqual(textsOf(log), ["one", "error"]);
    assert.deepEqual(a.shelf.fates(), { takenOver: 0, fenced: 0, givenUp: 1, handedOver: 0 });
  });
});
