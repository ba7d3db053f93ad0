import type { Clock } from "../clock.ts";
import type { GenerationObserver } from "../generation/generate.ts";
import { expiringMap } from "../log/expiring-map.ts";
import type { Shelf, Takeable, TakenOver } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import type { CallDeps } from "../models/call.ts";
import type { Registry } from "../models/registry.ts";
import { failure } from "../protocol/errors.ts";
import { parseSender, type World, type WorldContextMessage } from "../protocol/world-requests.ts";
import { countingClock } from "./counting-clock.ts";
import { knownWorld } from "./definitions.ts";
import type { Memories } from "./memory.ts";
import { contextLines } from "./perspective.ts";
import type { Rooms } from "./room.ts";
import { createRoomTurns } from "./room-turns.ts";
import type { SharedTurns } from "./sharing.ts";
import type { Subscriber } from "./subscription.ts";
import type { Timing } from "./timing.ts";
import type { Published, Turn } from "./turn.ts";
import type { TurnRecord } from "./turn-record.ts";
import { turnsElsewhere } from "./turns-elsewhere.ts";
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
  /** Where turns run on other servers, too. */
  shared?: { turns: SharedTurns };
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

export type TurnMessage = TurnStart & {
  /** The turn that it is added to; without it, it begins one. */
  turnId?: string | null;
  /** Its id, where it may have come before: it is not added to a turn that has it. */
  id?: string | undefined;
};

export type StartedTurn = { log: StreamLog; turnId: string; messageId: string };

/** A world by its name, or as a subscriber has it: what it publishes does not come back to it. */
export type Target = { readonly name: string; readonly subscriber?: Subscriber };

/** The turns of all worlds of this server. */
export type Turns = {
  /** @throws Failure `world_not_found`, `invalid_world_name`, `invalid_sender`, `overloaded` */
  start(target: Target, start: TurnStart): Promise<StartedTurn>;
  /** @throws Failure as `start`, and `turn_not_found`, `turn_ended` */
  publish(target: Target, message: TurnMessage): Promise<StartedTurn>;
  /** Whether this server offers what a turn of another one needs. */
  canGoOn(turn: Takeable): boolean;
  /** Goes on with a turn whose server has died (R-TAKEOVER). False: that is not possible. */
  goOn(taken: TakenOver): boolean;
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
  const { store, shelf, ids } = deps;
  const sharedTurns = deps.shared?.turns;
  const { clock, pending } = countingClock(deps.clock);
  const endedTurns = expiringMap<string>(deps.clock, deps.rememberMs, () => {}, MOST_ENDED);
  const inRooms = createRoomTurns({
    ...{ ...deps, clock, call: { ...deps.call, clock }, rooms, memories },
    began(turn, room) {
      sharedTurns?.began(turn.id, room.key, turn.log.id);
      if (turn.isOver) sharedTurns?.left(turn.id);
    },
    ended(turnId, room) {
      sharedTurns?.left(turnId);
      ended(turnId);
      if (room) endedTurns.set(turnId, room.key);
    },
  });

  const elsewhere = sharedTurns && turnsElsewhere({ shared: sharedTurns, shelf, rooms, add: inRooms.add });

  function checkSender(world: World, sender: string | null | undefined): string {
    const name = parseSender(sender);
    const folded = name.normalize("NFKC").toLowerCase();
    const agent = store.agents(world.name).find((agent) => agent.name.toLowerCase() === folded);
    if (!agent) return name;
    throw failure("invalid_sender", `"${agent.name}" is an agent of this world. Send another name as "sender".`);
  }

  /** What a turn begins with. */
  async function recordOf(world: World, start: TurnStart): Promise<TurnRecord> {
    const { name } = world;
    const made = store.made(name);
    const sender = checkSender(world, start.sender);
    const first: Published = { id: ids.message(), sender, content: start.message, mentions: start.mentions };
    const context = start.context ? contextLines(start.context, store.agents(name)) : undefined;
    const earlier = context ?? (world.memory ? await memories.recall(name) : []);
    const agents = store.agents(name).map((agent) => agent.name);
    return { turnId: ids.message(), world, made, timing: { ...deps.timing, ...world.timing }, agents, earlier, first };
  }

  async function startTurn(target: Target, start: TurnStart): Promise<StartedTurn> {
    const record = await recordOf(knownWorld(store, target.name), start);
    const { turnId, world, first } = record;
    const { cancelOnLeave = false } = start;
    let turn: Turn | undefined;
    const log = await shelf.create({
      ...{ id: ids.stream(), kind: "world", world: world.name, cancelOnLeave },
      cancel: (cause) => turn?.cancel(cause),
      // It may be a mebibyte: one that nobody else will need is not held on to.
      ...(shelf.isShared ? { resume: record, handOver: () => turn?.handOver() ?? false } : {}),
    });
    start.onLog?.(log, first.id);
    turn = inRooms.begin(record, log, target.subscriber);
    return { log, turnId, messageId: first.id };
  }

  function goOn({ log, resume, setCancel }: TakenOver): boolean {
    if (!resume) return false;
    try {
      const turn = inRooms.goOn(resume as TurnRecord, log);
      setCancel((cause) => turn.cancel(cause), turn.handOver);
      return true;
    } catch (error) {
      // It must not end this server, and then the next one.
      deps.observe.failed(`turn of ${log.world}`, "generation_lost", error);
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

  async function publish(target: Target, message: TurnMessage) {
    const { turnId, id = ids.message() } = message;
    if (turnId === undefined || turnId === null) return startTurn(target, message);
    const world = knownWorld(store, target.name);
    const sender = checkSender(world, message.sender);
    const added: Published = { id, sender, content: message.message, mentions: message.mentions };
    if (elsewhere) {
      const options = { publisher: target.subscriber, again: message.id !== undefined };
      const log = await elsewhere.publish(world.name, turnId, added, options);
      message.onLog?.(log, added.id);
      return { log, messageId: added.id, turnId };
    }
    const turn = await runningTurn(world, turnId);
    inRooms.add(turn, added, target.subscriber);
    if (!turn.isOver) message.onLog?.(turn.log, added.id);
    return { log: turn.log, messageId: added.id, turnId };
  }

  return {
    start: startTurn,
    canGoOn: ({ resume, events }) => resume !== undefined && inRooms.canGoOn(resume as TurnRecord, events),
    goOn,
    publish,
    running: runningTurn,
    checkSender,
    timers: pending,
    lateEvents: inRooms.lateEvents,
    close: () => endedTurns.clear(),
  };
}
