import type { FastifyBaseLogger } from "fastify";
import type { Clock } from "./clock.ts";
import { isRefusal } from "./log/redis/open-redis.ts";
import type { Fates } from "./log/redis/own-streams.ts";
import type { StoreObserver } from "./log/redis/shared-shelf.ts";

export type StoreReportOptions = {
  logger: Pick<FastifyBaseLogger, "info" | "warn">;
  clock: Clock;
  /** Why the last connection failed, where one did. */
  connectionFault(): unknown;
};

/** What each number means to whoever runs the server. */
const TOLD: [fate: keyof Fates, level: "info" | "warn", message: string][] = [
  ["takenOver", "warn", "took over streams of a server that died"],
  ["fenced", "warn", "this server was taken for dead, and streams of it went to others"],
  ["givenUp", "warn", "gave up streams, for the store was away for too long"],
  ["handedOver", "info", "handed streams over to other servers"],
];

/** Nothing is known but that no answer comes. */
const AWAY = "away";
/** What Redis has not said. */
const NETWORK = /^(E[A-Z]+|away)$/;

/** Tells the operator's log what happens to the store and to streams between servers: one line for each change, or for all that a sign finds. */
export function createStoreReport({ logger, clock, connectionFault }: StoreReportOptions): StoreObserver {
  let lostAt: number | undefined;
  const reasons = new Set<string>();
  let told: Readonly<Fates> = { takenOver: 0, fenced: 0, givenUp: 0, handedOver: 0 };

  return {
    reached() {
      if (lostAt === undefined) return;
      logger.info({ after_ms: Math.round(clock.now() - lostAt) }, "the store is back");
      lostAt = undefined;
      reasons.clear();
    },
    failed(error) {
      const reason = codeOf(error) ?? codeOf(connectionFault()) ?? AWAY;
      // A connection that breaks does not say why; Redis may, when it is to be made again.
      const isNews = lostAt === undefined || !(reasons.has(reason) || NETWORK.test(reason));
      if (!isNews) return;
      lostAt ??= clock.now();
      reasons.add(reason);
      logger.warn({ reason }, "the store cannot be used");
    },
    fates(now) {
      for (const [fate, level, message] of TOLD) {
        const streams = now[fate] - told[fate];
        if (streams > 0) logger[level]({ streams }, message);
      }
      told = { ...now };
    },
  };
}

/** As Redis or the network names it, like `OOM` or `ECONNREFUSED`: the rest of what they say may hold names. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (isRefusal(error)) return "NOPERM";
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : /^(?:Ready check failed: )?([A-Z]{3,})\b/.exec(error.message)?.[1];
}
