import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { failure, isFailure, storeAway } from "../protocol/errors.ts";
import type { Rooms } from "./room.ts";
import type { SharedTurns } from "./sharing.ts";
import type { Subscriber } from "./subscription.ts";
import type { Published, Turn } from "./turn.ts";

export type TurnsElsewhereOptions = {
  shared: SharedTurns;
  shelf: Shelf;
  rooms: Rooms;
  /** Adds a message to a turn that runs here. @throws Failure `turn_ended` */
  add(turn: Turn, message: Published, publisher: Subscriber | undefined): void;
};

export type TurnsElsewhere = {
  /**
   * Brings a message into a turn, on whichever server it runs. Resolves to the turn's log, as it is read here, once the message is in
   * the store: no server that dies takes it along. `again`: it may be in the turn already, or on its way there.
   * @throws Failure `turn_not_found`, `turn_ended`, `store_unavailable`
   */
  publish(
    world: string,
    turnId: string,
    message: Published,
    options?: { publisher?: Subscriber | undefined; again?: boolean },
  ): Promise<StreamLog>;
};

/** Messages for turns that any server may run, and those of other servers for turns that run here. */
export function turnsElsewhere({ shared, shelf, rooms, add }: TurnsElsewhereOptions): TurnsElsewhere {
  /** By message: those that the store does not have yet. */
  const underWay = new Map<string, Promise<boolean>>();
  const turnHere = (world: string, turnId: string) => rooms.find(world)?.turns.get(turnId);

  shared.onAdded(async (world, turnId, message, again) => {
    const turn = turnHere(world, turnId);
    return turn !== undefined && isAddedOnce(turn, message, again);
  });

  /** Whether it is in the turn for good. False: another server goes on with the turn, or is about to. */
  function isAddedOnce(turn: Turn, message: Published, again: boolean, publisher?: Subscriber): Promise<boolean> {
    const { id } = message;
    const before = underWay.get(id);
    if (before) return before;
    const adding = isAdded(turn, message, again, publisher).finally(() => underWay.delete(id));
    underWay.set(id, adding);
    return adding;
  }

  async function isAdded(turn: Turn, message: Published, again: boolean, publisher?: Subscriber): Promise<boolean> {
    await turn.published;
    // The server that died may have added it before it did.
    if (again && holds(turn.log, message.id)) return true;
    if (turn.hasMoved) return false;
    const { lastSeq } = turn.log;
    try {
      add(turn, message, publisher);
    } catch (error) {
      if (isFailure(error) && error.code === "shutting_down") return false;
      throw error;
    }
    return arrives(turn, message.id, lastSeq);
  }

  return {
    async publish(world, turnId, message, { publisher, again = false } = {}) {
      const turn = turnHere(world, turnId);
      if (turn && (await isAddedOnce(turn, message, again, publisher))) return turn.log;
      const { streamId, isSure } = await shared.add(world, turnId, message, again || turn !== undefined);
      const found = await shelf.find(streamId);
      if (found.state !== "kept") throw failure("turn_ended");
      if (isSure || holds(found.log, message.id)) return found.log;
      // It has ended in the store: a copy that has not heard of that may lack the message, too.
      throw found.log.sealed ? failure("turn_ended") : storeAway();
    },
  };
}

/**
 * Resolves when a message that was added can be read, which is when the store has it (R-ANY); to false where another server has the
 * turn first. `after`: the last event that could be read before.
 */
function arrives(turn: Turn, messageId: string, after: number): Promise<boolean> {
  const { log } = turn;
  if (holds(log, messageId, after)) return Promise.resolve(true);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const release = log.listen(() => {
    const isThere = holds(log, messageId, after);
    if (!isThere && !log.sealed && !turn.hasMoved) return;
    release();
    resolve(isThere);
  });
  return promise;
}

/** Whether a message from outside is in a log, after that event. */
function holds(log: StreamLog, messageId: string, after = 0): boolean {
  for (let seq = log.lastSeq; seq > after; seq--) {
    const event = log.event(seq);
    if (event.type === "message" && event.message_id === messageId) return true;
  }
  return false;
}
