import assert from "node:assert/strict";
import { manualClock } from "../../testing/manual-clock.ts";
import { memoriesContract } from "../../testing/memories-contract.ts";
import { localMemories } from "./local-memories.ts";
import { createRooms } from "./room.ts";

memoriesContract("on one server", async () => {
  const clock = manualClock();
  const rooms = createRooms(clock, () => "feed");
  // As turns do that are under way in them.
  for (const name of ["kitchen", "attic"])
    rooms.enter(name).subscribers.add({ onWorldEvent() {}, onError() {} } as never);
  return {
    memories: localMemories(rooms),
    passTime: clock.advance,
    close() {
      rooms.close();
      assert.equal(clock.pending(), 0, "a timer was left behind");
    },
  };
});
