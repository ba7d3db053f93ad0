import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { type ErrorCode, failure } from "../protocol/errors.ts";
import { preferredWait } from "../protocol/requests.ts";
import { wholeReply } from "../readers/whole-reply.ts";
import { sendProblem } from "./problems.ts";
import { refuseAway } from "./resume.ts";
import { versionOf } from "./stream-reply.ts";
import { whenTaken } from "./taken.ts";
import { untilSealed } from "./until-sealed.ts";

export type WaitReplyDeps = { shelf: Shelf; clock: Clock };

/**
 * Answers with the whole of a log once it is complete, or with 202 after as many seconds as the client prefers to wait
 * (R-PREFER). While it waits it is a reader; a client that goes away just stops being one.
 * @throws Failure `overloaded` where there are too many readers, `shutting_down` where it is to be waited for elsewhere
 */
export async function waitReply(
  deps: WaitReplyDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  log: StreamLog,
): Promise<void> {
  refuseAway(log);
  const detach = deps.shelf.attach(log);
  try {
    const seconds = preferredWait(request.headers.prefer as string | undefined);
    await untilSealed(log, reply.raw, deps.clock, seconds);
    if (reply.raw.destroyed) reply.hijack();
    else if (log.sealed) sendWhole(request, reply, log);
    else if (log.isVoid) sendProblem(request, reply, failure("generation_lost"), log.id);
    else if (seconds === undefined) refuseAway(log);
    else sendRunning(request, reply, log);
  } finally {
    whenTaken(reply.raw, detach);
  }
}

function sendWhole(request: FastifyRequest, reply: FastifyReply, log: StreamLog) {
  const whole = wholeReply(log);
  if (!("error_code" in whole)) return reply.send(whole);
  return sendProblem(request, reply, failure(whole.error_code as ErrorCode, whole.message), log.id);
}

function sendRunning(request: FastifyRequest, reply: FastifyReply, log: StreamLog) {
  return reply
    .code(202)
    .header("location", `${versionOf(request)}/chat/wait/${log.id}`)
    .header("preference-applied", "wait")
    .send({ stream_id: log.id, status: "running" });
}
