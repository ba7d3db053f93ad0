import type { Memories } from "./memory.ts";
import type { Rooms } from "./room.ts";

/** The memories of one server's worlds: each goes with its room. */
export function localMemories(rooms: Rooms): Memories {
  return {
    recall: async (world) => rooms.find(world)?.memory.lines() ?? [],
    add: (world, _turnId, lines) => rooms.find(world)?.memory.add(lines),
    forget: (world) => rooms.find(world)?.memory.clear(),
  };
}
