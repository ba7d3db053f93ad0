import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock.ts";
import type { Shelf } from "../log/shelf.ts";
import type { StreamLog } from "../log/stream-log.ts";
import { type ErrorCode, failure } from "../protocol/errors.ts";
import { preferredWait } from "../protocol/requests.ts";
import { untilSealed, wholeReply } from "../readers/whole-reply.ts";
import { sendProblem } from "./problems.ts";
import { versionOf } from "./stream-reply.ts";

export type WaitReplyDeps = { shelf: Shelf; clock: Clock };

/**
 * Answers with the whole of a log once it is complete, or with 202 after as many seconds as the client prefers to wait
 * (R-PREFER). While it waits it is a reader; a client that goes away just stops being one.
 * @throws Failure `overloaded` where there are too many readers
 */
export async function waitReply(
  { shelf, clock }: WaitReplyDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  log: StreamLog,
): Promise<FastifyReply> {
  const detach = shelf.attach(log);
  const { sealed, release } = untilSealed(log);
  const { promise: late, cancel } = patienceOf(request, clock);
  const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
  reply.raw.once("close", leave);
  try {
    await (log.sealed ? sealed : Promise.race([sealed, late, gone]));
  } finally {
    reply.raw.off("close", leave);
    cancel();
    release();
    detach();
  }
  if (reply.raw.destroyed) return reply.hijack();
  return log.sealed ? sendWhole(request, reply, log) : sendRunning(request, reply, log);
}

function patienceOf(request: FastifyRequest, clock: Clock): { promise: Promise<void>; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const seconds = preferredWait(request.headers.prefer as string | undefined);
  return { promise, cancel: seconds === undefined ? () => {} : clock.after(seconds * 1000, resolve) };
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
