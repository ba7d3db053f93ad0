import type { RoomFeed } from "./feed.ts";
import type { Memories } from "./memory.ts";

/** What servers have in common of their worlds. Without it, a world is one server's alone. */
export type SharedWorlds = {
  memories: Memories;
  feeds: SharedFeeds;
};

export type SharedFeeds = {
  /** The feed of a world, as this server has it. `onGone` is told the ids that it had before. */
  create(world: string, onGone: (feedId: string) => void): RoomFeed;
  /** Calls `wanted` whenever somebody begins to read the feed of a world; without its name: maybe that of any. */
  onWanted(wanted: (world?: string) => void): void;
};
