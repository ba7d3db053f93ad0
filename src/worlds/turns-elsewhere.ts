import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { failure, isFailure } from "../protocol/errors.ts";
import type { Rooms } from "./room.ts";
import type { SharedTurns } from "./sharing.ts";
import type { Published, Turn } from "./turn.ts";

export type TurnsElsewhereOptions = {
  shared: SharedTurns;
  shelf: Shelf;
  rooms: Rooms;
  /** Adds a message to a turn that runs here. @throws Failure `turn_ended` */
  add(turn: Turn, message: Published): void;
};

export type TurnsElsewhere = {
  /**
   * Brings a message to the server on which a turn runs. Resolves to the turn's log, as it is read here.
   * @throws Failure `turn_not_found`, `turn_ended`, `store_unavailable`
   */
  publish(world: string, turnId: string, message: Published): Promise<StreamLog>;
};

/** Messages for turns of other servers, and those of other servers for turns that run here. */
export function turnsElsewhere({ shared, shelf, rooms, add }: TurnsElsewhereOptions): TurnsElsewhere {
  shared.onAdded(async (world, turnId, message, again) => {
    const turn = rooms.find(world)?.turns.get(turnId);
    if (!turn) return false;
    await turn.published;
    // The server that died may have added it before it did.
    return (again && holds(turn.log, message.id)) || isAdded(turn, message);
  });

  /** False: another server is about to go on with the turn. */
  function isAdded(turn: Turn, message: Published): boolean {
    try {
      add(turn, message);
      return true;
    } catch (error) {
      if (isFailure(error) && error.code === "shutting_down") return false;
      throw error;
    }
  }

  return {
    async publish(world, turnId, message) {
      const { streamId, isSure } = await shared.add(world, turnId, message);
      const found = await shelf.find(streamId);
      if (found.state === "kept" && (isSure || holds(found.log, message.id))) return found.log;
      throw failure("turn_ended");
    },
  };
}

/** Whether a message from outside is in a log. */
function holds(log: StreamLog, messageId: string): boolean {
  for (let seq = log.lastSeq; seq > 0; seq--) {
    const event = log.event(seq);
    if (event.type === "message" && event.message_id === messageId) return true;
  }
  return false;
}
