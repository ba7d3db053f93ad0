import type { Clock } from "../clock.ts";
import type { GenerationObserver } from "../generation/generate.ts";
import { expiringMap } from "../log/expiring-map.ts";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { CallDeps } from "../models/call.ts";
import type { Registry } from "../models/registry.ts";
import { failure } from "../protocol/errors.ts";
import type { OpenDraft, TerminalDraft } from "../protocol/events.ts";
import { type Agent, parseSender, type World, type WorldContextMessage } from "../protocol/world-requests.ts";
import { createDefinitions, type Definitions, knownWorld } from "./definitions.ts";
import type { Feed } from "./feed.ts";
import type { Line } from "./memory.ts";
import { type Route, route } from "./mentions.ts";
import { createOutsidePrograms, type OutsideEvent } from "./outside-programs.ts";
import { contextLines, promptFor } from "./perspective.ts";
import { createRooms, type Room } from "./room.ts";
import type { ClientConnection, Subscriber } from "./subscription.ts";
import type { Timing } from "./timing.ts";
import { beginTurn, type Mind, type Published, type Turn } from "./turn.ts";
import type { WorldStore } from "./world-store.ts";

export type WorldsDeps = {
  store: WorldStore;
  shelf: Shelf;
  registry: Pick<Registry, "get" | "defaultId">;
  clock: Clock;
  call: CallDeps;
  observe: GenerationObserver;
  /** Where a world does not say otherwise. */
  timing: Timing;
  /** System text of agents that have none of their own. */
  instructions: string | undefined;
  ids: { stream(): string; message(): string };
  /** Brings a person's message to a world before anybody is woken; a rejection is `publish_failed`. */
  publish?: (world: string, message: Published) => Promise<void>;
};

/** A world that a client has subscribed to: what it publishes under this name does not come back to it. */
export type SubscribedWorld = { readonly name: string; readonly subscriber: Subscriber };

export type Subscription = {
  readonly world: SubscribedWorld;
  /** Ends it. May be called at any time, and more than once. */
  release(): void;
};

export type TurnStart = {
  message: string;
  sender?: string | null | undefined;
  /** Who is to answer; absent: as the text and the world say, empty: nobody. */
  mentions?: readonly string[] | null | undefined;
  /** Takes the place of the world's memory. */
  context?: readonly WorldContextMessage[] | null | undefined;
  /** Ends the turn 10 s after its last reader left. */
  cancelOnLeave?: boolean;
  /** Called with the turn's log and the message's id before anything can happen to them. */
  onLog?(log: StreamLog, messageId: string): void;
};

export type StartedTurn = { log: StreamLog; turnId: string; messageId: string };

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
  publish(world: SubscribedWorld | string, message: TurnStart & { turnId?: string | null }): Promise<StartedTurn>;
  /** The same, in short: resolves to the message's id. */
  publishMessage(world: SubscribedWorld | string, content: string, sender?: string): Promise<string>;
  /**
   * What a program outside streams into a turn.
   * @throws Failure `world_not_found`, `invalid_sender`, `invalid_request`, `turn_not_found`, `turn_ended`
   */
  publishSSE(world: SubscribedWorld | string, event: OutsideEvent): Promise<void>;
  /** Whom a message would wake. @throws Failure `invalid_world_name`, `world_not_found`, `invalid_sender` */
  route(world: string, question: Pick<TurnStart, "message" | "sender" | "mentions">): Promise<Route>;
  /** The feed of a world. @throws Failure `invalid_world_name`, `world_not_found` */
  feed(world: string): Promise<Feed>;
  /** Whether a feed was one of these, and is not kept any more. */
  hasForgottenFeed(id: string): boolean;
  /** A reader of a feed has left. */
  leaveFeed(world: string): void;
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

/** How long a turn that has ended is told from one that never was, and how many are. */
const ENDED_MS = 3_600_000;
const MOST_ENDED = 100_000;

