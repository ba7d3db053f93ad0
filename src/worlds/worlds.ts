import type { Takeable, TakenOver } from "../log/shelf.ts";
import { parseWorldMessage } from "../protocol/world-requests.ts";
import { createDefinitions, type Definitions, knownWorld } from "./definitions.ts";
import type { ReadableFeed } from "./feed.ts";
import { createFollowers } from "./followers.ts";
import { localMemories } from "./local-memories.ts";
import { type Route, route, unknownAmong } from "./mentions.ts";
import { createOutsidePrograms, type OutsideEvent } from "./outside-programs.ts";
import { createRooms } from "./room.ts";
import type { Changes, SharedWorlds } from "./sharing.ts";
import { type ClientConnection, complain, type Subscriber } from "./subscription.ts";
import { createTurns, type StartedTurn, type TurnMessage, type TurnStart, type TurnsDeps } from "./turns.ts";

export type { StartedTurn, TurnStart } from "./turns.ts";
export type WorldsDeps = TurnsDeps & {
  /** What these worlds have in common with those of other servers. */
  shared?: SharedWorlds;
};

/** A world that a client has subscribed to: what it publishes under this name does not come back to it. */
export type SubscribedWorld = { readonly name: string; readonly subscriber: Subscriber };

export type Subscription = {
  readonly world: SubscribedWorld;
  /** Ends it. May be called at any time, and more than once. */
  release(): void;
};

/** The worlds of one server, free of any transport. Whatever is wrong with a call is a rejection with a `Failure`. */
export type Worlds = Definitions & {
  /**
   * Whether somebody may speak in a world. Resolves to its name as it was first written.
   * @throws Failure `invalid_world_name`, `world_not_found`, `invalid_sender`
   */
  checkSender(world: string, sender?: string | null): Promise<string>;
  /**
   * Lets a client follow all that happens in a world.
   * @throws Failure `invalid_world_name`, `world_not_found`; the client's `onError` hears of it first
   */
  subscribeWorld(name: string, client: ClientConnection): Promise<Subscription>;
  /**
   * Publishes a message and lets the world take a turn over it. Resolves when the turn's log has its `start`.
   * @throws Failure `invalid_world_name`, `world_not_found`, `invalid_sender`, `overloaded`
   */
  startTurn(world: SubscribedWorld | string, start: TurnStart): Promise<StartedTurn>;
  /**
   * Publishes a message without waiting, into a turn that runs or else a new one.
   * @throws Failure as `startTurn`, and `turn_not_found`, `turn_ended`
   */
  publish(world: SubscribedWorld | string, message: TurnMessage): Promise<StartedTurn>;
  /**
   * The same for a program, whose arguments are checked first: resolves to the message's id.
   * @throws Failure as `publish`, and `message_required`, `message_too_long`, `invalid_request`
   */
  publishMessage(
    world: SubscribedWorld | string,
    content: string,
    sender?: string,
    how?: { mentions?: readonly string[]; turnId?: string },
  ): Promise<string>;
  /**
   * What a program outside streams into a turn.
   * @throws Failure `world_not_found`, `invalid_sender`, `invalid_request`, `turn_not_found`, `turn_ended`
   */
  publishSSE(world: SubscribedWorld | string, event: OutsideEvent): Promise<void>;
  /** Whom a message would wake. @throws Failure `invalid_world_name`, `world_not_found`, `invalid_sender` */
  route(world: string, question: Pick<TurnStart, "message" | "sender" | "mentions">): Promise<Route>;
  /** The feed of a world. @throws Failure `invalid_world_name`, `world_not_found`, `store_unavailable` */
  feed(world: string): Promise<ReadableFeed>;
  /** Whether a feed was one of these, and is not kept any more. */
  hasForgottenFeed(id: string): boolean;
  /** A reader of a feed has left. */
  leaveFeed(world: string): void;
  /** Whether this server could go on with a turn of another one: it offers the models of its agents, and each can. */
  canGoOn(turn: Takeable): boolean;
  /** Goes on with a turn whose server has died (R-TAKEOVER). False: that is not possible. */
  goOn(taken: TakenOver): boolean;
  counts(): WorldCounts;
  /** Forgets everything that is not on disk. Turns are the shelf's to end, before this, and the store is its opener's. */
  close(): void;
};

