import type { RoomFeed } from "./feed.ts";
import type { Memories } from "./memory.ts";
import type { Published } from "./turn.ts";

/** What servers have in common of their worlds. Without it, a world is one server's alone. */
export type SharedWorlds = {
  changes: Changes;
  memories: Memories;
  feeds: SharedFeeds;
  turns: SharedTurns;
};

export type SharedFeeds = {
  /** The feed of a world, as this server has it. `onGone` is told the ids that it had before. */
  create(world: string, onGone: (feedId: string) => void): RoomFeed;
  /** Calls `wanted` whenever somebody begins to read the feed of a world; without its name: maybe that of any. */
  onWanted(wanted: (world?: string) => void): void;
};

/** How the definitions of worlds are changed on all servers. Each reads its own copy of them. */
export type Changes = {
  /**
   * Makes a change of one world, here and then everywhere. `make` changes this server's store, and may be called more than once.
   * @throws what `make` throws, and Failure `store_unavailable`, with which nothing is changed, or whether is not known
   */
  change<Result>(world: string, make: () => Result): Promise<Result>;
  /** Calls `take` with what has been changed by any server. */
  onChanged(take: (change: WorldChange) => void): void;
};

/** `world`: in small letters. `isOver`: it was deleted, or made anew. */
export type WorldChange = { world: string; isOver: boolean; remembers: boolean };
export type SharedTurns = {
  /** A turn runs on this server. To be told before its first event can be read. */
  began(turnId: string, world: string, streamId: string): void;
  /** It does not any more. */
  left(turnId: string): void;
  /**
   * Adds a message to a turn that runs on another server, once; `again`: it may be in it already. Resolves to the turn's stream; not
   * `isSure`: it ended meanwhile, and the message may have come too late.
   * @throws Failure `turn_not_found`, `turn_ended`, `store_unavailable`
   */
  add(
    world: string,
    turnId: string,
    message: Published,
    again?: boolean,
  ): Promise<{ streamId: string; isSure: boolean }>;
  /** Has `add` called with each message of another server. It resolves when the message cannot be lost any more, to false where the turn does not run here. */
  onAdded(add: (world: string, turnId: string, message: Published, again: boolean) => Promise<boolean>): void;
};
