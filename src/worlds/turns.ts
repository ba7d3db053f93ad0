import { type Clock, timestampOf } from "../clock.ts";
import type { GenerationObserver } from "../generation/generate.ts";
import { expiringMap } from "../log/expiring-map.ts";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { CallDeps } from "../models/call.ts";
import type { Registry } from "../models/registry.ts";
import { failure } from "../protocol/errors.ts";
import type { OpenDraft, TerminalDraft } from "../protocol/events.ts";
import { parseSender, type World, type WorldContextMessage } from "../protocol/world-requests.ts";
import { countingClock } from "./counting-clock.ts";
import { knownWorld } from "./definitions.ts";
import type { Line, Memories } from "./memory.ts";
import { contextLines, promptFor } from "./perspective.ts";
import type { Room, Rooms } from "./room.ts";
import type { Subscriber } from "./subscription.ts";
import type { Timing } from "./timing.ts";
import { beginTurn, type Mind, type Published, type Turn } from "./turn.ts";
import type { WorldStore } from "./world-store.ts";

export type TurnsDeps = {
  store: WorldStore;
  shelf: Shelf;
  registry: Pick<Registry, "get" | "defaultId">;
  clock: Clock;
  call: CallDeps;
  observe: GenerationObserver;
  /** Where a world does not say otherwise. */
  timing: Timing;
  /** How long a turn that has ended is told from one that never was: about as long as its stream is kept; ms. */
  rememberMs: number;
  /** System text of agents that have none of their own. */
  instructions: string | undefined;
  ids: { stream(): string; message(): string };
  /** Brings a person's message to a world before anybody is woken; a rejection is `publish_failed`. */
  publish?: (world: string, message: Published) => Promise<void>;
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

/** A world by its name, or as a subscriber has it: what it publishes does not come back to it. */
export type Target = { readonly name: string; readonly subscriber?: Subscriber };

/** The turns of all worlds of this server. */
export type Turns = {
  /** @throws Failure `world_not_found`, `invalid_world_name`, `invalid_sender`, `overloaded` */
  start(target: Target, start: TurnStart): Promise<StartedTurn>;
  /** @throws Failure as `start`, and `turn_not_found`, `turn_ended` */
  publish(target: Target, message: TurnStart & { turnId?: string | null }): Promise<StartedTurn>;
  /** A turn that others may add to. @throws Failure `turn_not_found`, `turn_ended` */
  running(world: World, turnId: string): Promise<Turn>;
  /** Who speaks; nobody under the name of an agent (R-SENDER). @throws Failure `invalid_sender` */
  checkSender(world: World, sender: string | null | undefined): string;
  /** Timers of turns and of their calls that are set. */
  timers(): number;
  lateEvents(): number;
  close(): void;
};

/** How many turns that have ended are told from those that never were. */
const MOST_ENDED = 100_000;

/** No turn runs yet. `ended` is called with the id of each that does not any more. */
export function createTurns(deps: TurnsDeps, rooms: Rooms, memories: Memories, ended: (turnId: string) => void): Turns {
  const { store, shelf, registry, ids } = deps;
  const { clock, pending } = countingClock(deps.clock);
  const endedTurns = expiringMap<string>(deps.clock, deps.rememberMs, () => {}, MOST_ENDED);
  let adding: Subscriber | undefined;
  let late = 0;

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
    const agents = store.agents(world.name);
    const fallbackInstructions = deps.instructions;
    const options = promptFor({
      ...{ agent, world, agents, lines, window: model.contextWindow, createdAt },
      ...(fallbackInstructions === undefined ? {} : { fallbackInstructions }),
    });
    return { streaming: agent.streaming, model, options };
  }

  async function startTurn(target: Target, start: TurnStart): Promise<StartedTurn> {
    const world = knownWorld(store, target.name);
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
    const [log, earlier] = await Promise.all([
      shelf.create({
        ...{ id, kind: "world", world: world.name, cancelOnLeave },
        cancel: (cause) => turn?.cancel(cause),
      }),
      context ?? (world.memory ? memories.recall(world.name) : []),
    ]);
    start.onLog?.(log, message.id);
    const room = rooms.enter(world.name);
    turn = letTakeTurn(world, room, log, message, { earlier, publisher: target.subscriber });
    // It may have been deleted while the shelf was asked.
    if (!store.world(world.name)) turn.cancel("stopped");
    return { log, turnId: turn.id, messageId: message.id };
  }

  type TurnSetting = { earlier: readonly Line[]; publisher: Subscriber | undefined };

  function letTakeTurn(world: World, room: Room, log: StreamLog, message: Published, setting: TurnSetting): Turn {
    const id = ids.message();
    room.feed.look();
    const told = (event: OpenDraft | TerminalDraft, publisher?: Subscriber) => {
      if (!room.skip()) room.deliver({ ...event, turn_id: id }, publisher);
    };
    const toldMessage = (event: MessageDraft, publisher?: Subscriber) => {
      told(event, publisher);
      if (event.role === "user") told(publishedNotice(event), publisher);
    };
    const turn = beginTurn(
      {
        ...{ id, log, world: world.name, turnLimit: world.turn_limit, respond: world.respond },
        timing: { ...deps.timing, ...world.timing },
        earlier: setting.earlier,
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
          toldMessage(messageEvent(published, deps.clock), setting.publisher);
        },
        tell: (event) => (event.type === "message" ? toldMessage(event, adding) : told(event)),
        late: () => void late++,
        ended(said) {
          room.turns.delete(id);
          ended(id);
          endedTurns.set(id, room.key);
          if (remembers(world)) memories.add(world.name, id, said);
          rooms.tidy(room);
        },
      },
      message,
    );
    if (!turn.isOver) room.turns.set(id, turn);
    return turn;
  }

  /** As the world is now: it may have been told to forget while the turn ran. */
  function remembers({ name }: World): boolean {
    try {
      return store.world(name)?.memory === true;
    } catch (error) {
      deps.observe.failed(`world ${name}`, "internal_error", error);
      return false;
    }
  }

  /** @throws Failure `turn_ended`, `turn_not_found` */
  async function runningTurn(world: World, turnId: string): Promise<Turn> {
    const turn = rooms.find(world.name)?.turns.get(turnId);
    if (!turn) throw failure(endedTurns.get(turnId) === world.name.toLowerCase() ? "turn_ended" : "turn_not_found");
    await turn.published;
    return turn;
  }

  async function publish(target: Target, message: TurnStart & { turnId?: string | null }) {
    const { turnId } = message;
    if (turnId === undefined || turnId === null) return startTurn(target, message);
    const world = knownWorld(store, target.name);
    const sender = checkSender(world, message.sender);
    const turn = await runningTurn(world, turnId);
    const added: Published = { id: ids.message(), sender, content: message.message, mentions: message.mentions };
    add(turn, added, target.subscriber);
    if (!turn.isOver) message.onLog?.(turn.log, added.id);
    return { log: turn.log, messageId: added.id, turnId };
  }

  /** What is delivered meanwhile is the publisher's own, and does not come back to it. */
  function add(turn: Turn, message: Published, publisher: Subscriber | undefined) {
    adding = publisher;
    try {
      turn.add(message);
    } finally {
      adding = undefined;
    }
  }

  return {
    start: startTurn,
    publish,
    running: runningTurn,
    checkSender,
    timers: pending,
    lateEvents: () => late,
    close: () => endedTurns.clear(),
  };
}

type MessageDraft = OpenDraft & { type: "message" };

const publishedNotice = ({ message_id, sender }: MessageDraft) =>
  ({ type: "system", code: "published", message: `${sender} has said something.`, message_id }) as const;

function messageEvent({ id, sender, content }: Published, clock: Clock): MessageDraft {
  const timestamp = timestampOf(clock.wall());
  return { type: "message", message_id: id, sender, role: "user", content, timestamp };
}
