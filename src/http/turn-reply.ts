import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { type ErrorCode, failure } from "../protocol/errors.ts";
import { wholeTurn } from "../readers/whole-turn.ts";
import { sendProblem } from "./problems.ts";
import { refuseAway } from "./resume.ts";
import { whenTaken } from "./taken.ts";
import { untilSealed } from "./until-sealed.ts";

/**
 * Answers with the whole of a turn once it is over. While it waits it is a reader; a client that goes away just stops being
 * one. `left` is called when the turn is over for it.
 * @throws Failure `overloaded` where there are too many readers, `shutting_down` where it is to be waited for elsewhere
 */
export async function turnReply(
  { shelf, clock }: { shelf: Shelf; clock: Clock },
  request: FastifyRequest,
  reply: FastifyReply,
  log: StreamLog,
  left: () => void,
): Promise<FastifyReply> {
  refuseAway(log);
  const detach = shelf.attach(log);
  try {
    await untilSealed(log, reply.raw, clock);
    left();
    if (reply.raw.destroyed) return reply.hijack();
    if (log.isVoid) return sendProblem(request, reply, failure("generation_lost"), log.id);
    refuseAway(log);
    const whole = wholeTurn(log);
    if (!("error_code" in whole)) return reply.send(whole);
    return sendProblem(request, reply, failure(whole.error_code as ErrorCode, whole.message), log.id);
  } finally {
    whenTaken(reply.raw, detach);
  }
}
