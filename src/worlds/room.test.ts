import assert from "node:assert/strict";
import { test } from "node:test";
import { looseLog } from "../../testing/log-environment.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { createFeed, type RoomFeed } from "./feed.ts";
import { createRooms } from "./room.ts";

test("rooms that close let go of all feeds, that of a deleted world among them whose turn is still to be told to its end", () => {
  const clock = manualClock();
  const dropped: string[] = [];
  const create = (world: string): RoomFeed => ({
    ...createFeed({ id: world, clock }),
    drop: () => void dropped.push(world),
  });
  const rooms = createRooms(clock, () => "f1", { create, onWanted() {} });
  rooms.enter("lobby");
  rooms.enter("attic").telling.add(looseLog("world"));
  rooms.delete("attic");
  rooms.close();
  assert.deepEqual([dropped, clock.pending()], [["lobby", "attic"], 0]);
});