/** Puts the worlds together. */
export function createWorlds(deps: WorldsDeps): Worlds {
  const { store, shelf, registry, ids } = deps;
  const { clock, pending } = countingClock(deps.clock);
  const rooms = createRooms(deps.clock, ids.stream);
  const endedTurns = expiringMap<string>(deps.clock, ENDED_MS, () => {}, MOST_ENDED);
  const definitions = createDefinitions({ store, rooms, offersModel: (id) => registry.get(id) !== undefined });
  const outside = createOutsidePrograms({ turnIn: runningTurn, checkSender });
  let lateEvents = 0;

  const nameOf = (world: SubscribedWorld | string) => (typeof world === "string" ? world : world.name);
  const subscriberOf = (world: SubscribedWorld | string) => (typeof world === "string" ? undefined : world.subscriber);

  /** R-SENDER: nobody speaks under the name of an agent. */
  function checkSender(world: World, sender: string | null | undefined): string {
    const name = parseSender(sender);
    const folded = name.normalize("NFKC").toLowerCase();
    const agent = store.agents(world.name).find((agent) => agent.name.toLowerCase() === folded);
    if (!agent) return name;
    throw failure("invalid_sender", `"${agent.name}" is an agent of this world. Send another name as "sender".`);
  }

  function mindOf(world: World, lines: readonly Line[], name: string, createdAt: string): Mind {
    const agent = store.agent(world.name, name);
    if (!agent) throw failure("agent_not_found");
    const model = registry.get(agent.model ?? registry.defaultId);
    if (!model) throw failure("unknown_model");
    const agents: Agent[] = store.agents(world.name);
    const fallbackInstructions = deps.instructions;
    const options = promptFor({
      ...{ agent, world, agents, lines, window: model.contextWindow, createdAt },
      ...(fallbackInstructions === undefined ? {} : { fallbackInstructions }),
    });
    return { streaming: agent.streaming, model, options };
  }

  async function startTurn(target: SubscribedWorld | string, start: TurnStart): Promise<StartedTurn> {
    const world = knownWorld(store, nameOf(target));
    const message: Published = {
      id: ids.message(),
      sender: checkSender(world, start.sender),
      content: start.message,
      mentions: start.mentions,
    };
    const context = start.context ? contextLines(start.context, store.agents(world.name)) : undefined;
    let turn: Turn | undefined;
    const { cancelOnLeave = false } = start;
    const id = ids.stream();
    const log = await shelf.create({
      ...{ id, kind: "world", world: world.name, cancelOnLeave },
      cancel: (cause) => turn?.cancel(cause),
    });
    start.onLog?.(log, message.id);
    const room = rooms.enter(world.name);
    turn = letTakeTurn(world, room, log, message, { context, publisher: subscriberOf(target) });
    // It may have been deleted while the shelf was asked.
    if (!store.world(world.name)) turn.cancel("stopped");
    return { log, turnId: turn.id, messageId: message.id };
  }

  type TurnSetting = { context: readonly Line[] | undefined; publisher: Subscriber | undefined };

  function letTakeTurn(world: World, room: Room, log: StreamLog, message: Published, setting: TurnSetting): Turn {
    const id = ids.message();
    const told = (event: OpenDraft | TerminalDraft, publisher?: Subscriber) =>
      room.deliver({ ...event, turn_id: id }, publisher);
    const turn = beginTurn(
      {
        ...{ id, log, world: world.name, turnLimit: world.turn_limit, respond: world.respond },
        timing: { ...deps.timing, ...world.timing },
        earlier: setting.context ?? (world.memory ? room.memory.lines() : []),
      },
      {
        clock,
        call: { ...deps.call, clock },
        observe: deps.observe,
        newMessageId: ids.message,
        agents: () => (store.world(world.name) ? store.agents(world.name) : []),
        mind: (agent, lines) => mindOf(world, lines, agent, log.createdAt),
        async publish(published) {
          await deps.publish?.(world.name, published);
          told(messageEvent(published, deps.clock), setting.publisher);
          const message = `${published.sender} has said something.`;
          told({ type: "system", code: "published", message, message_id: published.id }, setting.publisher);
        },
        tell: told,
        late: () => void lateEvents++,
        ended(said) {
          room.turns.delete(id);
          outside.forget(id);
          endedTurns.set(id, room.key);
          if (world.memory) room.memory.add(said);
          rooms.tidy(room);
        },
      },
      message,
    );
    if (!turn.isOver) room.turns.set(id, turn);
    return turn;
  }

  /** @throws Failure `turn_ended`, `turn_not_found` */
  async function runningTurn(world: World, turnId: string): Promise<Turn> {
    const turn = rooms.find(world.name)?.turns.get(turnId);
    if (!turn) throw failure(endedTurns.get(turnId) === world.name.toLowerCase() ? "turn_ended" : "turn_not_found");
    await turn.published;
    return turn;
  }

  async function publish(target: SubscribedWorld | string, message: TurnStart & { turnId?: string | null }) {
    const { turnId } = message;
    if (turnId === undefined || turnId === null) return startTurn(target, message);
    const world = knownWorld(store, nameOf(target));
    const sender = checkSender(world, message.sender);
    const turn = await runningTurn(world, turnId);
    const id = ids.message();
    turn.add({ id, sender, content: message.message, mentions: message.mentions });
    if (!turn.isOver) message.onLog?.(turn.log, id);
    return { log: turn.log, messageId: id, turnId };
  }

  return {
    ...definitions,
    startTurn,
    publish,
    async checkSender(name, sender) {
      const world = knownWorld(store, name);
      checkSender(world, sender);
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
            rooms.tidy(room);
          },
        };
      } catch (error) {
        client.onError?.((error as Error).message);
        throw error;
      }
    },
    async publishMessage(world, content, sender) {
      return (await publish(world, { message: content, sender })).messageId;
    },
    async publishSSE(target, event) {
      const world = knownWorld(store, nameOf(target));
      await outside.hear(world, event, [...(rooms.find(world.name)?.turns.keys() ?? [])]);
    },
    async route(name, { message, sender, mentions }) {
      const world = knownWorld(store, name);
      checkSender(world, sender);
      const { respond } = world;
      return route({ text: message, mentions, sender: "person", agents: store.agents(world.name), respond });
    },
    feed: async (name) => rooms.enter(knownWorld(store, name).name).feed,
    hasForgottenFeed: rooms.hasForgotten,
    leaveFeed(name) {
      const room = rooms.find(name);
      if (room) rooms.tidy(room);
    },
    counts() {
      const counts = { rooms: rooms.size, turns: 0, subscriptions: 0, feedReaders: 0, timers: pending(), lateEvents };
      for (const { turns, subscribers, feed } of rooms.all()) {
        counts.turns += turns.size;
        counts.subscriptions += subscribers.count;
        counts.feedReaders += feed.readers;
      }
      return counts;
    },
    close() {
      rooms.close();
      endedTurns.clear();
    },
  };
}

function messageEvent({ id, sender, content }: Published, clock: Clock): OpenDraft {
  const timestamp = new Date(clock.wall()).toISOString();
  return { type: "message", message_id: id, sender, role: "user", content, timestamp };
}

/** A clock that knows how many of its timers are set. */
function countingClock(clock: Clock): { clock: Clock; pending(): number } {
  let pending = 0;
  return {
    pending: () => pending,
    clock: {
      ...clock,
      after(ms, action) {
        let set = true;
        const unset = () => {
          if (set) pending--;
          set = false;
        };
        pending++;
        const cancel = clock.after(ms, () => {
          unset();
          action();
        });
        return () => {
          unset();
          cancel();
        };
      },
    },
  };
}