export type WorldCounts = {
  rooms: number;
  turns: number;
  subscriptions: number;
  feedReaders: number;
  timers: number;
  lateEvents: number;
};

/** As over HTTP, where it is a setting. */
const LONGEST_MESSAGE = 32_000;

const changeHere: Changes["change"] = async (_world, make) => make();

/** Puts the worlds together. */
export function createWorlds(deps: WorldsDeps): Worlds {
  const { store, registry } = deps;
  const rooms = createRooms(deps.clock, deps.ids.stream, deps.shared?.feeds);
  const memories = deps.shared?.memories ?? localMemories(rooms);
  const offersModel = (id: string) => registry.get(id) !== undefined;
  const change = deps.shared?.changes.change ?? changeHere;
  const definitions = createDefinitions({ store, rooms, memories, offersModel, change });
  const turns = createTurns(deps, rooms, memories, (turnId) => outside.forget(turnId));
  const outside = createOutsidePrograms({ turnIn: turns.running, checkSender: turns.checkSender });
  const followers = createFollowers(deps.shelf);

  deps.shared?.changes.onChanged(({ world, isOver }) => {
    if (isOver) rooms.delete(world);
  });

  const targetOf = (world: SubscribedWorld | string) => (typeof world === "string" ? { name: world } : world);

  /** Who has spoken in a world lately, in small letters. */
  async function peopleOf(name: string): Promise<Set<string>> {
    const lines = await memories.recall(name);
    return new Set(lines.filter(({ agent }) => !agent).map(({ sender }) => sender.toLowerCase()));
  }

  return {
    ...definitions,
    startTurn: (world, start) => turns.start(targetOf(world), start),
    publish: (world, message) => turns.publish(targetOf(world), message),
    ...{ canGoOn: turns.canGoOn, goOn: turns.goOn },
    async checkSender(name, sender) {
      const world = knownWorld(store, name);
      turns.checkSender(world, sender);
      return world.name;
    },
    async subscribeWorld(name, client) {
      try {
        const world = knownWorld(store, name);
        const room = rooms.enter(world.name);
        const { id: subscriber, release } = room.subscribers.add(client);
        room.deliver({ type: "system", code: "subscribed", message: "Somebody follows this world." }, subscriber);
        return {
          world: { name: world.name, subscriber },
          release() {
            release();
            followers.leave(subscriber);
            rooms.tidy(room);
          },
        };
      } catch (error) {
        complain(client, error);
        throw error;
      }
    },
    async publishMessage(world, content, sender, { mentions, turnId } = {}) {
      const body = { message: content, sender, mentions, turn_id: turnId };
      const { turn_id, ...parsed } = parseWorldMessage(body, LONGEST_MESSAGE);
      const { log, messageId } = await turns.publish(targetOf(world), { ...parsed, turnId: turn_id ?? null });
      if (typeof world !== "string") followers.follow(world.subscriber, log);
      return messageId;
    },
    async publishSSE(target, event) {
      const world = knownWorld(store, targetOf(target).name);
      await outside.hear(world, event, [...(rooms.find(world.name)?.turns.keys() ?? [])]);
    },
    async route(name, { message, sender, mentions }) {
      const world = knownWorld(store, name);
      const speaker = turns.checkSender(world, sender).toLowerCase();
      const people = (await peopleOf(world.name)).add(speaker);
      const { respond } = world;
      const found = route({ text: message, mentions, sender: "person", agents: store.agents(world.name), respond });
      return { ...found, unknown: unknownAmong(found.unknown, people) };
    },
    feed: async (name) => rooms.enter(knownWorld(store, name).name).feed.open(),
    hasForgottenFeed: rooms.hasForgotten,
    leaveFeed(name) {
      const room = rooms.find(name);
      if (room) rooms.tidy(room);
    },
    counts() {
      const open = { turns: 0, subscriptions: 0, feedReaders: 0 };
      for (const { turns, subscribers, feed } of rooms.all()) {
        open.turns += turns.size;
        open.subscriptions += subscribers.count;
        open.feedReaders += feed.readers;
      }
      return { rooms: rooms.size, timers: turns.timers(), lateEvents: turns.lateEvents(), ...open };
    },
    close() {
      rooms.close();
      turns.close();
    },
  };
}
