import type { TestContext } from "node:test";
import { type Program, startProgram } from "./program.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

/** Real servers that share streams through a Redis of their own. */
export type Fleet = {
  redis: RedisServer;
  servers: Program[];
  /** Starts one more with the same settings. */
  join(): Promise<Program>;
};

/** A lease so short that a test need not wait long for a death to be noticed, and long enough for a busy machine. */
export const LEASE_MS = 2000;

/** What a server is told of its store. */
export const sharedThrough = (url: string): Record<string, string> => ({
  CHATWAIT_REDIS_URL: url,
  CHATWAIT_REDIS_LEASE_MS: String(LEASE_MS),
});

/** Starts so many of them with these settings; they end with the test at the latest. */
export async function startFleet(t: TestContext, count: number, env: Record<string, string> = {}): Promise<Fleet> {
  const redis = await startRedis();
  t.after(() => redis.close());
  const shared = { ...sharedThrough(redis.url), ...env };
  const join = () => startProgram(t, shared);
  const servers = await Promise.all(Array.from({ length: count }, join));
  return { redis, servers, join };
}
