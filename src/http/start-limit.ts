import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { failure } from "../protocol/errors.ts";

export type StartLimit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** A connection of ioredis, and what the names of the counters begin with. */
export type SharedCounters = { redis: unknown; nameSpace: string };

const WINDOW_S = 60;

/**
 * How many starts a client address may make in a minute; an IPv6 client is its /64. Sets the header fields of
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ on whatever the answer will be.
 * @throws Failure `rate_limited`
 */
export async function startLimit(app: FastifyInstance, most: number, shared?: SharedCounters): Promise<StartLimit> {
  if (most === 0) return async () => {};
  // A store that is away refuses the start itself, in its own words.
  const counters = shared ? { ...shared, skipOnError: true } : {};
  await app.register(rateLimit, { global: false, max: most, timeWindow: WINDOW_S * 1000, ...counters });
  const count = app.createRateLimit();
  return async (request, reply) => {
    const state = await count(request);
    if (state.isAllowed) return;
    reply.header("ratelimit-policy", `"starts";q=${most};w=${WINDOW_S}`);
    reply.header("ratelimit", `"starts";r=${state.remaining};t=${state.ttlInSeconds}`);
    if (!state.isExceeded) return;
    const wait = Math.max(1, state.ttlInSeconds);
    const text = `More than ${most} answers were started from this address within a minute. Try again in ${wait} s.`;
    throw failure("rate_limited", text, { retryAfter: wait });
  };
}
