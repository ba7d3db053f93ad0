import assert from "node:assert/strict";
import { describe, test } from "node:test";
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

/** A server on which the turn `t1` runs, with that log; `said`: what was added to it, `isSure`: as others answer. */
function rig(log: StreamLog, isSure = true) {
  const said: string[] = [];
  let hear: Parameters<SharedTurns["onAdded"]>[0] = async () => false;
  const shared: SharedTurns = {
    began() {},
    left() {},
    add: async () => ({ streamId: "abc", isSure }),
    onAdded(add) {
      hear = add;
    },
  };
  const turn = { id: "t1", log, published: Promise.resolve() } as Turn;
  const room = { turns: new Map([["t1", turn]]) } as unknown as Room;
  const rooms = { find: (name: string) => (name === "Kitchen" ? room : undefined) } as Rooms;
  const shelf = { find: async (): Promise<Found> => ({ state: "kept", log }) } as unknown as Shelf;
  const { publish } = turnsElsewhere({ shared, shelf, rooms, add: (_turn, { id }) => void said.push(id) });
  return { said, publish, hear: (...args: Parameters<typeof hear>) => hear(...args) };
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

describe("a message for another server", () => {
  test("R-TAKEOVER of a turn that ended meanwhile is in it, or is told to have come too late", async () => {
    const log = logWith("m1");
    assert.equal(await rig(log).publish("Kitchen", "t1", MESSAGE), log);
    assert.equal(await rig(log, false).publish("Kitchen", "t1", MESSAGE), log);
    await assert.rejects(rig(logWith("m2"), false).publish("Kitchen", "t1", MESSAGE), { code: "turn_ended" });
  });
});
