import type { Clock } from "../clock.ts";
import { expiringMap } from "../log/expiring-map.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { WorldEvent } from "../protocol/events.ts";
import { createFeed, type RoomFeed } from "./feed.ts";
import { createMemory, type Memory } from "./memory.ts";
import type { SharedFeeds } from "./sharing.ts";
import { createSubscribers, type Subscriber, type Subscribers } from "./subscription.ts";
import type { Turn } from "./turn.ts";

/** What a world is while something goes on in it; nothing of it is ever written to disk. */
export type Room = {
  /** The world's name in small letters. */
  readonly key: string;
  readonly memory: Memory;
  readonly feed: RoomFeed;
  readonly subscribers: Subscribers;
  /** Turns that run, by their public name. */
  readonly turns: Map<string, Turn>;
  /** Logs of turns, running or not, that have not been told to their end. */
  readonly telling: Set<StreamLog>;
  /** To the feed and to all subscribers but `publisher`, whose own event it is. `place`: as in {@link RoomFeed}. */
  deliver(event: WorldEvent, publisher?: Subscriber, place?: number): void;
  /** In place of `deliver` where nobody hears the event, so that it need not be made. False: somebody does. */
  skip(): boolean;
};

export type Rooms = {
  /** The room of a world, opened if it is not. */
  enter(name: string): Room;
  find(name: string): Room | undefined;
  /** The room of a world in which somebody may hear what is told, on this server or on another. */
  heardIn(name: string): Room | undefined;
  /** Something has ended in a room: it is given up where nothing is left in it. */
  tidy(room: Room): void;
  /** Ends a room whose world is deleted. */
  delete(name: string): void;
  all(): Iterable<Room>;
  readonly size: number;
  /** Whether a feed was this server's, and is given up. */
  hasForgotten(feedId: string): boolean;
  close(): void;
};

/** How often rooms are looked at whose memory or feed has run out by itself. */
const TIDY_MS = 300_000;

/** As long as ids of streams are remembered, and as many. */
const FORGOTTEN_MS = 3_600_000;
const MOST_FORGOTTEN = 100_000;

/** No world is open yet. `sharedFeeds`: where their feeds are those of other servers, too. */
export function createRooms(clock: Clock, newId: () => string, sharedFeeds?: SharedFeeds): Rooms {
  const rooms = new Map<string, Room>();
  /** Rooms of worlds that were deleted, with turns that have not been told to their end. */
  const ending = new Set<Room>();
  const forgotten = expiringMap<true>(clock, FORGOTTEN_MS, () => {}, MOST_FORGOTTEN);
  let stopTidying: (() => void) | undefined;
  const forget = (feedId: string) => forgotten.set(feedId, true);
  sharedFeeds?.onWanted((world) => {
    const asked = world === undefined ? rooms.values() : [rooms.get(world.toLowerCase())];
    for (const room of asked) room?.feed.look();
  });

  function tidyAll() {
    stopTidying = undefined;
    for (const room of rooms.values()) tidy(room);
    if (rooms.size > 0) stopTidying = clock.after(TIDY_MS, tidyAll);
  }

  function tidy(room: Room) {
    if (ending.has(room)) endTold(room);
    const { key, memory, feed, subscribers, turns, telling } = room;
    const idle = turns.size + telling.size === 0 && subscribers.count === 0 && memory.isEmpty && feed.idle;
    if (idle && rooms.get(key) === room) giveUp(room);
  }

  /** What its turns said last comes before its own end. */
  function endTold(room: Room) {
    if (room.telling.size > 0) return;
    ending.delete(room);
    room.feed.close();
    room.subscribers.endAll();
  }

  function giveUp(room: Room) {
    rooms.delete(room.key);
    if (room.feed.ownId !== undefined) forget(room.feed.ownId);
    if (rooms.size > 0) return;
    stopTidying?.();
    stopTidying = undefined;
  }

  function open(name: string): Room {
    const key = name.toLowerCase();
    const feed = sharedFeeds?.create(name, forget) ?? createFeed({ id: newId(), clock, world: name });
    const subscribers = createSubscribers();
    const room: Room = {
      ...{ key, feed, subscribers, memory: createMemory(clock), turns: new Map(), telling: new Set() },
      deliver(event, publisher, place) {
        feed.publish(event, place);
        subscribers.deliver(event, publisher);
      },
      skip: () => !subscribers.anyTold && feed.skip(),
    };
    rooms.set(key, room);
    stopTidying ??= clock.after(TIDY_MS, tidyAll);
    return room;
  }

  return {
    enter: (name) => rooms.get(name.toLowerCase()) ?? open(name),
    find: (name) => rooms.get(name.toLowerCase()),
    heardIn(name) {
      const room = rooms.get(name.toLowerCase()) ?? (sharedFeeds && open(name));
      room?.feed.look();
      return room;
    },
    tidy,
    delete(name) {
      const room = rooms.get(name.toLowerCase());
      if (!room) return;
      for (const turn of [...room.turns.values()]) turn.cancel("stopped");
      ending.add(room);
      endTold(room);
      room.memory.clear();
      giveUp(room);
    },
    all: () => rooms.values(),
    get size() {
      return rooms.size;
    },
    hasForgotten: (feedId) => forgotten.get(feedId) === true,
    close() {
      for (const { feed, subscribers, memory } of [...rooms.values(), ...ending]) {
        feed.drop();
        subscribers.endAll();
        memory.clear();
      }
      rooms.clear();
      ending.clear();
      stopTidying?.();
      forgotten.clear();
    },
  };
}
