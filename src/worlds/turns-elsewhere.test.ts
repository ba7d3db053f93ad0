import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { looseLog } from "../../testing/log-environment.ts";
import type { Found, Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { Room, Rooms } from "./room.ts";
import type { SharedTurns } from "./sharing.ts";
import type { Published, Turn } from "./turn.ts";
import { turnsElsewhere } from "./turns-elsewhere.ts";

const MESSAGE: Published = { id: "m1", sender: "Ada", content: "Hello!" };

/** A log in which a person has said that. */
function logWith(...ids: string[]): StreamLog {
  const log = looseLog("world");
  const timestamp = "2026-01-02T03:04:05.000Z";
  for (const message_id of ids) {
    log.append({ type: "message", message_id, sender: "Ada", role: "user", content: "Hello!", timestamp });
    log.append({ type: "token", message_id: "m9", text: "Hi" });
  }
  return log;
}

/** A log that readers see as far as a store has it: all of it once `arrive` was called. */
function storedLog() {
  const inner = logWith("m0");
  let stored = inner.lastSeq;
  const bells = new Set<() => void>();
  const ring = () => {
    for (const bell of bells) bell();
  };
  const log = Object.create(inner, { lastSeq: { get: () => stored }, sealed: { value: false } }) as StreamLog;
  log.listen = (bell) => {
    bells.add(bell);
    return () => bells.delete(bell);
  };
  function arrive() {
    stored = inner.lastSeq;
    ring();
  }
  return { log, ring, arrive, listeners: () => bells.size };
}

/** Whether something has come out by the time at which all that can go on has gone on. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const nothing = Symbol();
  return (await Promise.race([promise, setImmediate(nothing)])) === nothing;
}

/** A server on which the turn `t1` runs, with that log; `said`: what was added to it, `isSure`: as others answer. */
function rig(log: StreamLog, isSure = true) {
  const said: string[] = [];
  const sent: [id: string, again: boolean][] = [];
  let hear: Parameters<SharedTurns["onAdded"]>[0] = async () => false;
  const shared: SharedTurns = {
    began() {},
    left() {},
    async add(_world, _turnId, { id }, again = false) {
      sent.push([id, again]);
      return { streamId: "abc", isSure };
    },
    onAdded(add) {
      hear = add;
    },
  };
  const turn = { id: "t1", log, published: Promise.resolve(), hasMoved: false };
  const room = { turns: new Map([["t1", turn as Turn]]) } as unknown as Room;
  const rooms = { find: (name: string) => (name === "Kitchen" ? room : undefined) } as Rooms;
  const shelf = { find: async (): Promise<Found> => ({ state: "kept", log }) } as unknown as Shelf;
  function add({ log }: Turn, { id: message_id, sender, content }: Published) {
    said.push(message_id);
    log.append({ type: "message", message_id, sender, role: "user", content, timestamp: log.createdAt });
  }
  const { publish } = turnsElsewhere({ shared, shelf, rooms, add });
  return { said, sent, turn, publish, hear: (...args: Parameters<typeof hear>) => hear(...args) };
}

describe("a message of another server", () => {
  test("R-ANY is added to the turn that runs here; what does not run here is left to others", async () => {
    const { hear, said } = rig(logWith());
    assert.equal(await hear("Kitchen", "t1", MESSAGE, false), true);
    assert.equal(await hear("Kitchen", "t2", MESSAGE, false), false);
    assert.equal(await hear("Hall", "t1", MESSAGE, false), false);
    assert.deepEqual(said, ["m1"]);
  });

  test("R-TAKEOVER asked again, one that the server which died has added is not added a second time", async () => {
    const { hear, said } = rig(logWith("m0", "m1", "m2"));
    assert.equal(await hear("Kitchen", "t1", MESSAGE, true), true);
    assert.deepEqual(said, []);
    assert.equal(await hear("Kitchen", "t1", { ...MESSAGE, id: "m3" }, true), true);
    assert.deepEqual(said, ["m3"]);
  });
});

describe("a message into a turn that runs here", () => {
  test("R-ANY is answered when the store has it, also to another server", async () => {
    const { log, ring, arrive, listeners } = storedLog();
    const { publish, hear, said, sent } = rig(log);
    const here = publish("Kitchen", "t1", MESSAGE);
    const forwarded = hear("Kitchen", "t1", { ...MESSAGE, id: "m2" }, false);
    assert.ok((await isPending(here)) && (await isPending(forwarded)));
    ring();
    assert.ok((await isPending(here)) && (await isPending(forwarded)), "other events have arrived");
    arrive();
    assert.deepEqual([await here, await forwarded, listeners()], [log, true, 0]);
    assert.deepEqual([said, sent], [["m1", "m2"], []]);
  });

  test("R-IDEMPOTENT sent again while the store does not have it, here and elsewhere, is waited for and added once", async () => {
    const { log, arrive } = storedLog();
    const { publish, hear, said } = rig(log);
    const first = publish("Kitchen", "t1", MESSAGE, { again: true });
    assert.ok(await isPending(first));
    const again = [publish("Kitchen", "t1", MESSAGE, { again: true }), hear("Kitchen", "t1", MESSAGE, false)];
    assert.ok(await isPending(Promise.race(again)));
    arrive();
    assert.deepEqual([await first, ...(await Promise.all(again)), said], [log, log, true, ["m1"]]);
  });

  test("R-IDEMPOTENT sent again when the turn has it is not added a second time, and another one is added", async () => {
    const { publish, said } = rig(logWith("m0", "m1", "m2"));
    await publish("Kitchen", "t1", MESSAGE, { again: true });
    await publish("Kitchen", "t1", { ...MESSAGE, id: "m3" }, { again: true });
    assert.deepEqual(said, ["m3"]);
  });

  test("R-TAKEOVER goes to the server that has taken the turn, which looks whether it has it already", async () => {
    const { log, ring, listeners } = storedLog();
    const { turn, publish, hear, sent } = rig(log);
    const here = publish("Kitchen", "t1", MESSAGE);
    const forwarded = hear("Kitchen", "t1", { ...MESSAGE, id: "m2" }, false);
    assert.ok(await isPending(forwarded));
    turn.hasMoved = true;
    ring();
    assert.deepEqual([await here, await forwarded, sent, listeners()], [log, false, [["m1", true]], 0]);
  });

  test("R-TAKEOVER is not added to a turn that was taken before the message which begins it was out", async () => {
    const { turn, publish, said, sent } = rig(logWith());
    const { promise, resolve } = Promise.withResolvers<void>();
    turn.published = promise;
    const here = publish("Kitchen", "t1", MESSAGE);
    turn.hasMoved = true;
    resolve();
    await here;
    assert.deepEqual([said, sent], [[], [["m1", true]]]);
  });

  test("R-TAKEOVER is not sent on where the store has had it before the turn was taken", async () => {
    const { log, arrive } = storedLog();
    const { turn, publish, sent } = rig(log);
    const here = publish("Kitchen", "t1", MESSAGE);
    assert.ok(await isPending(here));
    turn.hasMoved = true;
    arrive();
    assert.deepEqual([await here, sent], [log, []]);
  });
});

describe("a message for another server", () => {
  test("R-IDEMPOTENT sent again may be in the turn already, which its server is told", async () => {
    const { publish, sent } = rig(logWith("m1"));
    await publish("Hall", "t1", MESSAGE, { again: true });
    await publish("Hall", "t1", { ...MESSAGE, id: "m2" });
    assert.deepEqual(sent, [
      ["m1", true],
      ["m2", false],
    ]);
  });

  test("R-TAKEOVER of a turn that ended meanwhile is in it, or is told to have come too late", async () => {
    const log = logWith("m1");
    assert.equal(await rig(log).publish("Hall", "t1", MESSAGE), log);
    assert.equal(await rig(log, false).publish("Hall", "t1", MESSAGE), log);
    const late = logWith("m2");
    const { publish } = rig(late, false);
    await assert.rejects(publish("Hall", "t1", MESSAGE), { code: "store_unavailable" }, "its end is not here yet");
    late.seal({ type: "done", reason: "completed" });
    await assert.rejects(publish("Hall", "t1", MESSAGE), { code: "turn_ended" });
  });
});
