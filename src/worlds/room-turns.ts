import { type Clock, timestampOf } from "../clock.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { canContinue } from "../models/continuation.ts";
import { failure } from "../protocol/errors.ts";
import type { StreamEvent } from "../protocol/events.ts";
import type { World } from "../protocol/world-requests.ts";
import type { Mind } from "./activation-state.ts";
import { cutShort, UNSAID } from "./cut-short.ts";
import type { Line, Memories } from "./memory.ts";
import { promptFor } from "./perspective.ts";
import { resumeTurn } from "./resumed-turn.ts";
import type { Room, Rooms } from "./room.ts";
import { tellAsStored } from "./stored-telling.ts";
import type { Subscriber } from "./subscription.ts";
import { beginTurn, type Published, type Turn, type TurnDeps, type TurnSpec } from "./turn.ts";
import type { MessageDraft } from "./turn-notices.ts";
import type { TurnRecord } from "./turn-record.ts";
import { type TurnTelling, tellAsWritten, untold } from "./turn-telling.ts";
import type { TurnsDeps } from "./turns.ts";

/** Turns in their rooms: what they are told of their world, and what their world is told of them. */
export type RoomTurns = {
  /** Lets a world take a turn. What the publisher says itself does not come back to it. */
  begin(record: TurnRecord, log: StreamLog, publisher: Subscriber | undefined): Turn;
  /** Whether the agents of its world have models here that could go on where its log ends. */
  canGoOn(record: TurnRecord, events: readonly StreamEvent[]): boolean;
  /** Goes on with a turn whose server has died. */
  goOn(record: TurnRecord, log: StreamLog): Turn;
  /** Adds a person's message. @throws Failure `turn_ended` */
  add(turn: Turn, message: Published, publisher: Subscriber | undefined): void;
  lateEvents(): number;
};

export type RoomTurnsDeps = Pick<
  TurnsDeps,
  "store" | "shelf" | "registry" | "clock" | "call" | "observe" | "instructions" | "ids" | "publish"
> & {
  rooms: Rooms;
  memories: Memories;
  /** A turn of that world has begun, or goes on here; nobody has read of it. */
  began(turn: Turn, room: Room): void;
  /** A turn is over in that room, or is not here any more. */
  ended(turnId: string, room: Room | undefined): void;
};

/** No turn runs yet. */
export function createRoomTurns(deps: RoomTurnsDeps): RoomTurns {
  const { store, registry, rooms, memories, clock } = deps;
  let adding: Subscriber | undefined;
  let late = 0;

  /** Whether its world is still there, and not another of that name. */
  const isOf = ({ world, made }: TurnRecord) => store.made(world.name) === made;
  const agentsOf = (record: TurnRecord) => (isOf(record) ? store.agents(record.world.name) : []);

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

  function tellingOf(turnId: string, log: StreamLog, room: Room): TurnTelling {
    if (!deps.shelf.isShared) return tellAsWritten(room, turnId);
    const written = log.lastSeq;
    const told = written === 0 ? 0 : (room.feed.toldOf?.(turnId) ?? Promise.resolve(undefined));
    return tellAsStored({
      ...{ log, room, turnId, over: () => rooms.tidy(room) },
      told: told === 0 ? 0 : told.then((seq) => seq ?? written),
    });
  }

  function depsOf(record: TurnRecord, log: StreamLog, room: Room, publisher?: Subscriber): TurnDeps {
    const { turnId: id, world } = record;
    room.feed.look();
    let isHere = isOf(record);
    const telling = isHere ? tellingOf(id, log, room) : untold;
    return {
      ...{ clock, call: deps.call, observe: deps.observe, newMessageId: deps.ids.message },
      agents: () => agentsOf(record),
      mind: (agent, lines) => mindOf(world, lines, agent, log.createdAt),
      async publish(published) {
        await deps.publish?.(world.name, published);
        telling.first(messageEvent(published, clock), publisher);
      },
      tell: (event) => telling.tell(event, adding),
      moved() {
        isHere = false;
        telling.stop();
      },
      late: () => void late++,
      ended(said) {
        room.turns.delete(id);
        deps.ended(id, isHere ? room : undefined);
        if (isHere && remembers(record)) memories.add(world.name, id, said);
        rooms.tidy(room);
      },
    };
  }

  /** As the world is now: it may have been told to forget while the turn ran. */
  function remembers(record: TurnRecord): boolean {
    const { name } = record.world;
    try {
      return isOf(record) && store.world(name)?.memory === true;
    } catch (error) {
      deps.observe.failed(`world ${name}`, "internal_error", error);
      return false;
    }
  }

  function specOf({ turnId: id, world, timing, earlier }: TurnRecord, log: StreamLog): TurnSpec {
    const { name, turn_limit: turnLimit, respond } = world;
    return { id, log, world: name, turnLimit, respond, timing, earlier, isShared: deps.shelf.isShared === true };
  }

  function enter(room: Room, turn: Turn): Turn {
    deps.began(turn, room);
    if (!turn.isOver) room.turns.set(turn.id, turn);
    return turn;
  }

  return {
    begin(record, log, publisher) {
      const room = rooms.enter(record.world.name);
      const turn = enter(room, beginTurn(specOf(record, log), depsOf(record, log, room, publisher), record.first));
      // It may have been deleted while the shelf was asked.
      if (!isOf(record)) turn.cancel("stopped");
      return turn;
    },
    canGoOn(record, events) {
      const cut = cutShort(events);
      return agentsOf(record).every(({ name, model }) => {
        const offered = registry.get(model ?? registry.defaultId);
        return offered !== undefined && canContinue(offered, cut.get(name) ?? UNSAID);
      });
    },
    goOn(record, log) {
      const room = rooms.enter(record.world.name);
      const isDeleted = !isOf(record);
      const resumption = {
        record,
        isDeleted,
        agentsNow: agentsOf(record),
        mayBeUnpublished: deps.publish !== undefined,
      };
      return enter(room, resumeTurn(specOf(record, log), depsOf(record, log, room), resumption));
    },
    add(turn, message, publisher) {
      adding = publisher;
      try {
        turn.add(message);
      } finally {
        adding = undefined;
      }
    },
    lateEvents: () => late,
  };
}

function messageEvent({ id, sender, content }: Published, clock: Clock): MessageDraft {
  const timestamp = timestampOf(clock.wall());
  return { type: "message", message_id: id, sender, role: "user", content, timestamp };
}
