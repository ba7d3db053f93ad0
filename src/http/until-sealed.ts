import type { ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { StreamLog } from "../log/stream-log.ts";

/**
 * Resolves when the log is sealed or void, when its client has gone, or after so many seconds, if that is given: who said so can come
 * back, and is not kept where the log is written elsewhere and this server is about to close (R-DRAIN); nobody is where the store has
 * been away for too long (R-STORE). What becomes ready
 * in one turn of the event loop is written together: a client process on this machine is then woken once for all of it. With
 * a model that answers at once, 55 µs of CPU a request instead of 66.
 */
export function untilSealed(log: StreamLog, response: ServerResponse, clock: Clock, seconds?: number): Promise<void> {
  // Whoever went while the start was looked at closes no second time.
  if (isOver(log, seconds) || response.destroyed) return endOfTurn();
  return sealedOrLate(log, response, clock, seconds).then(endOfTurn);
}

const isOver = ({ sealed, isVoid, away }: StreamLog, seconds?: number): boolean =>
  sealed || isVoid === true || (away !== undefined && (away !== "leaving" || seconds !== undefined));

let turn: Promise<void> | undefined;

/** Resolves at the end of this turn of the event loop, for all who wait for it at once. */
function endOfTurn(): Promise<void> {
  turn ??= new Promise((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}

function sealedOrLate(log: StreamLog, response: ServerResponse, clock: Clock, seconds?: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancelTimer = seconds === undefined ? undefined : clock.after(seconds * 1000, done);
  const release = log.listen(() => {
    if (isOver(log, seconds)) done();
  });
  response.once("close", done);

  function done() {
    release();
    cancelTimer?.();
    response.off("close", done);
    resolve();
  }
  return promise;
}
