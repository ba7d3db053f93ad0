import { type Relived, reliveTurn } from "./relived-turn.ts";
import { beginTiming } from "./timing.ts";
import type { Turn, TurnDeps, TurnSpec } from "./turn.ts";
import type { TurnRecord } from "./turn-record.ts";
import { createTurnWork } from "./turn-work.ts";

export type Resumption = {
  record: TurnRecord;
  /** The world is there no more. */
  isDeleted: boolean;
  /** The agents of the world as it is now. */
  agentsNow: readonly { name: string }[];
  /** The message that begins the turn may not have been published although the log has begun. */
  mayBeUnpublished: boolean;
};

/**
 * Goes on with a turn whose server has died (R-TAKEOVER): what was said stays, an agent that was cut goes on with its text where
 * its model can and fails alone where it cannot, and whoever has still to answer does. `spec.log` is the turn's, as far as it was
 * written.
 */
export function resumeTurn(spec: TurnSpec, deps: TurnDeps, resumption: Resumption): Turn {
  const { log } = spec;
  const { record, isDeleted, agentsNow, mayBeUnpublished } = resumption;
  if (log.lastSeq > 1 || (log.lastSeq === 1 && !mayBeUnpublished)) {
    const events = Array.from({ length: log.lastSeq }, (_, index) => log.event(index + 1));
    return liveOn(spec, deps, reliveTurn(spec, deps, { record, agentsNow, events }), isDeleted);
  }
  const work = createTurnWork(spec, deps, record.first);
  if (log.lastSeq === 0) work.start();
  const turn = work.turn(work.open());
  if (isDeleted) turn.cancel("stopped");
  return turn;
}

function liveOn(spec: TurnSpec, deps: TurnDeps, relived: Relived, isDeleted: boolean): Turn {
  const { work, ending = isDeleted ? { reason: "cancelled" } : undefined } = relived;
  if (ending) work.close(ending);
  else goOn(spec, deps, relived);
  return work.turn(Promise.resolve());
}

/** Time counts anew: nobody could have said anything while no server wrote. */
function goOn({ timing }: TurnSpec, { clock }: TurnDeps, relived: Relived): void {
  const { work, owed, woken, waited, stalled, tookPart } = relived;
  for (const { code, message, message_id, agent } of owed) {
    work.notice(code, message, { ...(message_id ? { message_id } : {}), ...(agent ? { agent } : {}) });
  }
  work.closeOutside("error", "generation_lost");
  work.time(beginTiming(timing, woken, clock.now(), waited));
  if (tookPart) work.tell({ type: "outside_message" });
  relived.begin();
  for (const message of stalled) work.tell({ type: "message_stalled", message });
  work.opened();
}
