import type { Clock } from "../clock.ts";
import { heardWithin } from "../log/heard-within.ts";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { type ErrorCode, failure, storeAway } from "../protocol/errors.ts";
import type { StartEvent } from "../protocol/events.ts";
import { refuseAway } from "./resume.ts";

/** How long the beginning of a turn may take to come from the server that writes it, or goes on with it; ms. */
export const BEGIN_MS = 10_000;

/**
 * What a turn began with, which is not here yet where another server has only just begun it. While it is waited for this is a reader.
 * @throws Failure `store_unavailable` where it does not come, `overloaded` where there are too many readers, `shutting_down` where it is
 * to be waited for elsewhere, and what ended the turn before it began
 */
export async function startOf(deps: { shelf: Shelf; clock: Clock }, log: StreamLog): Promise<StartEvent> {
  if (log.lastSeq === 0) await firstEvent(deps, log);
  if (log.lastSeq === 0) {
    if (log.isVoid) throw failure("generation_lost");
    refuseAway(log);
    throw storeAway();
  }
  const first = log.event(1);
  if (first.type === "error") throw failure(first.error_code as ErrorCode, first.message);
  return first as StartEvent;
}

async function firstEvent({ shelf, clock }: { shelf: Shelf; clock: Clock }, log: StreamLog): Promise<void> {
  const detach = shelf.attach(log);
  try {
    await heardWithin(log, () => log.lastSeq > 0 || log.isVoid === true || log.away !== undefined, clock, BEGIN_MS);
  } finally {
    detach();
  }
}
